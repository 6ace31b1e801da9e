package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// originHost is the name by which every subject knows the origin. It does not resolve: all
// of them are given the address as well.
const originHost = "origin.bench.example"

// site is what all subjects share: a folder, certificates, and the running origin.
type site struct {
	dir string
	// ca is the root that subjects trust.
	ca *pki.Certificate
	// trust is that root and Mozilla's, as in edgesim: made when first needed, and once, as
	// in a program.
	trust func() *policy.TrustStore
	// caFile, certFile and keyFile are the root that subjects trust and the origin's
	// certificate with its key, in PEM.
	caFile, certFile, keyFile string
	// bodies is the folder with the files that the origin serves.
	bodies string
	// origin is the running origin, originAddress its ip:port, and originKind its kind, for
	// people.
	origin        *child
	originAddress string
	originKind    string
	// load generates the load, as the plan says.
	load generator
	// edgesim is the absolute path of the program under test.
	edgesim string
}

// openSite makes the folder and starts the origin. The caller closes it.
func openSite(ctx context.Context, p *plan) (*site, error) {
	load, err := newGenerator(p.load)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "edgesim-bench-")
	if err != nil {
		return nil, err
	}
	s := &site{dir: dir, load: load}
	if err := s.prepare(ctx, p); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *site) prepare(ctx context.Context, p *plan) error {
	var err error
	if s.edgesim, err = filepath.Abs(p.edgesim); err != nil {
		return err
	}
	if _, err := os.Stat(s.edgesim); err != nil && (p.has(sectionProxy) && p.takesPart(nameEdgesim) || p.named(sectionCheck) || p.named(sectionCache) || p.named(sectionBurst)) {
		return fmt.Errorf("%w (make build makes it)", err)
	}
	if err := s.mint(); err != nil {
		return err
	}
	if err := s.writeBodies(); err != nil {
		return err
	}
	return s.startOrigin(ctx)
}

// close ends the origin and removes the folder.
func (s *site) close() {
	if s.origin != nil {
		s.origin.stop()
	}
	os.RemoveAll(s.dir)
}

// mint makes a root and the origin's certificate below it.
func (s *site) mint() error {
	now := time.Now()
	var err error
	s.ca, err = pki.NewCA(pki.Template{CommonName: "edgesim bench root", NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 0, 7)})
	if err != nil {
		return err
	}
	s.trust = sync.OnceValue(func() *policy.TrustStore { return originconn.TrustWith(s.ca.X509) })
	s.caFile = s.path("ca.pem")
	if err := os.WriteFile(s.caFile, s.ca.PEM(), 0o600); err != nil {
		return err
	}
	s.certFile, s.keyFile, err = s.issue("origin", pki.P256)
	return err
}

// issue makes a certificate for the origin and writes it and its key to files.
func (s *site) issue(name string, kind pki.KeyKind) (certFile, keyFile string, err error) {
	leaf, err := s.ca.Issue(pki.Template{
		CommonName: originHost, DNSNames: []string{originHost}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyKind: kind,
	})
	if err != nil {
		return "", "", err
	}
	key, err := leaf.KeyPEM()
	if err != nil {
		return "", "", err
	}
	certFile, keyFile = s.path(name+".pem"), s.path(name+".key")
	return certFile, keyFile, errors.Join(os.WriteFile(certFile, leaf.PEM(), 0o600), os.WriteFile(keyFile, key, 0o600))
}

// writeBodies writes one file for each size, with incompressible bytes.
func (s *site) writeBodies() error {
	s.bodies = s.path("bodies")
	if err := os.Mkdir(s.bodies, 0o755); err != nil {
		return err
	}
	for _, size := range allBodies {
		content := make([]byte, size)
		rand.Read(content)
		if err := os.WriteFile(filepath.Join(s.bodies, strconv.Itoa(size)), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// path is a file in the site's folder.
func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

// bodyPath is the path at which the origin serves a body.
func bodyPath(size int) string { return "/" + strconv.Itoa(size) }

// freeAddress returns a loopback address at which nothing is listening now, for programs
// that cannot choose a port themselves.
func freeAddress() (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}
