package check

import (
	"cmp"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// LiveConfig says what to compare with a real distribution. All fields but Host
// and Method are required.
type LiveConfig struct {
	// Edge is the simulation of the distribution.
	Edge *edge.Edge
	// Client connects to the real one, as a viewer does.
	Client *originconn.Client
	// URL is the real one's URL, e.g. "https://d111111abcdef8.cloudfront.net".
	URL string
	// Host is the Host and SNI to send. Default: that of the URL.
	Host string
	// Method is GET or HEAD. Default: GET.
	Method string
	// Paths are the paths to request, each with its query.
	Paths []string
}

// Limits of a comparison. The wait for the real one is longer than any documented sum of
// timeouts that a viewer should see: three attempts of 30 s.
const (
	liveConnect = 10 * time.Second
	liveWait    = 120 * time.Second
	liveBody    = 64 << 10
)

// Live asks a real distribution and the simulation for the same paths, one after another,
// and compares the answers. It is the only part of this package that contacts CloudFront.
// The error is a [*policy.Cause] if the real distribution could not be reached.
func Live(ctx context.Context, cfg LiveConfig) ([]Case, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%q is not a URL like https://d111111abcdef8.cloudfront.net", cfg.URL)
	}
	target, err := liveTarget(u, cfg.Host)
	if err != nil {
		return nil, err
	}
	host, method := cmp.Or(cfg.Host, u.Host), cmp.Or(cfg.Method, http.MethodGet)
	var cases []Case
	for _, path := range cfg.Paths {
		c := Case{Format: caseFormat, URL: cfg.URL, Method: method, Host: host, Path: path}
		if c.Live, err = askLive(ctx, cfg.Client, target, &c); err != nil {
			return cases, err
		}
		c.Simulated = askSimulation(ctx, cfg.Edge, u.Scheme, &c)
		if ctx.Err() != nil {
			return cases, ctx.Err()
		}
		c.Differences = c.Compare()
		cases = append(cases, c)
	}
	return cases, nil
}

// liveTarget returns the target that a viewer connects to.
func liveTarget(u *url.URL, host string) (originconn.Target, error) {
	t := originconn.Target{
		Host: u.Hostname(), Port: 80, TLS: u.Scheme == "https", IPAddressType: distribution.DualStack,
		Attempts: 1, ConnectTimeout: liveConnect, ResponseTimeout: liveWait,
	}
	if t.TLS {
		t.Port = 443
		t.SNI = policy.SNI(t.Host, host, host != "")
		t.AcceptedNames = policy.NamesFor(t.Host, host, host != "")
		t.Offer = policy.OfferFor([]distribution.SSLProtocol{distribution.TLSv12}, policy.CurrentSnapshot())
	}
	if u.Port() != "" {
		port, err := strconv.Atoi(u.Port())
		if err != nil {
			return t, fmt.Errorf("%q: the port is not a number", u)
		}
		t.Port = port
	}
	return t, nil
}

// viewerFields are the fields of the request on both sides.
var viewerFields = []policy.Field{{Name: "User-Agent", Value: "edgesim check"}, {Name: "Accept", Value: "*/*"}}

// askLive asks the real distribution.
func askLive(ctx context.Context, client *originconn.Client, t originconn.Target, c *Case) (Answer, error) {
	started := time.Now()
	result := client.Do(ctx, t, &originconn.Request{
		Method: c.Method, RequestURI: c.Path, Header: append([]policy.Field{{Name: "Host", Value: c.Host}}, viewerFields...),
	})
	if result.Cause != nil {
		return Answer{}, result.Cause
	}
	r := result.Response
	return answerOf(r.Status, r.Header, r.Body, started), nil
}

// askSimulation asks the simulated edge.
func askSimulation(ctx context.Context, e *edge.Edge, scheme string, c *Case) Answer {
	started := time.Now()
	v := &edge.ViewerRequest{
		Method: c.Method, Scheme: scheme, Host: c.Host, Proto: "HTTP/1.1", URI: c.Path, Header: http.Header{},
		RemoteAddr: viewerAddress, Form: edge.FormOrigin,
	}
	for _, f := range viewerFields {
		v.Header[f.Name] = []string{f.Value}
	}
	if scheme == "https" {
		v.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256, HandshakeComplete: true}
	}
	r := e.Serve(ctx, v)
	return answerOf(r.Status, r.Header, r.Body, started)
}

// answerOf records an answer and closes its body.
func answerOf(status int, header http.Header, body io.ReadCloser, started time.Time) Answer {
	defer body.Close()
	a := Answer{Status: status, Header: recorded(header), Timing: TimingOf(time.Since(started))}
	data, _ := io.ReadAll(io.LimitReader(body, liveBody)) // a truncated body counts
	a.Sentence = sentenceOf(string(data))
	return a
}
