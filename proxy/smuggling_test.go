package proxy_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// rawOrigin is an origin that keeps every byte it gets, and answers each
// request with its own target, or with what answer says.
type rawOrigin struct {
	address string
	// answer returns the raw response to a target; nil, or "" for a target, is
	// an ordinary response.
	answer func(target string) string

	mu       sync.Mutex
	received bytes.Buffer
	targets  []string
}

func startRawOrigin(t *testing.T) *rawOrigin {
	t.Helper()
	ln := listen(t)
	t.Cleanup(func() { ln.Close() })
	o := &rawOrigin{address: ln.Addr().String()}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go o.serve(c)
		}
	}()
	return o
}

func (o *rawOrigin) serve(c net.Conn) {
	defer c.Close()
	br := bufio.NewReader(io.TeeReader(c, o))
	for {
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		o.mu.Lock()
		o.targets = append(o.targets, r.RequestURI)
		o.mu.Unlock()
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		raw := ""
		if o.answer != nil {
			raw = o.answer(r.RequestURI)
		}
		if raw == "" {
			raw = fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(r.RequestURI), r.RequestURI)
		}
		if _, err := io.WriteString(c, raw); err != nil {
			return
		}
	}
}

// Write records what was received.
func (o *rawOrigin) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.received.Write(p)
}

func (o *rawOrigin) seen() (raw string, targets []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.received.String(), slices.Clone(o.targets)
}

// wholeEdge is an edge in front of a raw origin, with all that serve has.
func wholeEdge(t *testing.T) (*running, *rawOrigin, *recording.Ring) {
	t.Helper()
	o := startRawOrigin(t)
	b := distribution.NewCacheBehavior("raw")
	b.PathPattern, b.ViewerProtocolPolicy, b.AllowedMethods = "*", distribution.ViewerAllowAll, distribution.AllMethods()
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewer")
	client := conntest.Watch(t, &originconn.Client{ConnectTo: map[string]string{"raw.example": o.address}})
	t.Cleanup(func() { client.Close() })
	ring := recording.NewRing(recording.RingConfig{})
	e := &edge.Edge{Client: client, Recorder: ring, Distribution: &distribution.Distribution{
		Enabled: true, DefaultBehavior: b, Origins: []distribution.Origin{{
			ID: "raw", DomainName: "raw.example", ProtocolPolicy: distribution.OriginHTTPOnly, HTTPPort: 80,
			ConnectionAttempts: 1, ConnectionTimeout: 5 * time.Second, ResponseTimeout: 20 * time.Second, KeepaliveTimeout: 5 * time.Second,
		}},
	}}
	return start(t, proxy.Config{Serve: e.Serve}), o, ring
}

