package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"

	"github.com/edgesim/edgesim/internal/pki"
)

// issueKept issues the certificate of all the origins.
func (s *site) issueKept() (certFile, keyFile string, err error) {
	leaf, err := s.ca.Issue(pki.Template{CommonName: "*.bench.example", DNSNames: []string{"*.bench.example"}, KeyKind: pki.P256})
	if err != nil {
		return "", "", err
	}
	key, err := leaf.KeyPEM()
	if err != nil {
		return "", "", err
	}
	certFile, keyFile = s.path("kept.pem"), s.path("kept.key")
	return certFile, keyFile, errors.Join(os.WriteFile(certFile, leaf.PEM(), 0o600), os.WriteFile(keyFile, key, 0o600))
}

func startStdKept(ctx context.Context, s *site, origin string, _ crowd) (*running, error) {
	child, address, err := s.startRole(ctx, role{Name: roleStdKept, OriginAddress: origin, CAFile: s.caFile})
	if err != nil {
		return nil, err
	}
	return &running{name: nameStd, url: "http://" + address, child: child}, nil
}

// serveStdKept is the standard library's reverse proxy for all the origins.
func serveStdKept(r role) error {
	pem, err := os.ReadFile(r.CAFile)
	if err != nil {
		return err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(p *httputil.ProxyRequest) {
			name, _, _ := strings.Cut(strings.TrimPrefix(p.In.URL.Path, "/"), "/")
			p.SetURL(&url.URL{Scheme: "https", Host: name + ".bench.example"})
		},
		Transport: &http.Transport{
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				var d net.Dialer
				return d.DialContext(ctx, network, r.OriginAddress)
			},
			TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: 1000,
		},
	}
	ln, err := r.listen()
	if err != nil {
		return err
	}
	return http.Serve(ln, proxy)
}

// startEdgesimKept starts the program under test with a distribution for all the origins.
func startEdgesimKept(ctx context.Context, s *site, origin string, many crowd) (*running, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	type object = map[string]any
	list := func(items ...any) object { return object{"Quantity": len(items), "Items": items} }
	var origins, behaviors []any
	behavior := func(i int) object {
		return object{"TargetOriginId": keptHost(i), "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}
	}
	args := []string{"--origin-ca", s.caFile, "--listen", address, "--listen-tls", "off", "--inspect", "127.0.0.1:0", "--state", s.path("state-kept"), "--record", "memory"}
	for i := range many.origins {
		origins = append(origins, object{"Id": keptHost(i), "DomainName": keptHost(i), "CustomOriginConfig": object{
			"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only", "OriginSslProtocols": list("TLSv1.2"), "OriginKeepaliveTimeout": 120,
		}})
		b := behavior(i)
		b["PathPattern"] = keptPath(i, "*")
		behaviors = append(behaviors, b)
		args = append(args, "--connect", keptHost(i)+"="+origin)
	}
	config, err := json.Marshal(object{"CallerReference": "bench", "Comment": "many origins", "Enabled": true,
		"Origins": list(origins...), "DefaultCacheBehavior": behavior(0), "CacheBehaviors": list(behaviors...)})
	if err != nil {
		return nil, err
	}
	file := s.path("kept.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		return nil, err
	}
	child, err := s.start(ctx, nameEdgesim, exec.Command(s.edgesim, append([]string{"serve", file}, args...)...))
	if err != nil {
		return nil, err
	}
	return &running{name: nameEdgesim, url: "http://" + address, child: child}, child.waitFor(ctx, address)
}

// startNginxKept starts nginx with an upstream for each of the origins.
func startNginxKept(ctx context.Context, s *site, origin string, many crowd) (*running, error) {
	nginx, _ := installed("nginx")
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	var conf strings.Builder
	fmt.Fprintf(&conf, "%s\nhttp {\n  access_log off;\n  keepalive_timeout 600s;\n  keepalive_requests 1000000000;\n  proxy_http_version 1.1;\n"+
		"  proxy_set_header Connection \"\";\n  proxy_ssl_server_name on;\n  proxy_ssl_verify on;\n  proxy_ssl_trusted_certificate %s;\n  proxy_max_temp_file_size 0;\n", s.nginxHeadFor("kept", 16384), s.caFile)
	for i := range many.origins {
		fmt.Fprintf(&conf, "  upstream o%d { server %s; keepalive %d; keepalive_requests 1000000000; keepalive_timeout 600s; }\n", i, origin, 2*many.each)
	}
	fmt.Fprintf(&conf, "  server {\n    listen %s backlog=1024;\n", address)
	for i := range many.origins {
		fmt.Fprintf(&conf, "    location /o%d/ { proxy_pass https://o%d; proxy_set_header Connection \"\"; proxy_set_header Host %[3]s; proxy_ssl_name %[3]s; }\n", i, i, keptHost(i))
	}
	conf.WriteString("  }\n}\n")
	child, err := s.startNginx(ctx, nginx, "kept", conf.String())
	if err != nil {
		return nil, err
	}
	return &running{name: nameNginx, url: "http://" + address, child: child}, child.waitFor(ctx, address)
}
