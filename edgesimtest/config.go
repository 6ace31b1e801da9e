package edgesimtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/internal/sigv4"
	"github.com/edgesim/edgesim/internal/standin"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
)

// Config configures an edge and its origin. Exactly one of Handler, Origin, Lab,
// File and Distribution must be set.
type Config struct {
	// Handler is the application under test. It is served over HTTPS as
	// [OriginHost], with a certificate chain that CloudFront accepts.
	Handler http.Handler
	// Origin is the URL of an origin that is already running, e.g. an
	// httptest.Server. It is judged as is: the certificate of an
	// httptest.NewTLSServer is self-signed, and CloudFront rejects it.
	Origin string
	// Lab is the name of a broken or healthy origin from package lab, e.g.
	// "expired". It answers on any path.
	Lab string
	// File is a configuration file in any format that edgesim serve reads. Its
	// origins are reached as Connect specifies.
	File string
	// Distribution is the distribution as a Go value, instead of File.
	Distribution *distribution.Distribution
	// Connect maps an origin's DOMAIN or DOMAIN:PORT to the HOST:PORT to connect
	// to; the name, SNI and Host remain those of the domain. Default: what the
	// origin needs.
	Connect map[string]string
	// Trust holds CAs to treat as public ones. Default: the Mozilla list alone,
	// plus what Handler and Lab need.
	Trust []*x509.Certificate
	// Tune modifies the distribution before the edge starts, e.g. to set a timeout.
	Tune func(*distribution.Distribution)
	// Now returns the time at which certificates are judged, before [Edge.Advance]
	// adds to it. Default: time.Now.
	Now func() time.Time
	// ExplainWithin is how long a failed handshake waits for the scan that explains
	// it, see originconn.Client. Default: the default of originconn.Client.
	ExplainWithin time.Duration
	// Client sends requests to the origins in place of the edge's own client;
	// Connect, Trust, Now and ExplainWithin apply only to the latter. The caller
	// must close it.
	Client *originconn.Client
	// Faithful leaves out the X-Edgesim-* response headers.
	Faithful bool
	// Cache selects which responses are cached, as --cache does. Default: none.
	Cache edge.CacheMode
	// AnyHost accepts every Host, regardless of the distribution's aliases.
	AnyHost bool
	// Log writes one line per exchange to the test's output.
	Log bool
}

// OriginHost is the domain name of the origin that serves [Config.Handler], as it
// appears in Host and SNI.
const OriginHost = "origin.edgesim.example"

// site is what a configuration amounts to.
type site struct {
	distribution *distribution.Distribution
	connect      map[string]string
	trust        []*x509.Certificate
	geography    map[string]string
	credentials  map[string]sigv4.Credentials
}

// site starts the origin, if needed, and returns how it is reached.
func (c *Config) site(t testing.TB) (*site, error) {
	given := 0
	for _, set := range []bool{c.Handler != nil, c.Origin != "", c.Lab != "", c.File != "", c.Distribution != nil} {
		if set {
			given++
		}
	}
	if given != 1 {
		return nil, errors.New("exactly one of Handler, Origin, Lab, File and Distribution must be set in Config")
	}
	s := &site{connect: map[string]string{}, distribution: c.Distribution}
	var err error
	switch {
	case c.Handler != nil:
		err = s.startHandler(t, c.Handler)
	case c.Origin != "":
		err = s.read(ingest.FromOrigin(ingest.OriginFlags{URL: c.Origin}))
	case c.File != "":
		err = s.read(ingest.ReadFile(c.File, ingest.Options{}))
	case c.Lab != "":
		err = s.startLab(t, c.Lab)
	}
	if err != nil {
		return nil, err
	}
	maps.Copy(s.connect, c.Connect)
	s.trust = append(s.trust, c.Trust...)
	return s, s.openFolders(t)
}