// victim sends an honest request on a connection of its own, over which the edge
// is likely to take an origin connection that others have used.
func victim(t *testing.T, s *running) {
	t.Helper()
	for range 3 {
		r := send(t, dial(t, s.http), "GET /victim HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
		if resp, body := readResponse(t, r, "GET"); resp.StatusCode != 200 || body != "/victim" {
			t.Errorf("another viewer got %d %q, want its own answer", resp.StatusCode, body)
		}
	}
}

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n"

// TestSmugglingRefused: a request with an ambiguous end reaches no origin, and neither does
// what is hidden in it; the viewer gets CloudFront's 400, and the exchange is recorded
// (CF-ERR-24).
func TestSmugglingRefused(t *testing.T) {
	t.Parallel()
	const post = "POST /first HTTP/1.1\r\nHost: a.example\r\n"
	chunk := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(smuggled), smuggled)
	for name, raw := range map[string]string{
		"CL.TE":                     post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE.CL":                     post + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n" + chunk,
		"CL.0":                      post + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk,
		"TE.TE, second one odd":     post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n0\r\n\r\n" + smuggled,
		"TE.TE, first one odd":      post + "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, nearly":                post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, space before colon":    post + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, vertical tab":          post + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, folded":                post + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, hidden in a fold":      post + "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, behind a bare LF":      post + "X: y\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, behind a bare CR":      post + "X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, quoted":                post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n" + smuggled,
		"TE, list with an empty":    post + "Transfer-Encoding: ,chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE over HTTP/1.0":          "POST /first HTTP/1.0\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk,
		"CL.CL":                     post + "Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + smuggled,
		"CL, list":                  post + "Content-Length: 0, 44\r\n\r\n" + smuggled,
		"CL, signed":                post + "Content-Length: +0\r\n\r\n" + smuggled,
		"CL, space before colon":    post + "Content-Length : 44\r\n\r\n" + smuggled,
		"CL, with NUL":              post + "Content-Length: 0\x00\r\n\r\n" + smuggled,
		"CL, overflow to 0":         post + "Content-Length: 18446744073709551616\r\n\r\n" + smuggled,
		"head ended by bare LFs":    "GET /first HTTP/1.1\r\nHost: a.example\n\n" + smuggled,
		"line split in the target":  "GET /first HTTP/1.1\r\nX: y HTTP/1.1\rHost: a.example\r\n\r\n" + smuggled,
		"two Hosts":                 "GET /first HTTP/1.1\r\nHost: a.example\r\nHost: b.example\r\n\r\n" + smuggled,
		"space before the fields":   "GET /first HTTP/1.1\r\n Host: b.example\r\nHost: a.example\r\n\r\n" + smuggled,
		"HTTP/0.9":                  "GET /first\r\n" + smuggled,
		"HTTP/2 preface":            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled,
		"chunked CONNECT":           "CONNECT a.example:80 HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk,
		"absolute, CL.TE":           "POST http://a.example/first HTTP/1.1\r\nHost: a.example\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"absolute with two answers": "GET http://a.example/first HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + smuggled,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o, ring := wholeEdge(t)
			c := dial(t, s.http)
			r := send(t, c, raw)
			must(t, c.(*net.TCPConn).CloseWrite())
			resp, page := readResponse(t, r, "GET")
			if resp.StatusCode != 400 || !strings.Contains(page, "\nBad request.\n") || !resp.Close || resp.Header.Get("Server") != "CloudFront" {
				t.Errorf("got %s, close %v, %.80q, want CloudFront's 400", resp.Status, resp.Close, page)
			}
			if rest := readAll(t, r); rest != "" {
				t.Errorf("got %q behind the 400", rest)
			}
			victim(t, s)
			if received, targets := o.seen(); slices.ContainsFunc(targets, func(s string) bool { return s != "/victim" }) || strings.Contains(received, "smuggled") {
				t.Errorf("the origin got %q", received)
			}
			for _, x := range recorded(t, ring) {
				if x.Viewer.URI != "/victim" && (x.Cause == nil || x.Cause.Rule != "CF-ERR-24" || x.Cause.Name != "viewer-bad-request" || !x.Cause.Inferred || x.Response.Status != 400) {
					t.Errorf("CF-ERR-24: recorded as %+v", x.Cause)
				}
			}
			if n := len(recorded(t, ring)); n != 4 {
				t.Errorf("%d exchanges are recorded, want 4", n)
			}
		})
	}
}

// TestSmugglingBodies: a chunked body that breaks the rules ends the request to
// the origin unfinished, and the viewer's connection; nothing in it becomes a
// request.
func TestSmugglingBodies(t *testing.T) {
	t.Parallel()
	const post = "POST /first HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n"
	for name, body := range map[string]string{
		"extension ended by LF":     "2;\nxx\r\n4c\r\n0\r\n\r\n" + smuggled,
		"size ended by LF":          "0\n\r\n" + smuggled,
		"content ended by LF":       "1\r\nx\n0\r\n\r\n" + smuggled,
		"content ended by CR":       "1\r\nx\rX0\r\n\r\n" + smuggled,
		"content longer":            "1\r\nxx\r\n0\r\n\r\n" + smuggled,
		"size with a prefix":        "0x0\r\n\r\n" + smuggled,
		"size that overflows":       "10000000000000000\r\n" + smuggled,
		"space behind the size":     "0 \r\n\r\n" + smuggled,
		"trailers that are a field": "0\r\nGET /smuggled HTTP/1.1\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o, ring := wholeEdge(t)
			c := dial(t, s.http)
			r := send(t, c, post+body)
			must(t, c.(*net.TCPConn).CloseWrite())
			resp, page := readResponse(t, r, "POST")
			if resp.StatusCode != 400 || !strings.Contains(page, "\nBad request.\n") || !resp.Close {
				t.Errorf("got %s, close %v, %.80q, want CloudFront's 400", resp.Status, resp.Close, page)
			}
			if rest := readAll(t, r); rest != "" {
				t.Errorf("got %q behind the 400", rest)
			}
			victim(t, s)
			if received, targets := o.seen(); slices.Contains(targets, "/smuggled") || strings.Contains(received, "smuggled") {
				t.Errorf("the origin got %q", received)
			}
			all := recorded(t, ring)
			if x := all[len(all)-1]; x.Cause == nil || x.Cause.Rule != "CF-ERR-24" || x.Viewer.URI != "/first" {
				t.Errorf("CF-ERR-24: recorded as %+v", x)
			}
		})
	}
}

