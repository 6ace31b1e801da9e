package check

import (
	"context"
	"crypto/x509"
	"io"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// Software is the software that an origin seems to run.
type Software struct {
	// Name is the short name used by fixes: nginx, apache, caddy, haproxy, iis, alb, nlb,
	// s3-website, …
	Name string `json:"name"`
	// Evidence is what shows it, e.g. `Server: nginx/1.22.1`.
	Evidence string `json:"evidence"`
}

// sign is one way to recognize software.
type sign struct {
	name string
	// mark is what to look for.
	mark *regexp.Regexp
}

// The signs, by where they are looked for. The first match counts.
var (
	nameSigns = []sign{
		{"alb", regexp.MustCompile(`(?i)\.[a-z0-9-]+\.elb\.amazonaws\.com(\.cn)?$`)},
		{"nlb", regexp.MustCompile(`(?i)\.elb\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`)},
		{"s3-website", regexp.MustCompile(`(?i)\.s3-website[.-][a-z0-9-]+\.amazonaws\.com(\.cn)?$`)},
		{"api-gateway", regexp.MustCompile(`(?i)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$`)},
		{"lambda-url", regexp.MustCompile(`(?i)\.lambda-url\.[a-z0-9-]+\.on\.aws$`)},
	}
	serverSigns = []sign{
		{"nginx", regexp.MustCompile(`(?i)^(nginx|openresty|tengine)`)},
		{"apache", regexp.MustCompile(`(?i)^apache`)},
		{"caddy", regexp.MustCompile(`(?i)^caddy`)},
		{"haproxy", regexp.MustCompile(`(?i)^haproxy`)},
		{"iis", regexp.MustCompile(`(?i)^microsoft-(iis|httpapi)`)},
		{"alb", regexp.MustCompile(`(?i)^awselb`)},
		{"envoy", regexp.MustCompile(`(?i)^(istio-)?envoy`)},
		{"traefik", regexp.MustCompile(`(?i)^traefik`)},
	}
	certificateSigns = []sign{
		{"ingress-nginx", regexp.MustCompile(`^Kubernetes Ingress Controller Fake Certificate$`)},
		{"traefik", regexp.MustCompile(`^TRAEFIK DEFAULT CERT$`)},
		{"caddy", regexp.MustCompile(`^Caddy Local Authority`)},
	}
)

func match(signs []sign, text, where string) *Software {
	for _, s := range signs {
		if s.mark.MatchString(text) {
			return &Software{Name: s.name, Evidence: where + printable(text)}
		}
	}
	return nil
}

// softwareByName examines the origin's DNS name, which decides for AWS's own.
func softwareByName(host string) *Software {
	return match(nameSigns, strings.TrimSuffix(host, "."), "the name ")
}

// softwareByHeader examines a response head.
func softwareByHeader(h http.Header) *Software {
	if s := match(serverSigns, h.Get("Server"), "Server: "); s != nil {
		return s
	}
	if via := h.Get("Via"); strings.HasSuffix(via, " Caddy") {
		return &Software{Name: "caddy", Evidence: "Via: " + printable(via)}
	}
	return nil
}

// softwareByChain examines the certificates: some servers present one of their own if they
// have none for a name.
func softwareByChain(chain [][]byte) *Software {
	for _, der := range chain {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		for _, name := range []string{cert.Subject.CommonName, cert.Issuer.CommonName} {
			if s := match(certificateSigns, name, "the certificate of "); s != nil {
				return s
			}
		}
	}
	return nil
}

// detect returns what the origin's software seems to be, nil if that does not show. If TLS
// kept it from saying anything, it is asked once in plain HTTP on the same port: most
// servers answer that with their own error page and a Server field.
func (v *visit) detect(ctx context.Context) *Software {
	if s := softwareByName(v.plan.Origin.DomainName); s != nil {
		return s
	}
	if v.status != 0 {
		return softwareByHeader(v.header)
	}
	h := v.last().Handshake
	if h == nil || v.cause == nil {
		return nil
	}
	if s := softwareByChain(h.PeerCertificates); s != nil {
		return s
	}
	if v.cause.Name == policy.CauseConnectTimeout {
		return nil
	}
	header, _, _ := v.askPlain(ctx, v.plan.Target.Port)
	return softwareByHeader(header)
}

// briefly limits what is tried after the verdict: a server that answers does so soon.
const briefly = 3 * time.Second

// askPlain asks the origin over plain HTTP on a port, sending only Host: neither the
// origin's custom headers nor the viewer's fields belong on such a connection.
func (v *visit) askPlain(ctx context.Context, port int) (http.Header, int, *originconn.Attempt) {
	t := v.plan.Target
	host := v.plan.Request.Header[0]
	plain := originconn.Target{
		Host: t.Host, Port: port, IPAddressType: t.IPAddressType, Attempts: 1,
		ConnectTimeout: min(t.ConnectTimeout, briefly), ResponseTimeout: briefly, CompletionTimeout: 2 * briefly,
	}
	result := v.edge.Client.Do(ctx, plain, &originconn.Request{
		Method: "GET", RequestURI: "/",
		Header: []policy.Field{host, {Name: "User-Agent", Value: policy.UserAgent}, {Name: "Connection", Value: "close"}},
	})
	last := result.Attempts[len(result.Attempts)-1]
	if result.Response == nil {
		return nil, 0, last
	}
	io.CopyN(io.Discard, result.Response.Body, bodyLimit)
	result.Response.Body.Close()
	return result.Response.Header, result.Response.Status, last
}
