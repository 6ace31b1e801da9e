package originconn

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// protocolHTTP2 is the name of HTTP/2 over TLS in ALPN (RFC 9113 section 3.2).
const protocolHTTP2 = "h2"

// http2HeadLimit is where net/http stops reading a response head: far above the documented
// limit, so that we judge it ourselves.
const http2HeadLimit = 32 * policy.ResponseHeaderLimit

// speakHTTP2 starts HTTP/2 on a connection that is open and judged. net/http's Transport
// dials nothing here: it is handed this connection, carries one request at a time on it,
// and neither retries nor pools.
func (c *Conn) speakHTTP2(ctx context.Context, t *Target) error {
	var only http.Protocols
	only.SetHTTP2(true)
	transport := &http.Transport{
		DialTLSContext:         func(context.Context, string, string) (net.Conn, error) { return c.plain, nil },
		Protocols:              &only,
		HTTP2:                  &http.HTTP2Config{WriteByteTimeout: t.ResponseTimeout},
		DisableCompression:     true,
		MaxResponseHeaderBytes: http2HeadLimit,
	}
	spoken, err := transport.NewClientConn(ctx, "https", t.Address())
	if err != nil {
		return err
	}
	c.h2 = spoken
	return nil
}

// exchangeHTTP2 is exchange over HTTP/2.
func (f *fetch) exchangeHTTP2(ctx context.Context, conn *Conn, a *Attempt) (*Response, *policy.Cause) {
	c := &call{fetch: f, conn: conn, attempt: a, viewer: ctx}
	c.ctx, c.cancel = context.WithCancel(ctx)
	c.silence = newSilence(f.target.ResponseTimeout, f.request.Body != nil, c.cancel)
	if f.request.Body != nil {
		c.upload = &upload{body: f.request.Body, sent: c.silence.sent}
		// net/http checks the context only between reads of the body.
		context.AfterFunc(c.ctx, func() { _ = c.upload.Close() })
	}
	if !f.deadline.IsZero() {
		c.overall = time.AfterFunc(time.Until(f.deadline), c.cancel)
	}
	started := time.Now()
	c.silence.wait()
	response, err := c.ask()
	c.silence.heard()
	a.Phases.Wait += time.Since(started)
	if err != nil {
		cause := policy.JudgeRead(c.facts(err, beforeAnswer))
		c.abandon(false)
		return nil, cause
	}
	head := rawHeadHTTP2(response)
	if len(head) > policy.ResponseHeaderLimit {
		c.content = response.Body
		c.abandon(true)
		facts := c.facts(errHeadTooBig, beforeAnswer)
		facts.TooBig = true
		return nil, policy.JudgeRead(facts)
	}
	return c.answer(response, head), nil
}

// ask sends the request and returns the head of the response.
func (c *call) ask() (*http.Response, error) {
	if c.conn.h2 == nil {
		if err := c.conn.speakHTTP2(c.ctx, &c.fetch.target); err != nil {
			return nil, err
		}
	}
	return c.conn.h2.RoundTrip(c.request())
}

// request converts our request for net/http. Fields about an HTTP/1.1 connection are left
// out; Host is the authority.
func (c *call) request() *http.Request {
	r := c.fetch.request
	out := &http.Request{Method: r.Method, URL: target(r.RequestURI), Header: make(http.Header, len(r.Header)), ContentLength: r.ContentLength}
	for _, f := range r.Header {
		switch name := http.CanonicalHeaderKey(f.Name); name {
		case "Host":
			out.Host = f.Value
		case "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Content-Length":
		default:
			out.Header[name] = append(out.Header[name], f.Value)
		}
	}
	out.URL.Scheme, out.URL.Host = "https", out.Host
	if c.upload != nil {
		out.Body = c.upload
	} else {
		out.ContentLength = 0
	}
	return out.WithContext(c.ctx)
}

// target returns a URL whose path and query net/http writes unmodified.
func target(uri string) *url.URL {
	if u, err := url.ParseRequestURI(uri); err == nil && u.RequestURI() == uri {
		return u
	}
	path, query, hasQuery := strings.Cut(uri, "?")
	return &url.URL{Opaque: path, RawQuery: query, ForceQuery: hasQuery && query == ""}
}

// rawHeadHTTP2 writes a head as HTTP/1.1 would: HTTP/2 has no text form, and net/http does
// not keep the order.
func rawHeadHTTP2(r *http.Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/2.0 %d\r\n", r.StatusCode)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range r.Header[name] {
			b.WriteString(strings.ToLower(name) + ": " + value + "\r\n")
		}
	}
	b.WriteString("\r\n")
	return b.String()
}

// answer makes the result of a fetch from a response.
func (c *call) answer(r *http.Response, head string) *Response {
	c.content, c.received = r.Body, r
	c.trailer = http.Header{}
	response := &Response{
		Status: r.StatusCode, Proto: "HTTP/2.0", Header: r.Header, RawHead: head,
		ContentLength: r.ContentLength, Body: c, Trailer: c.trailer,
	}
	return response
}

// Read returns io.EOF at the true end of the body, when the trailer is filled,
// and a *policy.Cause when the origin fails before it.
func (c *call) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	c.silence.wait()
	n, err := c.content.Read(p)
	c.silence.heard()
	c.delivered += int64(n)
	switch {
	case err == io.EOF:
		for name, values := range c.received.Trailer {
			c.trailer[name] = values
		}
		c.err = io.EOF
		c.abandon(true)
	case err != nil:
		facts := c.facts(err, duringBody)
		facts.InBody, facts.Delivered, facts.Length = true, c.delivered, c.received.ContentLength
		cause := c.fetch.refine(policy.JudgeRead(facts))
		c.attempt.Cause, c.err = cause, cause
		c.abandon(cause.Name == policy.CauseViewerAborted)
	}
	return n, c.err
}

// Close ends the call. The origin learns of it if it was not at its end.
func (c *call) Close() error {
	c.abandon(true)
	if c.err == nil {
		c.err = http.ErrBodyReadAfterClose
	}
	return nil
}
