package policy

import (
	"bytes"
	"encoding/asn1"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Kinds of names by tag (RFC 5280 section 4.2.1.6).
const (
	kindMail      = 1
	kindDNS       = 2
	kindDirectory = 4
	kindURI       = 6
	kindAddress   = 7
)

// limits are the name constraints of a CA. Those of DNS names, addresses, mail addresses
// and URIs are parsed by crypto/x509.
type limits struct {
	ca *chainCert
	// permitted and excluded are directory names, by their keys.
	permitted, excluded []string
	// unread holds the kinds of names that are constrained but not parsed.
	unread map[int]bool
	// dnsCheck is the result of dns, once it was needed.
	dnsCheck func(string) string
	// count is the number of constraints of all kinds.
	count int
	// err describes why the constraints cannot be applied; "" if they can.
	err string
}

func (j *judge) limitsOf(ca *chainCert) *limits {
	if known, ok := j.limits[ca]; ok {
		return known
	}
	l := readLimits(ca)
	j.limits[ca] = l
	return l
}

func readLimits(ca *chainCert) *limits {
	l := &limits{ca: ca, unread: map[int]bool{}}
	var extension struct {
		Permitted []subtree `asn1:"optional,tag:0"`
		Excluded  []subtree `asn1:"optional,tag:1"`
	}
	if rest, err := asn1.Unmarshal(ca.extension(oidNameConstraints), &extension); err != nil || len(rest) > 0 {
		l.err = "its name constraints cannot be read"
		return l
	}
	l.count = len(extension.Permitted) + len(extension.Excluded)
	for _, tree := range extension.Permitted {
		l.add(tree, &l.permitted)
	}
	for _, tree := range extension.Excluded {
		l.add(tree, &l.excluded)
	}
	return l
}

// subtree is a GeneralSubtree (RFC 5280 section 4.2.1.10).
type subtree struct {
	Base    asn1.RawValue
	Minimum int           `asn1:"optional,tag:0"`
	Maximum asn1.RawValue `asn1:"optional,tag:1"`
}

func (l *limits) add(tree subtree, directory *[]string) {
	if tree.Minimum != 0 || len(tree.Maximum.FullBytes) > 0 {
		l.err = "it limits the depth of a name constraint, which nobody supports"
	}
	switch tree.Base.Tag {
	case kindDirectory:
		*directory = append(*directory, nameKey(tree.Base.Bytes))
	case kindMail, kindDNS, kindURI, kindAddress:
	default:
		l.unread[tree.Base.Tag] = true
	}
}

// dns judges DNS names.
func (l *limits) dns() func(string) string {
	if l.dnsCheck != nil {
		return l.dnsCheck
	}
	excluded, permitted := newSubtrees(l.ca.ExcludedDNSDomains), newSubtrees(l.ca.PermittedDNSDomains)
	l.dnsCheck = func(name string) string {
		if tree, ok := excluded.hit(name); ok {
			return "is in its excluded domain " + printable(tree)
		} else if _, ok := permitted.holds(name); !ok && len(l.ca.PermittedDNSDomains) > 0 {
			return "is outside its permitted domains " + listed(l.ca.PermittedDNSDomains)
		}
		return ""
	}
	return l.dnsCheck
}

// addresses judges addresses. An IPv4 address and its IPv4-mapped IPv6 form are different
// addresses.
func (l *limits) addresses() func(net.IP) string {
	return func(ip net.IP) string {
		return within(ip, l.ca.ExcludedIPRanges, l.ca.PermittedIPRanges, "ranges", func(ip net.IP, tree *net.IPNet) bool {
			if len(tree.IP) != len(ip) || len(tree.Mask) != len(ip) {
				return false
			}
			for i := range ip {
				if (ip[i]^tree.IP[i])&tree.Mask[i] != 0 {
					return false
				}
			}
			return true
		})
	}
}

// mail judges mail addresses: a constraint is a mail address, a host, or, with a leading
// dot, all hosts below a domain. The part before the @ is case-sensitive.
func (l *limits) mail() func(string) string {
	return func(name string) string {
		return within(name, l.ca.ExcludedEmailAddresses, l.ca.PermittedEmailAddresses, "mail addresses", func(name, tree string) bool {
			box, host, _ := cutAt(name)
			wantBox, wantHost, whole := cutAt(tree)
			return whole && box == wantBox && canonicalName(host) == canonicalName(wantHost) || !whole && hostWithin(host, tree)
		})
	}
}

// cutAt cuts a mail address at its last @; without an @ it is a host.
func cutAt(address string) (box, host string, ok bool) {
	i := strings.LastIndexByte(address, '@')
	if i < 0 {
		return "", address, false
	}
	return address[:i], address[i+1:], true
}

// hostWithin reports whether a host is the one of a constraint or, if that starts with a
// dot, below it.
func hostWithin(host, tree string) bool {
	host, tree = canonicalName(host), canonicalName(tree)
	if strings.HasPrefix(tree, ".") {
		return strings.HasSuffix(host, tree)
	}
	return tree == "" || host == tree
}

// uris judges URIs by their host; one without a host name cannot be judged and is refused.
func (l *limits) uris() func(*url.URL) string {
	return func(name *url.URL) string {
		if len(l.ca.PermittedURIDomains)+len(l.ca.ExcludedURIDomains) == 0 {
			return ""
		}
		host := name.Hostname()
		if host == "" || net.ParseIP(host) != nil {
			return "has no host name to compare with its constraints"
		}
		return within(host, l.ca.ExcludedURIDomains, l.ca.PermittedURIDomains, "URI domains", hostWithin)
	}
}

// directory judges directory names, which are below the names that they start with.
func (l *limits) directory() func(directoryName) string {
	return func(name directoryName) string {
		return within(name, l.excluded, l.permitted, "directory names", func(name directoryName, tree string) bool {
			return strings.HasPrefix(name.key, tree)
		})
	}
}

// within describes how a name violates constraints of its kind, or returns "".
func within[N, T any](name N, excluded, permitted []T, kind string, holds func(N, T) bool) string {
	in := func(tree T) bool { return holds(name, tree) }
	switch {
	case slices.ContainsFunc(excluded, in):
		return "is in one of its excluded " + kind
	case len(permitted) > 0 && !slices.ContainsFunc(permitted, in):
		return "is outside its permitted " + kind
	}
	return ""
}

// constrainable holds the names of a certificate that constraints apply to.
type constrainable struct {
	// dns holds the DNS names; of a leaf also the common names that count as one
	// (CF-CERT-16). common holds those that do not count but look like one.
	dns, common []string
	// mail holds the mail addresses, directory the directory names; both include those of
	// the subject.
	mail      []string
	directory []directoryName
	// count is the number of names of all kinds, including the attributes of the subject.
	count int
	// kinds are the kinds of the alternative names.
	kinds []int
}

// directoryName is a name with its key for comparison.
type directoryName struct{ text, key string }

func (d directoryName) String() string { return d.text }

func (j *judge) namesOf(c *chainCert) *constrainable {
	if known, ok := j.names[c]; ok {
		return known
	}
	n := &constrainable{dns: c.DNSNames, mail: slices.Clone(c.EmailAddresses), count: len(c.Subject.Names)}
	for _, a := range c.Subject.Names {
		if text, ok := a.Value.(string); ok && a.Type.Equal(oidMailAddress) {
			n.mail = append(n.mail, text)
		}
	}
	if len(c.Subject.Names) > 0 {
		n.directory = append(n.directory, directoryName{c.Subject.String(), c.subject})
	}
	n.readAlternatives(c.extension(oidSubjectAltName))
	if c == j.leafCert {
		n.readCommon(j, c)
	}
	j.names[c] = n
	return n
}

var oidMailAddress = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

// readAlternatives notes the kinds of the alternative names, and the directory names among
// them.
func (n *constrainable) readAlternatives(der []byte) {
	var names []asn1.RawValue
	if _, err := asn1.Unmarshal(der, &names); err != nil {
		return
	}
	n.count += len(names)
	for _, name := range names {
		n.kinds = append(n.kinds, name.Tag)
		if name.Tag == kindDirectory {
			n.directory = append(n.directory, directoryName{"of its alternative names", nameKey(bytes.Clone(name.Bytes))})
		}
	}
	slices.Sort(n.kinds)
	n.kinds = slices.Compact(n.kinds)
}

// readCommon sorts the common names of the leaf. One counts as a name if it is one of those
// asked for, or if there is no DNS name besides it.
func (n *constrainable) readCommon(j *judge, leaf *chainCert) {
	var counts []string
	for _, name := range commonNames(leaf.Certificate) {
		asked := slices.ContainsFunc(j.facts.Names, func(accepted string) bool { return matchName(name, accepted, j.facts.Strict.WideWildcard) })
		like := strings.Contains(name, ".") && !strings.ContainsAny(name, " /:@") && net.ParseIP(name) == nil
		switch {
		case slices.Contains(leaf.DNSNames, name):
		case asked, like && len(leaf.DNSNames) == 0:
			counts = append(counts, name)
		case like:
			n.common = append(n.common, name)
		}
	}
	n.dns = slices.Concat(n.dns, counts)
}
