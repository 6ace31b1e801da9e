package http1_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/http1"
)

// headOf serves one response and returns the lines of its head.
func headOf(t *testing.T, status int, header http.Header, length int64, like string) []string {
	t.Helper()
	address := start(t, &http1.Server{Handler: func(w *http1.Response, r *http1.Request) {
		w.Like(like)
		w.Begin(status, header, length, false)
		if length > 0 {
			_, _ = w.Write(make([]byte, length))
		}
	}})
	c, r := dial(t, address)
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
	return readHeadLines(t, r)
}

func readHeadLines(t *testing.T, r *bufio.Reader) []string {
	t.Helper()
	var lines []string
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "\r\n" {
			return lines
		}
		lines = append(lines, strings.TrimSuffix(line, "\r\n"))
	}
}

// TestOriginsOrder: an origin's fields keep their spelling and order; the edge's own are
// where they always are, and what it adds is between them.
func TestOriginsOrder(t *testing.T) {
	t.Parallel()
	const like = "HTTP/1.1 200 OK\r\nx-b: 1\r\nETag: \"e\"\r\nset-cookie: a=1\r\nX-Cache: theirs\r\nX-A: 2\r\nSet-Cookie: b=2\r\ncontent-length: 3\r\nx-gone: 1\r\n" +
		"date: D\r\nx-amz-apigw-id: q\r\nserver: s\r\nConnection: keep-alive\r\nvia: 1.1 them\r\ncontent-type: t\r\n\r\n"
	header := http.Header{
		"X-B": {"1"}, "Etag": {`"e"`}, "Set-Cookie": {"a=1", "b=2"}, "X-Cache": {"Miss from cloudfront"}, "X-A": {"2"}, "Date": {"D"}, "X-Amz-Apigw-Id": {"q"},
		"Server": {"s"}, "Via": {"1.1 them, 1.1 x.cloudfront.net (CloudFront)"}, "Content-Type": {"t"}, "X-Amz-Cf-Id": {"i"}, "X-Amz-Cf-Pop": {"p"}, "X-Added": {"1"},
		"X-Edgesim-Exchange": {"e"},
	}
	for _, tt := range []struct {
		name   string
		length int64
		like   string
		want   string
	}{
		{"the origin's", 3, like, `HTTP/1.1 200 OK|x-b: 1|ETag: "e"|set-cookie: a=1|X-A: 2|Set-Cookie: b=2|content-length: 3|Connection: close|date: D|x-amz-apigw-id: q|server: s|content-type: t|` +
			`X-Added: 1|X-Cache: Miss from cloudfront|Via: 1.1 them, 1.1 x.cloudfront.net (CloudFront)|X-Amz-Cf-Pop: p|X-Amz-Cf-Id: i|X-Edgesim-Exchange: e`},
		{"of another length", -1, "HTTP/1.1 200 OK\r\nx-b: 1\r\nContent-Length: 3\r\nETag: e\r\n\r\n", `HTTP/1.1 200 OK|Server: s|Date: D|Content-Type: t|x-b: 1|Transfer-Encoding: chunked|Connection: close|ETag: "e"|` +
			`Set-Cookie: a=1|Set-Cookie: b=2|X-A: 2|X-Added: 1|X-Amz-Apigw-Id: q|X-Cache: Miss from cloudfront|Via: 1.1 them, 1.1 x.cloudfront.net (CloudFront)|X-Amz-Cf-Pop: p|X-Amz-Cf-Id: i|X-Edgesim-Exchange: e`},
		{"the edge's own", 3, "", `HTTP/1.1 200 OK|Server: s|Date: D|Content-Type: t|Content-Length: 3|Connection: close|Etag: "e"|Set-Cookie: a=1|Set-Cookie: b=2|X-A: 2|X-Added: 1|X-Amz-Apigw-Id: q|X-B: 1|` +
			`X-Cache: Miss from cloudfront|Via: 1.1 them, 1.1 x.cloudfront.net (CloudFront)|X-Amz-Cf-Pop: p|X-Amz-Cf-Id: i|X-Edgesim-Exchange: e`},
		{"with a cookie taken away", 3, "HTTP/1.1 200 OK\r\nset-cookie: a=1\r\nx-a: 2\r\nset-cookie: x\r\nset-cookie: b=2\r\n\r\n", `HTTP/1.1 200 OK|Server: s|Date: D|Content-Type: t|Content-Length: 3|Connection: close|set-cookie: a=1|set-cookie: b=2|x-a: 2|Etag: "e"|X-Added: 1|` +
			`X-Amz-Apigw-Id: q|X-B: 1|X-Cache: Miss from cloudfront|Via: 1.1 them, 1.1 x.cloudfront.net (CloudFront)|X-Amz-Cf-Pop: p|X-Amz-Cf-Id: i|X-Edgesim-Exchange: e`},
	} {
		if got := strings.Join(headOf(t, 200, header, tt.length, tt.like), "|"); got != tt.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// TestSwitchingHead: a 101 keeps the origin's spelling and order, too.
func TestSwitchingHead(t *testing.T) {
	t.Parallel()
	got := string(http1.SwitchingHead(http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Accept": {"x"}, "X-Cache": {"m"}},
		"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nSec-WebSocket-Accept: x\r\nConnection: Upgrade\r\n\r\n"))
	if want := "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nSec-WebSocket-Accept: x\r\nConnection: Upgrade\r\nX-Cache: m\r\n\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzLike: whatever an origin's head is, all fields are written, once, and nothing else.
func FuzzLike(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nx-b: 1\r\nContent-Length: 3\r\nx-b: 2\r\n\r\n")
	header := http.Header{"X-B": {"1", "2"}, "Etag": {"e"}, "Content-Length": {"3"}, "Upgrade": {"u"}}
	f.Fuzz(func(t *testing.T, like string) {
		got := string(http1.SwitchingHead(header, like))
		if len(got) != len(http1.SwitchingHead(header, "")) {
			t.Errorf("got %q", got)
		}
	})
}

// BenchmarkLike is the cost of the origin's order on a head as S3 sends one.
func BenchmarkLike(b *testing.B) {
	const like = "HTTP/1.1 200 OK\r\nx-amz-id-2: q\r\nx-amz-request-id: q\r\nDate: D\r\nLast-Modified: D\r\nETag: \"e\"\r\nx-amz-server-side-encryption: AES256\r\n" +
		"Accept-Ranges: bytes\r\nContent-Type: text/html\r\nContent-Length: 3\r\nServer: AmazonS3\r\n\r\n"
	header := http.Header{
		"X-Amz-Id-2": {"q"}, "X-Amz-Request-Id": {"q"}, "Date": {"D"}, "Last-Modified": {"D"}, "Etag": {`"e"`}, "X-Amz-Server-Side-Encryption": {"AES256"},
		"Accept-Ranges": {"bytes"}, "Content-Type": {"text/html"}, "Content-Length": {"3"}, "Server": {"AmazonS3"}, "X-Cache": {"m"}, "Via": {"v"}, "X-Amz-Cf-Pop": {"p"}, "X-Amz-Cf-Id": {"i"},
	}
	for name, like := range map[string]string{"by name": "", "as the origin": like} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			out := make([]byte, 0, 4096)
			for b.Loop() {
				out = http1.AppendHeadForTest(out[:0], header, like)
			}
		})
	}
}
