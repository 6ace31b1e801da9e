package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/replay"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// replayViewer is a viewer that sends recorded requests: to a running edge, or to one in
// this process.
type replayViewer struct {
	to     *url.URL
	client *http.Client
	inside *edge.Edge
}

// viewerTimeout is longer than an edge may take for any answer.
const viewerTimeout = 10 * time.Minute

// viewerFor returns the viewer that the flags select.
func (p *program) viewerFor(c *cli.Context, store recording.Store) (*replayViewer, error) {
	if c.Bool("from-recording") {
		return p.insideViewer(c, store)
	}
	u, err := url.Parse(c.String("to"))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usage{err: fmt.Errorf("--to %q is not a URL like http://%s", c.String("to"), defaultListen)}
	}
	transport := &http.Transport{DisableCompression: true, ForceAttemptHTTP2: true}
	if u.Scheme == "https" {
		roots, err := viewerRoots(c)
		if err != nil {
			return nil, err
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return &replayViewer{to: u, client: &http.Client{
		Transport: transport, Timeout: viewerTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// viewerRoots returns the CA that the edge uses with its viewers.
func viewerRoots(c *cli.Context) (*x509.CertPool, error) {
	dir, err := (&settings{state: c.String("state")}).stateDir()
	if err != nil {
		return nil, usage{err: err}
	}
	ca, err := proxy.LoadOrCreateCA(dir)
	if err != nil {
		return nil, usage{err: err}
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca.PEM())
	return roots, nil
}

// insideViewer makes an edge whose origins are replaced by the recording.
func (p *program) insideViewer(c *cli.Context, store recording.Store) (*replayViewer, error) {
	result, err := ingest.ReadFile(c.String("config"), ingest.Options{Stdin: p.stdin})
	if err != nil {
		return nil, usage{err: fmt.Errorf("--config: %w", err)}
	}
	if result.Distribution == nil {
		return nil, usage{err: fmt.Errorf("--config %s names neither a distribution nor an origin", c.String("config"))}
	}
	source, err := replay.Open(c.Context, replay.Config{Store: store})
	if err != nil {
		return nil, err
	}
	p.noticesOfAll([]*distribution.Distribution{result.Distribution})
	return &replayViewer{inside: &edge.Edge{
		Distribution: result.Distribution, Snapshot: policy.CurrentSnapshot(), Client: &originconn.Client{Answer: source.Answer},
	}}, nil
}

func (v *replayViewer) close() {
	if v.client != nil {
		v.client.CloseIdleConnections()
	}
	if v.inside != nil {
		v.inside.Client.Close()
	}
}

// send sends the request of an exchange and reads the answer.
func (v *replayViewer) send(ctx context.Context, e *recording.Exchange) (*replay.Seen, error) {
	header := e.Viewer.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	for _, name := range append(replay.RedactedFields(e), "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Content-Length", "Host") {
		header.Del(name)
	}
	if v.inside != nil {
		return v.sendInside(ctx, e, header)
	}
	r, err := http.NewRequestWithContext(ctx, e.Viewer.Method, v.to.Scheme+"://"+v.to.Host+e.Viewer.URI, bytes.NewReader(e.Viewer.Body))
	if err != nil {
		return nil, usage{err: fmt.Errorf("exchange %s cannot be sent again: %w", e.ID, err)}
	}
	if len(e.Viewer.Body) == 0 {
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Host, r.Header = e.Viewer.Host, header
	if _, ok := header["User-Agent"]; !ok {
		header["User-Agent"] = []string{""} // none; otherwise Go would add its own
	}
	response, err := v.client.Do(r)
	if err != nil {
		return nil, usage{err: fmt.Errorf("no answer from %s: %w", v.to.Host, errors.Unwrap(err)), hint: "is an edge running there? --to names the address of its viewers"}
	}
	return seen(response.StatusCode, response.Header, response.Body), nil
}

// sendInside serves the request in this process.
func (v *replayViewer) sendInside(ctx context.Context, e *recording.Exchange, header http.Header) (*replay.Seen, error) {
	request := &edge.ViewerRequest{
		Method: e.Viewer.Method, Scheme: e.Viewer.Scheme, Host: e.Viewer.Host, URI: e.Viewer.URI, Proto: e.Viewer.Proto,
		Header: header, RemoteAddr: e.Viewer.Address, Form: e.Viewer.Form,
	}
	if len(e.Viewer.Body) > 0 {
		request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(e.Viewer.Body)), int64(len(e.Viewer.Body))
	}
	response := v.inside.Serve(ctx, request)
	return seen(response.Status, response.Header, response.Body), nil
}

// seen reads a complete answer.
func seen(status int, header http.Header, body io.ReadCloser) *replay.Seen {
	data, err := io.ReadAll(body)
	body.Close()
	return &replay.Seen{Status: status, Header: header, Body: data, Err: err}
}
