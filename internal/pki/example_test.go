package pki_test

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// A root, and a leaf that it issued and that has since expired.
func Example() {
	root, err := pki.NewCA(pki.Template{
		CommonName: "Example Root",
		NotBefore:  time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC),
		NotAfter:   time.Date(2035, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	leaf, err := root.Issue(pki.Template{
		CommonName: "origin.example.com",
		DNSNames:   []string{"origin.example.com"},
		NotAfter:   time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = leaf.X509.Verify(x509.VerifyOptions{
		DNSName:     "origin.example.com",
		Roots:       pki.Pool(root),
		CurrentTime: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC),
	})
	var invalid x509.CertificateInvalidError
	fmt.Println("expired:", errors.As(err, &invalid) && invalid.Reason == x509.Expired)
	// Output: expired: true
}