// TestSmugglingPassed: what only looks like an attack arrives unchanged: exactly one
// request at the origin for each of the viewer's.
func TestSmugglingPassed(t *testing.T) {
	t.Parallel()
	length := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(smuggled), smuggled)
	chunked := fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x;a=\"b\"\r\n%s\r\n0\r\nContent-Length: 3\r\nX-Trailer: y\r\n\r\n", len(smuggled), smuggled)
	tests := []struct {
		name, raw string
		statuses  []int
		targets   []string
		never     []string // in what the origin gets
	}{
		{"a request as a body of known length", "POST /a HTTP/1.1\r\nHost: a.example\r\n" + length, []int{200}, []string{"/a"}, nil},
		{"a request as a chunk", "POST /a HTTP/1.1\r\nHost: a.example\r\n" + chunked, []int{200}, []string{"/a"}, []string{"a=\"b\"", "X-Trailer", "Content-Length"}},
		{"a request as the body of a GET", "GET /a HTTP/1.1\r\nHost: a.example\r\n" + length + "GET /b HTTP/1.1\r\nHost: a.example\r\n\r\n", []int{403, 200}, []string{"/b"}, []string{"smuggled"}},
		{"a request as the body of a method that is refused", "BREW /a HTTP/1.1\r\nHost: a.example\r\n" + chunked + "GET /b HTTP/1.1\r\nHost: a.example\r\n\r\n", []int{403, 200}, []string{"/b"}, []string{"smuggled"}},
		{"escaped line ends in the path", "GET /%0d%0aX-Injected:%20y%0d%0a%0d%0aGET%20/smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n", []int{200},
			[]string{"/%0d%0aX-Injected:%20y%0d%0a%0d%0aGET%20/smuggled"}, []string{"\nX-Injected"}},
		{"escaped line ends in the query", "GET /?a=%0aX-Injected:1&b=\\r\\n HTTP/1.1\r\nHost: a.example\r\n\r\n", []int{200}, []string{"/?a=%0aX-Injected:1&b=\\r\\n"}, []string{"\nX-Injected"}},
		{"escaped line ends in a field", "GET /a HTTP/1.1\r\nHost: a.example\r\nX-A: b%0d%0aX-Injected: c\r\n\r\n", []int{200}, []string{"/a"}, []string{"\nX-Injected"}},
		{"a field that the edge frames with", "POST /a HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1\r\nContent_Length: 9\r\nTE: trailers, chunked\r\nTrailer: X\r\n\r\nx", []int{200}, []string{"/a"}, []string{"\nTE:", "\nTrailer:"}},
		{"a connection that names fields", "GET /a HTTP/1.1\r\nHost: a.example\r\nConnection: Host, X-Forwarded-For, Content-Length\r\n\r\n", []int{200}, []string{"/a"}, nil},
		{"three at once", strings.Repeat("GET /a HTTP/1.1\r\nHost: a.example\r\n\r\n", 3), []int{200, 200, 200}, []string{"/a", "/a", "/a"}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, o, ring := wholeEdge(t)
			c := dial(t, s.http)
			r := send(t, c, test.raw)
			for _, want := range test.statuses {
				if resp, body := readResponse(t, r, "GET"); resp.StatusCode != want {
					t.Errorf("got %s %.80q, want %d", resp.Status, body, want)
				}
			}
			must(t, c.(*net.TCPConn).CloseWrite())
			if rest := readAll(t, r); rest != "" {
				t.Errorf("got %q behind the answers", rest)
			}
			received, targets := o.seen()
			if !slices.Equal(targets, test.targets) {
				t.Errorf("the origin was asked for %q, want %q", targets, test.targets)
			}
			for _, never := range test.never {
				if strings.Contains(received, never) {
					t.Errorf("the origin got %q in %q", never, received)
				}
			}
			if n := len(recorded(t, ring)); n != len(test.statuses) {
				t.Errorf("%d exchanges are recorded, want %d", n, len(test.statuses))
			}
			victim(t, s)
		})
	}
}

