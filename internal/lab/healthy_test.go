package lab_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/rsa"
	"io"
	"net/http"
	"testing"
)

var healthyProofs = []proof{
	{"healthy-ecdsa", func(t *testing.T, o stand) {
		if _, ok := o.chain(t, 2)[0].PublicKey.(*ecdsa.PublicKey); !ok {
			t.Error("the key is not ECDSA")
		}
		isHealthy(t, o)
	}},
	{"healthy-rsa", func(t *testing.T, o stand) {
		if key, ok := o.chain(t, 2)[0].PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 {
			t.Error("the key is not RSA 2048")
		}
		isHealthy(t, o)
	}},
	{"healthy-deep", func(t *testing.T, o stand) {
		inOrder(t, o.chain(t, 4))
		isHealthy(t, o)
	}},
	{"healthy-wildcard", func(t *testing.T, o stand) {
		if names := o.chain(t, 2)[0].DNSNames; len(names) != 1 || names[0] != "*.lab.edgesim.example" {
			t.Errorf("got names %q", names)
		}
		isHealthy(t, o)
	}},
	{"healthy-cn-only", func(t *testing.T, o stand) {
		leaf := o.chain(t, 2)[0]
		if len(leaf.DNSNames)+len(leaf.IPAddresses) != 0 || leaf.Subject.CommonName != o.Host() {
			t.Errorf("got CN %q and names %q", leaf.Subject.CommonName, leaf.DNSNames)
		}
		echoes(t, o)
	}},
	{"healthy-http", func(t *testing.T, o stand) { echoes(t, o) }},
}

// isHealthy fails the test unless the chain is sound and the origin echoes.
func isHealthy(t *testing.T, o stand) {
	t.Helper()
	o.soundAt(t, noon)
	echoes(t, o)
}

// echoes sends two requests over one connection.
func echoes(t *testing.T, o stand) {
	t.Helper()
	conn := o.connect(t)
	reader := bufio.NewReader(conn)
	for range 2 {
		write(t, conn, "PUT /a/b%20c?d=e HTTP/1.1\r\nHost: some.example\r\nX-B: 2\r\nX-A: 1\r\nContent-Length: 5\r\n\r\nhello")
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		const want = "PUT /a/b%20c?d=e HTTP/1.1\nHost: some.example\nContent-Length: 5\nX-A: 1\nX-B: 2\n\n5 bytes of body\n"
		if response.StatusCode != http.StatusOK || string(body) != want || err != nil {
			t.Fatalf("got %d with %q and %v, want %q", response.StatusCode, body, err, want)
		}
	}
}
