package proxy_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// TestResponse checks what the viewer gets, raw and byte for byte except for Date, in the
// origin form and through goproxy.
func TestResponse(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, proto string
		resp                edge.Response
		body                string
		want                string
	}{
		{
			"no guessed type", "GET", "HTTP/1.1", edge.Response{Status: 200, ContentLength: 6}, "<html>",
			"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n<html>",
		},
		{
			"fields in the order of CloudFront's answers", "GET", "HTTP/1.1",
			edge.Response{Status: 502, ContentLength: 1, Header: http.Header{
				"X-Edgesim-Exchange": {"id"}, "X-Amz-Cf-Id": {"id"}, "Via": {"1.1 x"}, "B": {"2"}, "A": {"1"}, "X-Amz-Cf-Pop": {"SIM"},
				"X-Cache": {"Error from cloudfront"}, "Content-Type": {"text/html"}, "Server": {"CloudFront"},
			}}, "x",
			"HTTP/1.1 502 Bad Gateway\r\nServer: CloudFront\r\nContent-Type: text/html\r\nContent-Length: 1\r\nConnection: close\r\n" +
				"A: 1\r\nB: 2\r\nX-Cache: Error from cloudfront\r\nVia: 1.1 x\r\nX-Amz-Cf-Pop: SIM\r\nX-Amz-Cf-Id: id\r\nX-Edgesim-Exchange: id\r\n\r\nx",
		},
		{
			"nothing ends a line", "GET", "HTTP/1.1",
			edge.Response{Status: 200, ContentLength: 0, Header: http.Header{"A": {"1\r\nB: 2\x00"}, "C\r\nD": {"3"}}}, "",
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nA: 1  B: 2 \r\n\r\n",
		},
		{
			"status unknown to net/http", "GET", "HTTP/1.1",
			edge.Response{Status: 494, ContentLength: 2, Header: http.Header{"Content-Type": {"text/html"}}}, "no",
			"HTTP/1.1 494 status code 494\r\nContent-Type: text/html\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
		},
		{
			"unknown length", "GET", "HTTP/1.1", edge.Response{Status: 200, ContentLength: -1, Header: http.Header{"Content-Length": {"9"}}}, "abc",
			"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		},
		{
			"unknown length for HTTP/1.0", "GET", "HTTP/1.0", edge.Response{Status: 200, ContentLength: -1}, "abc",
			"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nabc",
		},
		{
			"length beats field", "GET", "HTTP/1.1", edge.Response{Status: 200, ContentLength: 3, Header: http.Header{"Content-Length": {"9"}}}, "abc",
			"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc",
		},
		{
			"empty", "GET", "HTTP/1.1", edge.Response{Status: 200}, "",
			"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
		},
		{
			"HEAD keeps the length", "HEAD", "HTTP/1.1", edge.Response{Status: 200, Header: http.Header{"Content-Length": {"1234"}}}, "",
			"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\nConnection: close\r\n\r\n",
		},
		{
			"HEAD of an error page", "HEAD", "HTTP/1.1", edge.Response{Status: 502, ContentLength: 7}, "a page.",
			"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 7\r\nConnection: close\r\n\r\n",
		},
		{
			"204", "GET", "HTTP/1.1", edge.Response{Status: 204, ContentLength: -1}, "",
			"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
		},
		{
			"304", "GET", "HTTP/1.1", edge.Response{Status: 304, ContentLength: -1, Header: http.Header{"Etag": {`"x"`}}}, "",
			"HTTP/1.1 304 Not Modified\r\nConnection: close\r\nEtag: \"x\"\r\n\r\n",
		},
		{
			"fields of the other connection", "GET", "HTTP/1.1",
			edge.Response{Status: 200, ContentLength: 1, Header: http.Header{
				"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Transfer-Encoding": {"chunked"}, "Trailer": {"X"}, "Set-Cookie": {"a=1", "b=2"},
			}}, "x",
			"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nx",
		},
	}
	for _, form := range []string{"/", "http://a.example/"} {
		for _, test := range tests {
			t.Run(test.name+" "+form, func(t *testing.T) {
				t.Parallel()
				s := start(t, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
					resp := test.resp
					resp.Body, resp.Close = io.NopCloser(strings.NewReader(test.body)), true
					return &resp
				}})
				r := send(t, dial(t, s.http), test.method+" "+form+" "+test.proto+"\r\nHost: a.example\r\n\r\n")
				if got := withoutDate(readAll(t, r)); got != test.want {
					t.Errorf("got  %q\nwant %q", got, test.want)
				}
			})
		}
	}
}

// withoutDate takes the Date field out of a raw response.
func withoutDate(raw string) string {
	before, rest, ok := strings.Cut(raw, "Date: ")
	if !ok {
		return raw
	}
	_, after, _ := strings.Cut(rest, "\r\n")
	return before + after
}

// TestStreaming reads each part of a body before the next one exists.
func TestStreaming(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{-1, 10} {
		for name, client := range clients {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				r, w := io.Pipe()
				s := start(t, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
					return &edge.Response{Status: 200, Header: http.Header{}, Body: r, ContentLength: length}
				}})
				if length >= 0 {
					go io.WriteString(w, "hello") // the head goes out with it
				}
				c, url := client(t, s)
				resp, err := c.Get(url)
				must(t, err)
				defer resp.Body.Close()
				if length < 0 {
					go io.WriteString(w, "hello") // the head is there before it
				}
				part := make([]byte, 5)
				_, err = io.ReadFull(resp.Body, part)
				must(t, err)
				if resp.ContentLength != length || string(part) != "hello" {
					t.Errorf("got %d bytes announced, %q; want %d, %q", resp.ContentLength, part, length, "hello")
				}
				go func() { io.WriteString(w, "world"); w.Close() }()
				rest, err := io.ReadAll(resp.Body)
				if err != nil || string(rest) != "world" {
					t.Errorf("got %q, %v; want %q", rest, err, "world")
				}
			})
		}
	}
}

