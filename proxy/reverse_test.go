package proxy_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
)

// TestViewerRequest sends raw requests and checks what the edge gets.
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
				Fields: []policy.Field{{Name: "Host", Value: "a.example"}, {Name: "x-one", Value: "1"}, {Name: "X-One", Value: "2"}},
			},
		},
		{
			"double slash is a path", "GET //host/x HTTP/1.1\r\nHost: a\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "//host/x", Header: http.Header{},
				Form: edge.FormOrigin,
			},
		},
		{
			"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Proto: "HTTP/1.0", URI: "/", Header: http.Header{}, Close: true,
				Form: edge.FormOrigin,
			},
		},
		{
			"empty body is none", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "/", Close: true, Form: edge.FormOrigin,
				Header: http.Header{"Content-Length": {"0"}, "Connection": {"close"}},
			},
		},
		{
			"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
			edge.ViewerRequest{
				Method: "OPTIONS", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "*", Header: http.Header{},
				Form: edge.FormOrigin,
			},
		},
		{
			"unknown method", "BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
			edge.ViewerRequest{
				Method: "BREW", Scheme: "http", Host: "a", Proto: "HTTP/1.1", URI: "/pot", Header: http.Header{},
				Form: edge.FormOrigin,
			},
		},
		{
			"absolute form, Host ignored", "GET http://u:p@b.example:81/p%41?q HTTP/1.1\r\nHost: other.sample\r\nProxy-Connection: keep-alive\r\nAccept-Encoding: br\r\nConnection: close\r\nProxy-Authorization: x\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "http", Host: "b.example:81", Proto: "HTTP/1.1", URI: "/p%41?q", Close: true,
				Header: http.Header{
					"Proxy-Connection": {"keep-alive"}, "Accept-Encoding": {"br"}, "Connection": {"close"}, "Proxy-Authorization": {"x"},
				},
				Form: edge.FormAbsolute,
			},
		},
		{
			"absolute form, https, no path", "GET https://b.example?q HTTP/1.1\r\nHost: b.example\r\n\r\n",
			edge.ViewerRequest{
				Method: "GET", Scheme: "https", Host: "b.example", Proto: "HTTP/1.1", URI: "/?q", Header: http.Header{},
				Form: edge.FormAbsolute,
			},
		},
		{
			"absolute form of OPTIONS *", "OPTIONS http://b.example HTTP/1.1\r\nHost: b.example\r\n\r\n",
			edge.ViewerRequest{
				Method: "OPTIONS", Scheme: "http", Host: "b.example", Proto: "HTTP/1.1", URI: "*", Header: http.Header{},
				Form: edge.FormAbsolute,
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
			if v.HeaderBytes != len(test.raw) {
				t.Errorf("HeaderBytes: got %d, want %d", v.HeaderBytes, len(test.raw))
			}
			if v.Received.IsZero() {
				t.Error("Received is not set")
			}
			if test.want.Fields == nil {
				v.Fields = nil
			}
			v.RemoteAddr, v.HeaderBytes, v.Received = "", 0, time.Time{}
			if !reflect.DeepEqual(*v, test.want) {
				t.Errorf("got  %+v\nwant %+v", *v, test.want)
			}
			if body != "ok" {
				t.Errorf("body: got %q, want %q", body, "ok")
			}
		})
	}
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

// TestGarbage sends what is not HTTP: the edge is told what is wrong with it, the viewer
// gets its answer, the connection is closed, and the server continues to work.
func TestGarbage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, raw string
		want      string // the beginning of Malformed; "" = the edge is not asked
	}{
		{"binary", "\x00\x01\x02\xff\xfe\r\n\r\n", "the request line"},
		{"no version", "GET /\r\n\r\n", "the request line"},
		{"space in target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "the request target"},
		{"no host", "GET / HTTP/1.1\r\n\r\n", "there is no Host field"},
		{"two lengths", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "there is more than one Content-Length"},
		{"bad field", "GET / HTTP/1.1\r\nHost: a\r\nb c: d\r\n\r\n", `the name of field line 2 has the byte 0x20 in it, which no field name has`},
		{"huge head", "GET / HTTP/1.1\r\nHost: a\r\nX: " + strings.Repeat("x", 80<<10) + "\r\n\r\n", "the request head is too long"},
		{"TLS on plain", "\x16\x03\x01\x00\x05hello\r\n\r\n", "the viewer speaks TLS on the port for plain HTTP"},
		{"opaque target", "GET mailto:a HTTP/1.1\r\nHost: a\r\n\r\n", "the request target"},
		{"absolute, but no URL", "GET http://a:1x/ HTTP/1.1\r\nHost: a\r\n\r\n", "the request target"},
		{"cut off", "GET / HTTP/1.1\r\nHost: a\r\n", "the connection ended"},
		{"garbage connect", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n\x00\x01\x02\r\n\r\n", "the request"},
		{"odd scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "the request target"},
		{"broken handshake", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n\x16\x03\x01\x00\x05hello", ""},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			asked := make(chan *edge.ViewerRequest, 2)
			s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
				if v.Malformed == "" {
					return response(200, "ok")
				}
				asked <- v
				return response(400, "bad")
			}})
			c := dial(t, s.http)
			r := send(t, c, test.raw)
			must(t, c.(*net.TCPConn).CloseWrite())
			got := readAll(t, r)
			select {
			case v := <-asked:
				if test.want == "" || !strings.HasPrefix(v.Malformed, test.want) {
					t.Errorf("Malformed: got %q, want %q", v.Malformed, test.want)
				}
				if !strings.Contains(got, "Connection: close\r\n") || !strings.HasSuffix(got, "\r\n\r\nbad") {
					t.Errorf("got %q, want the answer of the edge and the end", got)
				}
			default:
				if test.want != "" || strings.Contains(got, "\r\n\r\nok") {
					t.Errorf("the edge was not asked; got %q", got)
				}
			}
			if _, body := readResponse(t, send(t, dial(t, s.http), "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "GET"); body != "ok" {
				t.Errorf("afterwards: got %q, want %q", body, "ok")
			}
		})
	}
}

// TestPlainOnTLS: HTTP where HTTPS is due gets an answer, too.
func TestPlainOnTLS(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
		return response(400, v.Scheme+" "+v.Malformed)
	}})
	resp, body := readResponse(t, send(t, dial(t, s.https), "GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "GET")
	if want := "http HTTP was spoken where HTTPS is due"; resp.StatusCode != 400 || body != want || !resp.Close {
		t.Errorf("got %d %q close %v, want 400 %q", resp.StatusCode, body, resp.Close, want)
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

// TestHangUp: the edge's context ends when the viewer leaves, or closes its sending side,
// which is treated the same.
func TestHangUp(t *testing.T) {
	t.Parallel()
	for i, raw := range []string{
		"GET / HTTP/1.1\r\nHost: half-closed\r\n\r\n",
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
		if i == 0 {
			must(t, c.(*net.TCPConn).CloseWrite())
		} else {
			c.Close()
		}
		<-left
	}
}

// TestFault: a panic of the edge cuts the connection, is logged as our fault, and affects
// no other viewer.
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
			c.CloseIdleConnections()
			must(t, s.end(context.Background()))
			if !strings.Contains(log.String(), "level=error") || !strings.Contains(log.String(), "a mistake") {
				t.Errorf("the log is %q, want the fault at level error", log.String())
			}
		})
	}
}