// TestSmugglingHTTP2: line ends and separators of HTTP/1 do not get through in any field of
// HTTP/2 (RFC 9113 section 8.2.1).
func TestSmugglingHTTP2(t *testing.T) {
	t.Parallel()
	for name, fields := range map[string][]string{
		"path with a request":   {":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/a HTTP/1.1\r\nHost: a\r\n\r\nGET /smuggled"},
		"path with a space":     {":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/a HTTP/1.1 smuggled"},
		"method with a space":   {":method", "GET /smuggled", ":scheme", "https", ":authority", "a.example", ":path", "/a"},
		"value with a line":     {":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/a", "x-a", "b\r\nX-Smuggled: c"},
		"name with a line":      {":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/a", "x-a\r\nx-smuggled", "c"},
		"name with a colon":     {":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/a", "x-smuggled: a", "c"},
		"authority with lines":  {":method", "GET", ":scheme", "https", ":authority", "a.example\r\nX-Smuggled: c", ":path", "/a"},
		"a coding":              {":method", "POST", ":scheme", "https", ":authority", "a.example", ":path", "/a", "transfer-encoding", "chunked"},
		"a length that is none": {":method", "POST", ":scheme", "https", ":authority", "a.example", ":path", "/a", "content-length", "44"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, o, _ := wholeEdge(t)
			askHTTP2(t, s, fields)
			victim(t, s)
			received, targets := o.seen()
			if slices.Contains(targets, "/smuggled") || strings.Contains(received, "\r\nX-Smuggled") || strings.Contains(received, "\r\nx-smuggled") || strings.Contains(received, "Transfer-Encoding") {
				t.Errorf("the origin got %q", received)
			}
			for line := range strings.Lines(received) {
				if strings.Contains(line, " HTTP/1.1") && strings.Count(line, " ") != 2 {
					t.Errorf("the origin got the request line %q", line)
				}
			}
		})
	}
}

// TestPoisonedOrigin: what an origin sends in addition to its answer is not used as an
// answer, and its connection is not reused (CF-RESP-24).
func TestPoisonedOrigin(t *testing.T) {
	t.Parallel()
	const poison = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\npoisoned"
	tests := []struct {
		name, raw string
		cause     string // of an exchange that fails before the head; "" = the head is passed on
		body      string
	}{
		{"surplus behind a length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + poison, "", "ok"},
		{"surplus behind chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + poison, "", "ok"},
		{"surplus behind no content", "HTTP/1.1 204 No Content\r\n\r\n" + poison, "", ""},
		{"a body with 304", "HTTP/1.1 304 Not Modified\r\nContent-Length: 51\r\n\r\n" + poison, "", ""},
		{"two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 53\r\n\r\nok" + poison, "response-invalid", ""},
		{"length and coding", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + poison, "response-invalid", ""},
		{"a field with no colon", "HTTP/1.1 200 OK\r\nContent-Length 2\r\n\r\nok" + poison, "response-invalid", ""},
		{"interim responses without end", strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 100) + poison, "response-invalid", ""},
		{"two 100 Continue", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 2) + poison, "response-invalid", ""},
		{"an escaped line end in a field", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nLocation: /%0d%0aSet-Cookie:%20a=b\r\n\r\nok", "", "ok"},
		{"a bare CR in a field", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX: a\rSet-Cookie: a=b\r\n\r\nok", "response-invalid", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, o, ring := wholeEdge(t)
			o.answer = func(target string) string {
				if target == "/first" {
					return test.raw
				}
				return ""
			}
			c := dial(t, s.http)
			r := send(t, c, "GET /first HTTP/1.1\r\nHost: a.example\r\n\r\n")
			resp, body := readResponse(t, r, "GET")
			if test.cause != "" {
				if resp.StatusCode != 502 || !strings.Contains(resp.Header.Get("X-Edgesim-Cause"), test.cause) {
					t.Errorf("got %s, %s, want 502, %s", resp.Status, resp.Header.Get("X-Edgesim-Cause"), test.cause)
				}
				if x := recorded(t, ring)[0]; x.Cause == nil || x.Cause.Rule != "CF-RESP-24" {
					t.Errorf("CF-RESP-24: recorded as %+v", x.Cause)
				}
			} else if body != test.body || resp.Header.Get("Set-Cookie") != "" {
				t.Errorf("got %q, %v, want %q", body, resp.Header, test.body)
			}
			// The same viewer and others get their own answers.
			_, err := io.WriteString(c, "GET /second HTTP/1.1\r\nHost: a.example\r\n\r\n")
			must(t, err)
			if _, body := readResponse(t, r, "GET"); body != "/second" {
				t.Errorf("the viewer's next answer is %q", body)
			}
			victim(t, s)
		})
	}
	t.Run("bad chunks", func(t *testing.T) {
		t.Parallel()
		s, o, ring := wholeEdge(t)
		o.answer = func(target string) string {
			if target == "/first" {
				return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nzz\r\n" + poison
			}
			return ""
		}
		r := send(t, dial(t, s.http), "GET /first HTTP/1.1\r\nHost: a.example\r\n\r\n")
		if got := readAll(t, r); strings.Contains(got, "poisoned") || strings.Contains(got, "\r\n0\r\n") {
			t.Errorf("got %q, want it to break off", got)
		}
		must(t, s.end(t.Context()))
		if x := recorded(t, ring)[0]; x.Cause == nil || x.Cause.Name != "response-invalid" {
			t.Errorf("CF-RESP-24: recorded as %+v", x.Cause)
		}
	})
}
