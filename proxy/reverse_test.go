package proxy_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// TestViewerRequest sends raw requests and looks at what the edge gets.
func TestViewerRequest(t *testing.T) {
	t.Parallel()
	got := make(chan *edge.ViewerRequest, 1)
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
		got <- v
		return response(200, "ok")
	}})
	tests := []struct {
		name, raw string
		want      edge.ViewerRequest
	}{
		{
			"origin form, path as sent", "GET /a%20b/../c?x=%2F&y HTTP/1.1\r\nHost: a.example\r\nx-one: 1\r\nX-One: 2\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "a.example", Proto: "HTTP/1.1", URI: "/a%20b/../c?x=%2F&y",
				Header: http.Header{"X-One": {"1", "2"}}, Form: edge.FormOrigin,
				HeaderBytes: len("GET /a%20b/../c?x=%2F&y HTTP/1.1\r\nHost: a.example\r\nx-one: 1\r\nX-One: 2\r\n\r\n"),
			},
		},
		{
			"double slash is a path", "GET //host/x HTTP/1.1\r\nHost: a\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "//host/x", Header: http.Header{},
				Form: edge.FormOrigin, HeaderBytes: 38,
			},
		},
		{
			"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Proto: "HTTP/1.0", URI: "/", Header: http.Header{}, Close: true,
				Form: edge.FormOrigin, HeaderBytes: 28,
			},
		},
		{
			"empty body is none", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "/", Close: true, Form: edge.FormOrigin,
				Header: http.Header{"Content-Length": {"0"}, "Connection": {"close"}}, HeaderBytes: 65,
			},
		},
		{
			"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
			edge.ViewerRequest{
				Method: "OPTIONS", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "*", Header: http.Header{},
				Form: edge.FormOrigin, HeaderBytes: 31,
			},
		},
		{
			"unknown method", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
			edge.ViewerRequest{
				Method: "BREW", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "/pot", Header: http.Header{},
				Form: edge.FormOrigin, HeaderBytes: 31,
			},
		},
		{
			"absolute form, Host ignored", "GET http://u:p@b.example:81/p%41?q HTTP/1.1\r\nHost: other\r\nProxy-Connection: keep-alive\r\nAccept-Encoding: br\r\nConnection: close\r\nProxy-Authorization: x\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "b.example:81", Proto: "HTTP/1.1", URI: "/p%41?q", Close: true,
				Header: http.Header{
					"Proxy-Connection": {"keep-alive"}, "Accept-Encoding": {"br"}, "Connection": {"close"}, "Proxy-Authorization": {"x"},
				},
				Form: edge.FormAbsolute, HeaderBytes: 165,
			},
		},
		{
			"absolute form, https, no path", "GET https://b.example?q HTTP/1.1\r\nHost: b.example\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "https", Host: "b.example", Proto: "HTTP/1.1", URI: "/?q", Header: http.Header{},
				Form: edge.FormAbsolute, HeaderBytes: 53,
			},
		},
		{
			"absolute form of OPTIONS *", "OPTIONS http://b.example HTTP/1.1\r\nHost: b.example\r\n\r\n",
			edge.ViewerRequest{
				Method: "OPTIONS", Scheme: "http", Host: "b.example", Proto: "HTTP/1.1", URI: "*", Header: http.Header{},
				Form: edge.FormAbsolute, HeaderBytes: 54,
			},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := dial(t, s.http)
			method, _, _ := strings.Cut(test.raw, " ")
			_, body := readResponse(t, send(t, c, test.raw), method)
			v := <-got
			if v.RemoteAddr != c.LocalAddr().String() {
				t.Errorf("RemoteAddr: got %q, want %q", v.RemoteAddr, c.LocalAddr())
			}
			v.RemoteAddr = ""
			if !reflect.DeepEqual(*v, test.want) {
				t.Errorf("got  %+v\nwant %+v", *v, test.want)
			}
			if body != "ok" {
				t.Errorf("body: got %q, want %q", body, "ok")
			}
		})
	}
}

