package originconn_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
)

// scanCertificates are the certificates that the scanned servers show, by name,
// as files of the test: three in a chain, made once.
type scanCertificates struct{ t testing.TB }

var scanChains = sync.OnceValues(func() (map[string][]*pki.Certificate, error) {
	root, err := pki.NewCA(pki.Template{CommonName: "Root", NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(20, 0, 0)})
	if err != nil {
		return nil, err
	}
	upper, err := root.Issue(pki.Template{CommonName: "Upper", IsCA: true})
	if err != nil {
		return nil, err
	}
	lower, err := upper.Issue(pki.Template{CommonName: "Lower", IsCA: true})
	if err != nil {
		return nil, err
	}
	chains := map[string][]*pki.Certificate{}
	for name, kind := range map[string]pki.KeyKind{"good-rsa": pki.RSA2048, "good-ecdsa": pki.P256, "p521": pki.P521} {
		leaf, err := lower.Issue(pki.Template{CommonName: peers.Domain(name), DNSNames: []string{peers.Domain(name)}, KeyKind: kind})
		if err != nil {
			return nil, fmt.Errorf("certificate %q: %w", name, err)
		}
		chains[name] = []*pki.Certificate{leaf, lower, upper}
	}
	return chains, nil
})

// Get writes a certificate to files of this test.
func (c scanCertificates) Get(name string) peers.Certificate {
	c.t.Helper()
	chains, err := scanChains()
	if err != nil {
		c.t.Fatal(err)
	}
	chain := chains[name]
	key, err := chain[0].KeyPEM()
	if err != nil {
		c.t.Fatal(err)
	}
	dir := c.t.TempDir()
	write := func(file string, pem []byte) string {
		path := filepath.Join(dir, file)
		if err := os.WriteFile(path, pem, 0o600); err != nil {
			c.t.Fatal(err)
		}
		return path
	}
	return peers.Certificate{
		Name: name, Leaf: write("leaf.pem", chain[0].PEM()), Key: write("key.pem", key),
		Issuers: write("issuers.pem", pki.Bundle(chain[1:]...)), Chain: write("chain.pem", pki.Bundle(chain...)),
	}
}
