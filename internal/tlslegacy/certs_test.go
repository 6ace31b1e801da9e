package tlslegacy_test

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// serverName is the name of every origin of these tests.
const serverName = "origin.example.com"

// credentials are the certificates of the test run. The client never looks at
// their dates, but its peers do, so the dates are wide.
type credentials struct {
	root, rsa, ecdsa, rsa1024, client, clientRSA *pki.Certificate
}

var minted = sync.OnceValues(func() (*credentials, error) {
	root, err := pki.NewCA(pki.Template{
		CommonName: "Test Root", KeyKind: pki.P256,
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		return nil, err
	}
	c := &credentials{root: root}
	for _, want := range []struct {
		to   **pki.Certificate
		kind pki.KeyKind
		name string
		use  pki.Purpose
	}{
		{&c.rsa, pki.RSA2048, serverName, pki.ServerAuth},
		{&c.ecdsa, pki.P256, serverName, pki.ServerAuth},
		{&c.rsa1024, pki.RSA1024, serverName, pki.ServerAuth},
		{&c.client, pki.P256, "client.example.com", pki.ClientAuth},
		{&c.clientRSA, pki.RSA2048, "client.example.com", pki.ClientAuth},
	} {
		*want.to, err = root.Issue(pki.Template{CommonName: want.name, DNSNames: []string{want.name}, KeyKind: want.kind, Purpose: want.use})
		if err != nil {
			return nil, err
		}
	}
	return c, nil
})

func mint(t testing.TB) *credentials {
	t.Helper()
	c, err := minted()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// both is what a server of crypto/tls needs to serve every suite.
func (c *credentials) both() []tls.Certificate {
	return []tls.Certificate{pki.TLS(c.ecdsa, c.root), pki.TLS(c.rsa, c.root)}
}

// write puts the server's certificates and keys into a folder as PEM files.
func (c *credentials) write(folder string) error {
	for name, leaf := range map[string]*pki.Certificate{"rsa": c.rsa, "ecdsa": c.ecdsa} {
		key, err := leaf.KeyPEM()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name+".pem"), pki.Bundle(leaf, c.root), 0o600); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, name+".key"), key, 0o600); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, "root.pem"), c.root.PEM(), 0o600)
}
