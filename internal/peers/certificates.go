package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Noon is the time at which the certificates are judged, for edgesim's --at: all dates are
// fixed, so no test depends on today's.
const Noon = "2026-06-15T12:00:00Z"

// Certificate is a certificate with its key and the issuers sent along, as PEM files.
type Certificate struct {
	// Name is the name of the case.
	Name string
	// Leaf is the certificate alone, Key its private key.
	Leaf, Key string
	// Issuers are the certificates sent after the leaf, in that order; "" if there are
	// none. Chain is the leaf with them, as nginx wants it.
	Issuers, Chain string
}

// Certificates are the good and the wrong certificates of [MakeCertificates].
type Certificates struct {
	dir   string
	cases map[string]Certificate
}

// Domain returns the host name that a case's certificate is made for.
func Domain(name string) string { return name + ".peers.example" }

// leafCase is the recipe of one case. Everything not given is valid.
type leafCase struct {
	name string
	// key is the kind of key; default "ec256".
	key string
	// by is the authority that issues it, "-" for the leaf itself; default "lower".
	by string
	// sent are the authorities sent after the leaf, in this order.
	sent []string
	// common and alternative are its names; default its domain. An alternative of "-" omits
	// the extension.
	common, alternative string
	// usage is the extended key usage; default serverAuth.
	usage string
	// valid is its validity period; default thisYear.
	valid period
	// forged means that the signature is corrupted afterward.
	forged bool
}

// fullChain is what a well-maintained origin sends after its leaf.
var fullChain = []string{"lower", "upper"}

// leafCases are all cases.
func leafCases() []leafCase {
	return []leafCase{
		{name: "good-rsa", key: "rsa2048", sent: fullChain},
		{name: "good-rsa-1024", key: "rsa1024", sent: fullChain},
		{name: "good-rsa-4096", key: "rsa4096", sent: fullChain},
		{name: "good-ecdsa", sent: fullChain},
		{name: "good-p384", key: "ec384", sent: fullChain},
		{name: "wildcard", common: "*.peers.example", alternative: "*.peers.example", sent: fullChain},
		{name: "wildcard-rsa", key: "rsa2048", common: "*.peers.example", alternative: "*.peers.example", sent: fullChain},
		{name: "cn-only", alternative: "-", sent: fullChain},
		{name: "several-names", common: "www.site.example", alternative: "www.site.example,DNS:site.example,DNS:" + Domain("several-names"), sent: fullChain},
		{name: "with-root", sent: []string{"lower", "upper", "root"}},
		{name: "with-stranger", sent: []string{"lower", "upper", "private-lower"}},
		{name: "expired", valid: lastYear, sent: fullChain},
		{name: "expired-issuer", by: "expired-lower", sent: []string{"expired-lower", "upper"}},
		{name: "not-yet-valid", valid: nextYear, sent: fullChain},
		{name: "self-signed", by: "-"},
		{name: "self-signed-rsa", by: "-", key: "rsa2048"},
		{name: "incomplete"},
		{name: "incomplete-upper", sent: []string{"lower"}},
		{name: "wrong-order", sent: []string{"upper", "lower"}},
		{name: "untrusted-root", by: "private-lower", sent: []string{"private-lower", "private-root"}},
		{name: "private-ca", by: "private-lower", sent: []string{"private-lower"}},
		{name: "issuer-is-no-ca", by: "no-ca", sent: []string{"no-ca", "upper"}},
		{name: "wrong-name", common: "another.peers.example", alternative: "another.peers.example", sent: fullChain},
		{name: "too-deep-for-wildcard", common: "*.example", alternative: "*.example", sent: fullChain},
		{name: "wrong-usage", usage: "clientAuth", sent: fullChain},
		{name: "bad-signature", forged: true, sent: fullChain},
		{name: "p521", key: "ec521", sent: fullChain},
		{name: "rsa-4104", key: "rsa4104", sent: fullChain},
		{name: "site", common: "www.site.example", alternative: "www.site.example", sent: fullChain},
		{name: "expired-and-wrong-name", valid: lastYear, common: "another.peers.example", alternative: "another.peers.example", sent: fullChain},
	}
}

// MakeCertificates makes the certificates of every case with the openssl command line, as
// files in a directory.
func MakeCertificates(dir string) (*Certificates, error) {
	m := &maker{dir: dir}
	for _, a := range authorities() {
		if err := m.authority(a); err != nil {
			return nil, err
		}
	}
	c := &Certificates{dir: dir, cases: map[string]Certificate{}}
	for _, recipe := range leafCases() {
		made, err := m.leaf(recipe)
		if err != nil {
			return nil, fmt.Errorf("certificate %q: %w", recipe.name, err)
		}
		c.cases[recipe.name] = made
	}
	return c, nil
}

// Get returns a case by its name. An unknown name is a mistake in the test.
func (c *Certificates) Get(name string) Certificate {
	made, ok := c.cases[name]
	if !ok {
		panic(fmt.Sprintf("peers: there is no certificate %q", name))
	}
	return made
}

// Root returns the file with the root that stands for a public CA, for edgesim's
// --origin-ca.
func (c *Certificates) Root() string { return filepath.Join(c.dir, "root.pem") }

// join concatenates files into one.
func join(to string, from ...string) error {
	var all strings.Builder
	for _, file := range from {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		all.Write(data)
	}
	return os.WriteFile(to, []byte(all.String()), 0o600)
}
