package originconn_test

import (
	"os"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/originconn"
)

func scanTarget() originconn.Target {
	t := defaults()
	t.Host, t.Port, t.TLS, t.SNI, t.ConnectTimeout = "origin.example", 443, true, peers.Domain("good-rsa"), 5*time.Second
	return t
}

var scanCertificatesOnce = sync.OnceValues(func() (*peers.Certificates, error) {
	dir, err := os.MkdirTemp("", "edgesim-scan")
	if err != nil {
		return nil, err
	}
	return peers.MakeCertificates(dir)
})

// scanCertificates makes the certificates of the servers, once.
func scanCertificates(t testing.TB) *peers.Certificates {
	t.Helper()
	peers.Need(t, "openssl")
	c, err := scanCertificatesOnce()
	if err != nil {
		t.Fatal(err)
	}
	return c
}
