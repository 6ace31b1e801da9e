package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
)

// serveStd is the reference for all subjects, in a separate process: the standard library's
// reverse proxy with nothing added.
func serveStd(r role) error {
	handler, err := newStd(r.CAFile, r.OriginAddress)
	if err != nil {
		return err
	}
	ln, err := r.listen()
	if err != nil {
		return err
	}
	return http.Serve(ln, handler)
}

// newStd makes the bare reverse proxy. Its transport keeps as many connections as there can
// be, trusts the site's root, and verifies as usual.
func newStd(caFile, originAddress string) (http.Handler, error) {
	pem, err := os.ReadFile(caFile)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("%s holds no certificate", caFile)
	}
	transport := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, originAddress)
		},
		TLSClientConfig:     &tls.Config{RootCAs: roots, ServerName: originHost},
		MaxIdleConnsPerHost: 1024,
	}
	target := &url.URL{Scheme: "https", Host: originHost}
	return &httputil.ReverseProxy{
		Rewrite:   func(p *httputil.ProxyRequest) { p.SetURL(target) },
		Transport: transport,
	}, nil
}
