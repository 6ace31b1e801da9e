package lab

import (
	"crypto/tls"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// authority stands in for a public certificate authority: a trusted root and
// an intermediate that issues the leaves.
type authority struct {
	now     time.Time
	root    *pki.Certificate
	issuing *pki.Certificate
}

func newAuthority(now time.Time) (*authority, error) {
	root, err := pki.NewCA(pki.Template{
		CommonName:   "edgesim lab root (stands in for a public CA)",
		Organization: "edgesim lab",
		NotBefore:    now.AddDate(-10, 0, 0),
		NotAfter:     now.AddDate(10, 0, 0),
	})
	if err != nil {
		return nil, err
	}
	a := &authority{now: now, root: root}
	if a.issuing, err = a.intermediate(root, "edgesim lab issuing CA"); err != nil {
		return nil, err
	}
	return a, nil
}

// intermediate issues a CA below another one.
func (a *authority) intermediate(parent *pki.Certificate, name string) (*pki.Certificate, error) {
	return parent.Issue(pki.Template{
		CommonName:   name,
		Organization: "edgesim lab",
		IsCA:         true,
		NotBefore:    a.now.AddDate(-5, 0, 0),
		NotAfter:     a.now.AddDate(5, 0, 0),
	})
}

// leaf is the template of a sound certificate for a host.
func (a *authority) leaf(host string) pki.Template {
	return pki.Template{
		CommonName: host,
		DNSNames:   []string{host},
		NotBefore:  a.now.AddDate(-1, 0, 0),
		NotAfter:   a.now.AddDate(1, 0, 0),
	}
}

// issue mints a leaf and returns the complete chain to send, in order.
func (a *authority) issue(leaf pki.Template) (tls.Certificate, error) {
	minted, err := a.issuing.Issue(leaf)
	if err != nil {
		return tls.Certificate{}, err
	}
	return pki.TLS(minted, a.issuing), nil
}