// TestResponse looks at what the viewer gets, raw and byte for byte but for Date,
// in the origin form and through goproxy.
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
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\n<html>",
		},
		{
			"status unknown to net/http", "GET", "HTTP/1.1",
			edge.Response{Status: 494, ContentLength: 2, Header: http.Header{"Content-Type": {"text/html"}}}, "no",
			"HTTP/1.1 494 status code 494\r\nConnection: close\r\nContent-Length: 2\r\nContent-Type: text/html\r\n\r\nno",
		},
		{
			"unknown length", "GET", "HTTP/1.1", edge.Response{Status: 200, ContentLength: -1, Header: http.Header{"Content-Length": {"9"}}}, "abc",
			"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		},
		{
			"unknown length for HTTP/1.0", "GET", "HTTP/1.0", edge.Response{Status: 200, ContentLength: -1}, "abc",
			"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nabc",
		},
		{
			"length beats field", "GET", "HTTP/1.1", edge.Response{Status: 200, ContentLength: 3, Header: http.Header{"Content-Length": {"9"}}}, "abc",
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
		},
		{
			"empty", "GET", "HTTP/1.1", edge.Response{Status: 200}, "",
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
		},
		{
			"HEAD keeps the length", "HEAD", "HTTP/1.1", edge.Response{Status: 200, Header: http.Header{"Content-Length": {"1234"}}}, "",
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1234\r\n\r\n",
		},
		{
			"HEAD of an error page", "HEAD", "HTTP/1.1", edge.Response{Status: 502, ContentLength: 7}, "a page.",
			"HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 7\r\n\r\n",
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
			"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nx",
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

// clients are the roads by which a request reaches the edge.
var clients = map[string]func(testing.TB, *running) (*http.Client, string){
	"plain":             func(t testing.TB, s *running) (*http.Client, string) { return client(t, s, "http/1.1", false), "http://" + s.http + "/" },
	"tls, http/1.1":     func(t testing.TB, s *running) (*http.Client, string) { return client(t, s, "http/1.1", false), "https://" + s.https + "/" },
	"tls, h2":           func(t testing.TB, s *running) (*http.Client, string) { return client(t, s, "h2", false), "https://" + s.https + "/" },
	"absolute":          func(t testing.TB, s *running) (*http.Client, string) { return client(t, s, "http/1.1", true), "http://a.example/" },
	"connect, http/1.1": func(t testing.TB, s *running) (*http.Client, string) { return client(t, s, "http/1.1", true), "https://a.example/" },
	"connect, h2":       func(t testing.TB, s *running) (*http.Client, string) { return client(t, s, "h2", true), "https://a.example/" },
}

// client is a viewer that trusts the CA, and uses the server as its proxy or not.
func client(t testing.TB, s *running, proto string, viaProxy bool) *http.Client {
	transport := &http.Transport{
		TLSClientConfig:   &tls.Config{RootCAs: s.CA().Pool(), MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: proto == "h2",
	}
	if viaProxy {
		transport.Proxy = http.ProxyURL(mustURL("http://" + s.http))
	}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: 30 * time.Second}
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
				if err != nil {
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

// TestBodyIsClosed: whatever happens, the edge's body is closed, and once.
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

// TestPipelining sends three requests at once on one connection.
func TestPipelining(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response { return response(200, v.URI) }})
	r := send(t, dial(t, s.http), "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET http://a/2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n")
	for _, want := range []string{"/1", "/2", "/3"} {
		if _, got := readResponse(t, r, "GET"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestGarbage sends what is no HTTP and expects the connection to be closed and
// the server to be well.
func TestGarbage(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: text("ok")})
	tests := map[string]string{
		"binary":           "\x00\x01\x02\xff\xfe\r\n\r\n",
		"no version":       "GET /\r\n\r\n",
		"space in target":  "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
		"no host":          "GET / HTTP/1.1\r\n\r\n",
		"two lengths":      "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
		"bad field":        "GET / HTTP/1.1\r\nHost: a\r\nb c: d\r\n\r\n",
		"huge head":        "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n",
		"TLS on plain":     "\x16\x03\x01\x00\x05hello\r\n\r\n",
		"odd scheme":       "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"opaque target":    "GET mailto:a HTTP/1.1\r\nHost: a\r\n\r\n",
		"garbage connect":  "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n\x00\x01\x02\r\n\r\n",
		"broken handshake": "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n\x16\x03\x01\x00\x05hello",
		"nothing":          "",
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, s.http)
			r := send(t, c, raw)
			must(t, c.(*net.TCPConn).CloseWrite())
			if got := readAll(t, r); strings.Contains(got, "\r\n\r\nok") {
				t.Errorf("got %q, want no answer of the edge", got)
			}
			if _, body := readResponse(t, send(t, dial(t, s.http), "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "GET"); body != "ok" {
				t.Errorf("afterwards: got %q, want %q", body, "ok")
			}
		})
	}
}

// TestBigHead: the documented limit of 32,768 bytes is the edge's to judge.
func TestBigHead(t *testing.T) {
	t.Parallel()
	size := make(chan int, 1)
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
		size <- v.HeaderBytes
		return response(494, "")
	}})
	raw := "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 60<<10) + "\r\n\r\n"
	resp, _ := readResponse(t, send(t, dial(t, s.http), raw), "GET")
	if got := <-size; got != len(raw) || resp.StatusCode != 494 {
		t.Errorf("got %d bytes, status %d; want %d, 494", got, resp.StatusCode, len(raw))
	}
}

// TestHangUp: the edge's context ends when the viewer goes.
func TestHangUp(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi",
		"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
	} {
		arrived, left := make(chan struct{}), make(chan struct{})
		s := start(t, proxy.Config{Serve: func(ctx context.Context, v *edge.ViewerRequest) *edge.Response {
			if v.Body != nil {
				_, _ = io.ReadAll(v.Body)
			}
			close(arrived)
			<-ctx.Done()
			close(left)
			return response(200, "nobody reads this")
		}})
		c := dial(t, s.http)
		send(t, c, raw)
		<-arrived
		c.Close()
		<-left
	}
}

// TestFault: a panic of the edge cuts the connection, is logged as a fault of
// ours, and hurts nobody else.
func TestFault(t *testing.T) {
	t.Parallel()
	for road, client := range clients {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			logger := logrus.New()
			logger.SetOutput(&log)
			s := start(t, proxy.Config{Logger: logger, Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
				panic("a mistake")
			}})
			c, url := client(t, s)
			if resp, err := c.Get(url); err == nil {
				resp.Body.Close()
				t.Errorf("got status %d, want the connection cut", resp.StatusCode)
			}
			must(t, s.end(context.Background()))
			if !strings.Contains(log.String(), "level=error") || !strings.Contains(log.String(), "a mistake") {
				t.Errorf("the log is %q, want the fault at level error", log.String())
			}
		})
	}
}
