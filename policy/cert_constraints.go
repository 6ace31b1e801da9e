package policy

import (
	"fmt"
	"net"
	"slices"
	"strings"
)

// judgeConstraints judges the leaf's names by the name constraints of one of
// its issuers (RFC 5280 section 4.2.1.10). DNS names and addresses are judged;
// for other kinds, which do not matter to a TLS client's question, the finding
// says that nobody looked.
func judgeConstraints(leaf, ca *chainCert) []ranked {
	var found []ranked
	for _, name := range constrainedNames(leaf) {
		if what := dnsConstraint(ca, name); what != "" {
			found = append(found, violation(ca, fmt.Sprintf("the leaf's name %s %s", printable(name), what)))
		}
	}
	for _, ip := range leaf.IPAddresses {
		if what := ipConstraint(ca, ip); what != "" {
			found = append(found, violation(ca, fmt.Sprintf("the leaf's address %s %s", ip, what)))
		}
	}
	if otherConstraints(leaf, ca) {
		found = append(found, ranked{rankNote, Finding{
			Rule: "CF-CERT-04", Verdict: Unsimulated, Subject: ca.String(),
			Observed: "it has name constraints of other kinds than DNS names and addresses, which edgesim does not judge",
		}})
	}
	return found
}

func violation(ca *chainCert, observed string) ranked {
	return ranked{rankUse, Finding{
		Rule: "CF-CERT-04", Verdict: Fail, Cause: CauseCertInvalid, Subject: ca.String(), Observed: observed,
		Expected: "only names that the CA may issue for",
		Hint:     "have the leaf issued by a CA that is not restricted to other names",
	}}
}

// constrainedNames are the leaf's DNS names; without any, those common names
// that look like one, since CloudFront matches these too (CF-CERT-16).
func constrainedNames(leaf *chainCert) []string {
	if len(leaf.DNSNames) > 0 {
		return leaf.DNSNames
	}
	return slices.DeleteFunc(commonNames(leaf.Certificate), func(name string) bool {
		return !strings.Contains(name, ".") || strings.ContainsAny(name, " /:@") || net.ParseIP(name) != nil
	})
}

// dnsConstraint says in words how a DNS name breaks the constraints, or "".
func dnsConstraint(ca *chainCert, name string) string {
	for _, tree := range ca.ExcludedDNSDomains {
		if withinDomain(name, tree) || reachesDomain(name, tree) {
			return "is in its excluded domain " + printable(tree)
		}
	}
	permitted := ca.PermittedDNSDomains
	if len(permitted) > 0 && !slices.ContainsFunc(permitted, func(tree string) bool { return withinDomain(name, tree) }) {
		return "is outside its permitted domains " + listed(permitted)
	}
	return ""
}

// withinDomain says whether a name is a domain or below it. A constraint that
// begins with a dot covers only what is below.
func withinDomain(name, domain string) bool {
	name, domain = canonicalName(name), canonicalName(domain)
	if strings.HasPrefix(domain, ".") {
		return strings.HasSuffix(name, domain)
	}
	return domain == "" || name == domain || strings.HasSuffix(name, "."+domain)
}

// reachesDomain says whether a wildcard stands for an excluded name.
func reachesDomain(name, domain string) bool {
	return wildcardMatches(canonicalName(name), strings.TrimPrefix(canonicalName(domain), "."))
}

// ipConstraint says in words how an address breaks the constraints, or "".
func ipConstraint(ca *chainCert, ip net.IP) string {
	contains := func(tree *net.IPNet) bool { return sameFamily(tree.IP, ip) && tree.Contains(ip) }
	if slices.ContainsFunc(ca.ExcludedIPRanges, contains) {
		return "is in one of its excluded ranges"
	}
	if len(ca.PermittedIPRanges) > 0 && !slices.ContainsFunc(ca.PermittedIPRanges, contains) {
		return "is outside its permitted ranges"
	}
	return ""
}

func sameFamily(a, b net.IP) bool { return (a.To4() == nil) == (b.To4() == nil) }

// otherConstraints says whether constraints are left that could matter.
func otherConstraints(leaf, ca *chainCert) bool {
	if slices.ContainsFunc(ca.UnhandledCriticalExtensions, oidNameConstraints.Equal) {
		return true
	}
	emails := len(ca.PermittedEmailAddresses)+len(ca.ExcludedEmailAddresses) > 0 && len(leaf.EmailAddresses) > 0
	uris := len(ca.PermittedURIDomains)+len(ca.ExcludedURIDomains) > 0 && len(leaf.URIs) > 0
	return emails || uris
}
