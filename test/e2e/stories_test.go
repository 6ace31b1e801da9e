package e2e_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/pki"
)

// The commands with which scripts tell the stories of people who met a 502:
// what they had, what they typed, and what must be on their first screen.

// origins runs origins of the lab until the end of the script.
func origins(ts *testscript.TestScript, _ bool, args []string) {
	l, err := lab.Start(context.Background(), lab.Config{Only: args})
	ts.Check(err)
	ts.Defer(func() { l.Close() })
	for _, o := range l.Origins() {
		ts.Setenv(strings.ToUpper(strings.ReplaceAll(o.Name, "-", "_")), o.Address)
	}
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), l.CAPEM(), 0o600))
}

// picky runs an origin as Caddy is one: a TLS server of Go's that has a
// certificate for these names, and ends the handshake for any other.
func picky(ts *testscript.TestScript, _ bool, names []string) {
	root, err := pki.NewCA(pki.Template{CommonName: "stories", NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(9, 0, 0)})
	ts.Check(err)
	leaf, err := root.Issue(pki.Template{CommonName: names[0], DNSNames: names, NotBefore: time.Now().AddDate(0, -1, 0), NotAfter: time.Now().AddDate(0, 2, 0)})
	ts.Check(err)
	certificate := pki.TLS(leaf)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Server", "Caddy") }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = &tls.Config{GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if leaf.X509.VerifyHostname(h.ServerName) != nil {
			return nil, fmt.Errorf("no certificate available for %q", h.ServerName)
		}
		return &certificate, nil
	}}
	server.StartTLS()
	ts.Defer(server.Close)
	ts.Setenv("PICKY", server.Listener.Addr().String())
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), root.PEM(), 0o600))
}

// cloudfront runs a stand-in for a real distribution: it passes everything on to
// an edge at an address, and answers /differs in its own way.
func cloudfront(ts *testscript.TestScript, _ bool, args []string) {
	const name = "d111111abcdef8.cloudfront.net"
	root, err := pki.NewCA(pki.Template{CommonName: "stand-in", NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(9, 0, 0)})
	ts.Check(err)
	leaf, err := root.Issue(pki.Template{DNSNames: []string{name}, NotBefore: time.Now().AddDate(0, -1, 0), NotAfter: time.Now().AddDate(0, 2, 0)})
	ts.Check(err)
	behind, err := url.Parse("http://" + args[0])
	ts.Check(err)
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(behind); r.Out.Host = r.In.Host }}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/differs" {
			w.Header().Set("X-Cache", "Error from cloudfront")
			w.WriteHeader(http.StatusGatewayTimeout)
			return
		}
		pass.ServeHTTP(w, r)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pki.TLS(leaf)}}
	server.StartTLS()
	ts.Defer(server.Close)
	ts.Setenv("CLOUDFRONT", server.Listener.Addr().String())
	ts.Check(os.WriteFile(ts.MkAbs("cloudfront-ca.pem"), root.PEM(), 0o600))
}

// screenLines is the height of a terminal.
const screenLines = 24

var wraps = regexp.MustCompile(`\n +`)

// screen wants patterns on the first screen of what was printed.
func screen(ts *testscript.TestScript, neg bool, patterns []string) {
	lines := strings.SplitAfter(ts.ReadFile("stdout"), "\n")
	first := wraps.ReplaceAllString(strings.Join(lines[:min(len(lines), screenLines)], ""), " ")
	for _, p := range patterns {
		if regexp.MustCompile(p).MatchString(first) == neg {
			ts.Fatalf("the first screen and %q: match %t\n%s", p, !neg, first)
		}
	}
}