// TestTruncation: a body that ends early must not look complete.
func TestTruncation(t *testing.T) {
	t.Parallel()
	broken := errors.New("the origin broke off")
	tests := map[string]func(context.Context, *edge.ViewerRequest) *edge.Response{
		"error, unknown length": func(context.Context, *edge.ViewerRequest) *edge.Response {
			return &edge.Response{Status: 200, Body: &failing{strings.NewReader("half"), broken}, ContentLength: -1}
		},
		"error, known length": func(context.Context, *edge.ViewerRequest) *edge.Response {
			return &edge.Response{Status: 200, Body: &failing{strings.NewReader("half"), broken}, ContentLength: 8}
		},
		"error before the first byte": func(context.Context, *edge.ViewerRequest) *edge.Response {
			return &edge.Response{Status: 200, Body: &failing{strings.NewReader(""), broken}, ContentLength: 8}
		},
		"shorter than announced": func(context.Context, *edge.ViewerRequest) *edge.Response {
			return &edge.Response{Status: 200, Body: io.NopCloser(strings.NewReader("half")), ContentLength: 8}
		},
		// Over HTTP/2 nothing of it can be sent: net/http refuses the whole write.
		"longer than announced": func(context.Context, *edge.ViewerRequest) *edge.Response {
			return &edge.Response{Status: 200, Body: io.NopCloser(strings.NewReader(strings.Repeat("x", 9000))), ContentLength: 8999}
		},
	}
	for road, client := range clients {
		for name, serve := range tests {
			t.Run(name+" "+road, func(t *testing.T) {
				t.Parallel()
				s := start(t, proxy.Config{Serve: serve})
				c, url := client(t, s)
				resp, err := c.Get(url)
				if err != nil && strings.HasPrefix(name, "longer") {
					return
				} else if err != nil {
					t.Fatalf("the head did not arrive: %v", err)
				}
				defer resp.Body.Close()
				if body, err := io.ReadAll(resp.Body); err == nil {
					t.Errorf("read %d bytes without an error, want one", len(body))
				}
			})
		}
	}
}

// failing is a body that ends with an error.
type failing struct {
	io.Reader
	err error
}

func (f *failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

func (f *failing) Close() error { return nil }

// TestBodyIsClosed: in every case, the edge's body is closed, and only once.
func TestBodyIsClosed(t *testing.T) {
	t.Parallel()
	for road, client := range clients {
		for _, status := range []int{200, 204, 304} {
			t.Run(road, func(t *testing.T) {
				t.Parallel()
				closed := make(chan struct{}, 5)
				s := start(t, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
					return &edge.Response{Status: status, Body: &closing{strings.NewReader(""), closed}}
				}})
				c, url := client(t, s)
				resp, err := c.Get(url)
				must(t, err)
				resp.Body.Close()
				<-closed
				c.CloseIdleConnections()
				must(t, s.end(context.Background()))
				if n := len(closed); n != 0 {
					t.Errorf("the body was closed %d times, want 1", n+1)
				}
			})
		}
	}
}

type closing struct {
	io.Reader
	closed chan<- struct{}
}

func (c *closing) Close() error {
	c.closed <- struct{}{}
	return nil
}

// TestTrailer: a response's trailer follows its body over HTTP/2, when it is
// known (CF-GRPC-01).
func TestTrailer(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
		r := response(200, "")
		r.ContentLength, r.Trailer = -1, http.Header{}
		r.Body = &filling{Reader: strings.NewReader("body"), trailer: r.Trailer}
		return r
	}})
	c, url := clients["tls, h2"](t, s)
	resp, err := c.Get(url)
	must(t, err)
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "body" || err != nil {
		t.Errorf("got %q, %v", body, err)
	}
	if got := resp.Trailer.Get("Grpc-Status"); got != "7" || resp.Header.Get("Grpc-Status") != "" {
		t.Errorf("trailer %v, header %v", resp.Trailer, resp.Header)
	}
}

// filling is a body that fills a trailer at its end.
type filling struct {
	*strings.Reader
	trailer http.Header
}

func (f *filling) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err == io.EOF {
		f.trailer.Set("Grpc-Status", "7")
	}
	return n, err
}

func (f *filling) Close() error { return nil }

// TestNoLengthWithoutBody: a 304 and a 204 of an origin have no Content-Length,
// over HTTP/2 either.
func TestNoLengthWithoutBody(t *testing.T) {
	t.Parallel()
	for _, status := range []int{204, 304} {
		s := start(t, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
			return &edge.Response{Status: status, Header: http.Header{"Etag": {"e"}}, Body: http.NoBody}
		}})
		for _, two := range []bool{false, true} {
			transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: two}
			t.Cleanup(transport.CloseIdleConnections)
			resp, err := transport.RoundTrip(mustRequest("https://" + s.https + "/x"))
			must(t, err)
			resp.Body.Close()
			if length, ok := resp.Header["Content-Length"]; ok || resp.StatusCode != status || (resp.ProtoMajor == 2) != two {
				t.Errorf("%s: got %d with Content-Length %q", resp.Proto, resp.StatusCode, length)
			}
		}
	}
}
