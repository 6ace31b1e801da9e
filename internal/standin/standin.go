// Package standin serves folders in place of buckets, as --connect DOMAIN=dir:PATH
// requests. Each is behind its own loopback port, so that everything on the way there is
// real, and recorded.
//
// # What to read first
//
// [Open], which is all there is; package bucket has the answers.
package standin

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/bucket"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/pki"
)

// Folders are the folders being served.
type Folders struct {
	// Connect holds the entries that it was opened with; those of folders point to their
	// loopback addresses.
	Connect map[string]string
	// Trust is the CA of their certificates, which stands in for Amazon's; empty if no
	// folder is served.
	Trust []*x509.Certificate

	servers []*bucket.Server
}

// life is how long the certificates are valid; the clock of an edge can be moved within it.
const life = 10 * 365 * 24 * time.Hour

// Open serves every folder that connect names. at is the time at which certificates are
// judged; those of the folders are valid around it.
func Open(connect map[string]string, at time.Time) (*Folders, error) {
	f := &Folders{Connect: make(map[string]string, len(connect))}
	var ca *pki.Certificate
	for domain, to := range connect {
		folder, ok, err := ingest.ParseFolder(to)
		if !ok {
			f.Connect[domain] = to
			continue
		}
		if err == nil && ca == nil {
			ca, err = pki.NewCA(pki.Template{CommonName: "edgesim stand-in for Amazon", NotBefore: at.Add(-life), NotAfter: at.Add(life)})
		}
		if err == nil {
			err = f.open(ca, domain, folder)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connect %s: %w", domain, err), f.Close())
		}
	}
	if ca != nil {
		f.Trust = []*x509.Certificate{ca.X509}
	}
	return f, nil
}

// open serves one folder.
func (f *Folders) open(ca *pki.Certificate, domain string, folder ingest.Folder) error {
	name := domain
	if host, _, err := net.SplitHostPort(domain); err == nil {
		name = host
	}
	config := bucket.Config{Folder: folder.Path, Domain: name, List: folder.List}
	website := distribution.BackendOf(name) == distribution.BackendWebsite
	switch {
	case folder.Website != "" && !website:
		return fmt.Errorf("website=%s: %s is not a website endpoint", folder.Website, name)
	case folder.Website != "":
		file, err := os.Open(folder.Website)
		if err != nil {
			return err
		}
		defer file.Close()
		if config.Website, err = bucket.ReadWebsite(file); err != nil {
			return fmt.Errorf("%s: %w", folder.Website, err)
		}
	case website:
		config.Website = bucket.Default()
	}
	b, err := bucket.Open(config)
	if err != nil {
		return err
	}
	var server *bucket.Server
	if website { // it has no TLS
		server, err = bucket.Serve(b, nil)
	} else {
		names := []string{name}
		if _, endpoint, ok := strings.Cut(name, "."); ok {
			names = append(names, "*."+endpoint) // S3's own certificate (CF-S3-16)
		}
		leaf, issueErr := ca.Issue(pki.Template{Organization: "edgesim", DNSNames: names}) // a bucket's name can be too long for a CN
		if issueErr != nil {
			return errors.Join(issueErr, b.Close())
		}
		certificate := pki.TLS(leaf)
		server, err = bucket.Serve(b, &certificate)
	}
	if err != nil {
		return errors.Join(err, b.Close())
	}
	f.servers = append(f.servers, server)
	f.Connect[domain] = server.Address()
	return nil
}

// Close ends all of them.
func (f *Folders) Close() error {
	var err error
	for _, s := range f.servers {
		err = errors.Join(err, s.Close())
	}
	return err
}