// openFolders serves the folders that stand in for buckets.
func (s *site) openFolders(t testing.TB) error {
	folders, err := standin.Open(s.connect, time.Now())
	if err != nil {
		return err
	}
	t.Cleanup(func() { folders.Close() })
	s.connect, s.trust = folders.Connect, append(s.trust, folders.Trust...)
	return nil
}

// newClient makes the client for the origins.
func (c *Config) newClient(s *site, clock *edge.Clock) *originconn.Client {
	now := clock.Now
	if c.Now != nil {
		now = func() time.Time { return c.Now().Add(clock.Ahead()) }
	}
	client := &originconn.Client{ConnectTo: s.connect, Now: now, ExplainWithin: c.ExplainWithin, Trust: originconn.MozillaRoots}
	if len(s.trust) > 0 {
		trust := originconn.TrustWith(s.trust...)
		client.Trust = func() *policy.TrustStore { return trust }
	}
	return client
}

// tune applies Tune and validates the result. Problems that existed before are for the
// reader to judge: an origin on loopback has an address as its name.
func (c *Config) tune(d *distribution.Distribution) error {
	var known []distribution.Problem
	if c.Distribution == nil {
		known = d.Validate()
	}
	if c.Tune != nil {
		c.Tune(d)
	}
	problems := slices.DeleteFunc(d.Validate(), func(p distribution.Problem) bool { return slices.Contains(known, p) })
	if len(problems) > 0 {
		return &distribution.InvalidError{Problems: problems}
	}
	return nil
}

// read takes over the result of a configuration reader.
func (s *site) read(r *ingest.Result, err error) error {
	if err != nil {
		return err
	}
	if r.Distribution == nil {
		return errors.New("the file names neither a distribution nor an origin")
	}
	s.distribution = r.Distribution
	maps.Copy(s.connect, r.Connect)
	if r.Overlay == nil {
		return nil
	}
	s.geography, s.credentials = maps.Clone(r.Overlay.Geography), map[string]sigv4.Credentials{}
	for id, c := range r.Overlay.AccessCredentials {
		s.credentials[id] = sigv4.Credentials(c)
	}
	if country := r.Overlay.Values["viewer-country"]; len(country) > 0 {
		if s.geography == nil {
			s.geography = map[string]string{}
		}
		s.geography["CloudFront-Viewer-Country"] = country[0]
	}
	return nil
}

// startHandler serves a handler over HTTPS with a valid chain.
func (s *site) startHandler(t testing.TB, h http.Handler) error {
	now := time.Now()
	root, err := pki.NewCA(pki.Template{CommonName: "edgesimtest root", NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(1, 0, 0)})
	if err != nil {
		return err
	}
	leaf, err := root.Issue(pki.Template{CommonName: OriginHost, DNSNames: []string{OriginHost}})
	if err != nil {
		return err
	}
	server := httptest.NewUnstartedServer(h)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pki.TLS(leaf)}}
	server.StartTLS()
	t.Cleanup(server.Close)
	s.trust = []*x509.Certificate{root.X509}
	err = s.read(ingest.FromOrigin(ingest.OriginFlags{URL: "https://" + OriginHost}))
	s.connect[OriginHost] = server.Listener.Addr().String()
	return err
}

// startLab runs one origin of the lab.
func (s *site) startLab(t testing.TB, name string) error {
	l, err := lab.Start(context.Background(), lab.Config{Only: []string{name}})
	if err != nil {
		return err
	}
	t.Cleanup(func() { _ = l.Close() }) // always nil
	block, _ := pem.Decode(l.CAPEM())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return fmt.Errorf("the lab's CA: %w", err)
	}
	s.distribution, s.trust = l.Distribution(), []*x509.Certificate{root}
	maps.Copy(s.connect, l.Connect())
	return nil
}

// newTransport returns a viewer's transport, over HTTP/1.1 and h2.
func newTransport(ca *proxy.CA) *http.Transport {
	return &http.Transport{TLSClientConfig: &tls.Config{RootCAs: ca.Pool()}, ForceAttemptHTTP2: true}
}
