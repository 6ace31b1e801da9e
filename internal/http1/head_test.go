package http1_test

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/http1"
	"github.com/edgesim/edgesim/policy"
)

// TestRefusedHeads: what no request begins with, by the section of RFC 9112 (or
// 9110) that says so. CF-ERR-24 answers all of them.
func TestRefusedHeads(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, raw, want string }{
		{"2.2 bare LF behind the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", "the request line does not end in CR LF"},
		{"2.2 bare LF behind a field", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", "does not end in CR LF"},
		{"2.2 bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n", "does not end in CR LF"},
		{"2.2 bare CR in a field", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n", "control character 0x0d"},
		{"2.2 bare CR in the request line", "GET /\r HTTP/1.1\r\nHost: a\r\n\r\n", "white space or a control character"},
		{"2.2 two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "does not begin with a request line"},
		{"2.2 a space before the first field", "GET / HTTP/1.1\r\n X: y\r\nHost: a\r\n\r\n", "white space at the beginning of the first field line"},
		{"2.3 HTTP/0.9", "GET /\r\n", "has no HTTP version"},
		{"2.3 no target", "GET\r\n\r\n", "has no HTTP version"},
		{"2.3 HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", `"HTTP/2.0" is not a version of HTTP/1`},
		{"2.3 version in lower case", "GET / http/1.1\r\nHost: a\r\n\r\n", "is not a version of HTTP/1"},
		{"2.3 version with two digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", "is not a version of HTTP/1"},
		{"3 two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "white space or a control character"},
		{"3 a space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", "has no HTTP version"},
		{"3 a tab", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", "does not begin with a method"},
		{"3.1 method that is not a token", "G(T / HTTP/1.1\r\nHost: a\r\n\r\n", "does not begin with a method"},
		{"3.1 no method", " / HTTP/1.1\r\nHost: a\r\n\r\n", "method"},
		{"3.2 space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "white space or a control character"},
		{"3.2 NUL in the target", "GET /a\x00b HTTP/1.1\r\nHost: a\r\n\r\n", "white space or a control character"},
		{"3.2 relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", "neither a path nor an address"},
		{"3.2 escape that is none", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "without two hexadecimal digits"},
		{"3.2 escape cut off", "GET /a%2 HTTP/1.1\r\nHost: a\r\n\r\n", "without two hexadecimal digits"},
		{"3.2.2 no host in the target", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", "no valid host"},
		{"3.2.2 absolute target without Host", "GET http://a/ HTTP/1.1\r\n\r\n", "no Host field"},
		{"3.2.3 CONNECT without a port", "CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n", "host:port"},
		{"3.2.3 CONNECT of a path", "CONNECT / HTTP/1.1\r\nHost: a\r\n\r\n", "host:port"},
		{"3.2.4 asterisk without OPTIONS", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", "neither a path nor an address"},
		{"3.2 no Host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", "no Host field"},
		{"3.2 two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n", "more than one Host"},
		{"3.2 two Hosts over HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "more than one Host"},
		{"3.2 empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", "is not a host"},
		{"3.2 Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "is not a host"},
		{"3.2 Host with user information", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", "is not a host"},
		{"3.2 Host with a space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "is not a host"},
		{"3.2 list of Hosts", "GET / HTTP/1.1\r\nHost: a,b c\r\n\r\n", "is not a host"},
		{"3.2 port that is none", "GET / HTTP/1.1\r\nHost: a:8x\r\n\r\n", "is not a host"},
		{"3.2 brackets left open", "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", "is not a host"},
		{"5 no colon", "GET / HTTP/1.1\r\nHost: a\r\nno field\r\n\r\n", "has no colon"},
		{"5 no name", "GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", "begins with a colon: it has no name"},
		{"5.1 space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length : 5\r\n\r\nhello", "in it, which no field name has"},
		{"5.1 tab before the colon", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding\t: chunked\r\n\r\n", "in it, which no field name has"},
		{"5.2 folded", "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", "folded"},
		{"5.2 folded with a tab", "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\tchunked\r\n\r\n", "folded"},
		{"9110 5.5 NUL", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n", "control character 0x00"},
		{"9110 5.5 DEL", "GET / HTTP/1.1\r\nHost: a\r\nX: a\x7fb\r\n\r\n", "control character 0x7f"},
		{"9110 5.6.2 name beyond ASCII", "GET / HTTP/1.1\r\nHost: a\r\nXé: a\r\n\r\n", "in it, which no field name has"},
		{"6.1 length and coding", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", "both Content-Length and Transfer-Encoding"},
		{"6.1 coding and length", "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\nCONTENT-LENGTH: 0\r\n\r\n", "both Content-Length and Transfer-Encoding"},
		{"6.1 coding over HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.0 knows no"},
		{"6.1 other coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "not exactly chunked"},
		{"6.1 identity", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", "not exactly chunked"},
		{"6.1 two codings", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "not exactly chunked"},
		{"6.1 chunked twice", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", "not exactly chunked"},
		{"6.1 two fields", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n", "not exactly chunked"},
		{"6.1 nearly chunked", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n", "not exactly chunked"},
		{"6.1 quoted", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", "not exactly chunked"},
		{"6.1 with a parameter", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;q=1\r\n\r\n", "not exactly chunked"},
		{"6.1 vertical tab", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \vchunked\r\n\r\n", "control character 0x0b"},
		{"6.1 empty", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", "not exactly chunked"},
		{"6.3 two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", "more than one Content-Length"},
		{"6.3 the same length twice", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", "more than one Content-Length"},
		{"6.3 list of lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n", "not a number of bytes"},
		{"6.3 signed", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", "not a number of bytes"},
		{"6.3 negative", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "not a number of bytes"},
		{"6.3 hexadecimal", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", "not a number of bytes"},
		{"6.3 too large", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", "not a number of bytes"},
		{"6.3 empty", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n", "not a number of bytes"},
		{"6.3 spaces within", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 0\r\n\r\n", "not a number of bytes"},
		{"8 cut off", "GET / HTTP/1.1\r\nHost: a", "the connection ended within the request head"},
		{"9110 9.3.6 CONNECT with a body", "CONNECT a:1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "a CONNECT has no body"},
		{"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "the viewer speaks TLS on the port for plain HTTP"},
	}
	address := start(t, &http1.Server{Handler: echo, Refuse: refuse})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, r := dial(t, address)
			send(t, c, test.raw)
			must(t, c.CloseWrite())
			resp, reason := get(t, r, "GET")
			if resp.StatusCode != 400 || !strings.Contains(reason, test.want) || !resp.Close {
				t.Errorf("got %d %q close %v, want 400 %q", resp.StatusCode, reason, resp.Close, test.want)
			}
			ended(t, r)
		})
	}
}

// TestNoWaiting: what cannot become a request is refused before its head ends.
func TestNoWaiting(t *testing.T) {
	t.Parallel()
	address := start(t, &http1.Server{Handler: echo, Refuse: refuse})
	for _, raw := range []string{"\x16", "GET / HTTP/9\r\n", "(", "\r\n\r", "GET /\r\n"} {
		c, r := dial(t, address)
		send(t, c, raw)
		if resp, reason := get(t, r, "GET"); resp.StatusCode != 400 {
			t.Errorf("%q: got %d %q, want 400", raw, resp.StatusCode, reason)
		}
	}
}

// TestAcceptedHeads: valid requests, and what they mean.
func TestAcceptedHeads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, head string
		want       *http1.Request
	}{
		{"plain", "GET /a?b=%zz HTTP/1.1\r\nHost: a\r\n\r\n", &http1.Request{
			Method: "GET", Target: "/a?b=%zz", Proto: "HTTP/1.1", Host: "a",
			Fields: []policy.Field{{Name: "Host", Value: "a"}}, Header: http.Header{},
		}},
		{"order and letter case", "GET / HTTP/1.1\r\nb: 1\r\nHOST: x.example:80\r\nA:2\r\nB: \t3 \t\r\nempty:\r\n\r\n", &http1.Request{
			Method: "GET", Target: "/", Proto: "HTTP/1.1", Host: "x.example:80",
			Fields: []policy.Field{{Name: "b", Value: "1"}, {Name: "HOST", Value: "x.example:80"}, {Name: "A", Value: "2"}, {Name: "B", Value: "3"}, {Name: "empty"}},
			Header: http.Header{"A": {"2"}, "B": {"1", "3"}, "Empty": {""}},
		}},
		{"bytes beyond ASCII", "GET /\xe9 HTTP/1.1\r\nHost: a\r\nX: \xff\xe9\r\n\r\n", &http1.Request{
			Method: "GET", Target: "/\xe9", Proto: "HTTP/1.1", Host: "a",
			Fields: []policy.Field{{Name: "Host", Value: "a"}, {Name: "X", Value: "\xff\xe9"}}, Header: http.Header{"X": {"\xff\xe9"}},
		}},
		{"HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", &http1.Request{
			Method: "GET", Target: "/", Proto: "HTTP/1.0", Close: true, Fields: []policy.Field{}, Header: http.Header{},
		}},
		{"HTTP/1.0 that stays", "GET / HTTP/1.0\r\nConnection: x, Keep-Alive\r\n\r\n", &http1.Request{
			Method: "GET", Target: "/", Proto: "HTTP/1.0",
			Fields: []policy.Field{{Name: "Connection", Value: "x, Keep-Alive"}}, Header: http.Header{"Connection": {"x, Keep-Alive"}},
		}},
		{"a later version", "GET / HTTP/1.2\r\nHost: a\r\nConnection: keep-alive, CLOSE\r\n\r\n", &http1.Request{
			Method: "GET", Target: "/", Proto: "HTTP/1.1", Host: "a", Close: true,
			Fields: []policy.Field{{Name: "Host", Value: "a"}, {Name: "Connection", Value: "keep-alive, CLOSE"}},
			Header: http.Header{"Connection": {"keep-alive, CLOSE"}},
		}},
		{"absolute form", "GET https://u@[::1]:8443?q HTTP/1.1\r\nHost: b\r\n\r\n", &http1.Request{
			Method: "GET", Target: "https://u@[::1]:8443?q", Proto: "HTTP/1.1", Form: http1.FormAbsolute, Host: "[::1]:8443",
			URI: "/?q", Scheme: "https",
			Fields: []policy.Field{{Name: "Host", Value: "b"}}, Header: http.Header{},
		}},
		{"authority form", "CONNECT a.example:443 HTTP/1.1\r\nHost: b\r\n\r\n", &http1.Request{
			Method: "CONNECT", Target: "a.example:443", Proto: "HTTP/1.1", Form: http1.FormAuthority, Host: "a.example:443",
			Fields: []policy.Field{{Name: "Host", Value: "b"}}, Header: http.Header{},
		}},
		{"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: b\r\n\r\n", &http1.Request{
			Method: "OPTIONS", Target: "*", Proto: "HTTP/1.1", Form: http1.FormAsterisk, Host: "b",
			Fields: []policy.Field{{Name: "Host", Value: "b"}}, Header: http.Header{},
		}},
		{"length", "POST / HTTP/1.1\r\nHost: b\r\nContent-Length: 007\r\n\r\n", &http1.Request{
			Method: "POST", Target: "/", Proto: "HTTP/1.1", Host: "b", ContentLength: 7,
			Fields: []policy.Field{{Name: "Host", Value: "b"}, {Name: "Content-Length", Value: "007"}}, Header: http.Header{"Content-Length": {"007"}},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, fault := http1.ParseHeadForTest(test.head)
			if fault != nil {
				t.Fatal(fault)
			}
			if test.want.URI == "" {
				test.want.URI = test.want.Target
			}
			if !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// FuzzHead compares the parser with net/http's: it never panics, and what both accept means
// the same.
func FuzzHead(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST http://u:p@a:80/x?y HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: [::1]:1\r\n\r\n",
		"GET /%41#x HTTP/1.3\r\nhost: a%41\r\nX:\t y\r\nx: z\r\nExpect: 100-continue\r\n\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, head string) {
		if i := strings.Index(head, "\r\n\r\n"); i >= 0 {
			head = head[:i+4]
		}
		got, fault := http1.ParseHeadForTest(head)
		want, err := http.ReadRequest(bufio.NewReader(strings.NewReader(head)))
		if fault != nil || err != nil {
			return
		}
		if got.Method != want.Method || got.Target != want.RequestURI || got.Host != want.Host ||
			got.ContentLength != want.ContentLength || got.Close != want.Close {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		// net/http moves these, and takes Pragma for Cache-Control.
		for _, name := range []string{"Transfer-Encoding", "Trailer", "Cache-Control"} {
			delete(got.Header, name)
			delete(want.Header, name)
		}
		if !reflect.DeepEqual(got.Header, want.Header) {
			t.Errorf("got  %q\nwant %q", got.Header, want.Header)
		}
		n := 0
		for _, values := range got.Header {
			n += len(values)
		}
		if n > len(got.Fields) {
			t.Errorf("%d fields in the map, %d in the list", n, len(got.Fields))
		}
	})
}

// TestHugeHeads: heads that are too long are counted, within limits, and the
// viewer sees an answer.
func TestHugeHeads(t *testing.T) {
	t.Parallel()
	type seen struct {
		size      int
		cut       bool
		target    int
		fields    int
		malformed bool
	}
	got := make(chan seen, 1)
	address := start(t, &http1.Server{
		Handler: func(w *http1.Response, r *http1.Request) {
			got <- seen{r.HeadBytes, r.HeadCut, len(r.Target), len(r.Fields), false}
			answer(w, 494, "")
		},
		Refuse: func(w *http1.Response, r *http1.Request, _ *http1.Fault) {
			got <- seen{r.HeadBytes, r.HeadCut, len(r.Target), len(r.Fields), true}
			answer(w, 494, "")
		},
	})
	line := "X: yy\r\n"
	begin := "GET / HTTP/1.1\r\nHost: a\r\n"
	tests := []struct {
		name, raw string
		want      seen
	}{
		{"62 KiB", begin + strings.Repeat(line, 9000) + "\r\n", seen{len(begin) + 9000*len(line) + 2, false, 1, 9001, false}},
		{"100,000 fields", begin + strings.Repeat(line, 100000) + "\r\n", seen{len(begin) + 100000*len(line) + 2, false, 1, 9359, true}},
		{"a URL of 1 MB", "GET /" + strings.Repeat("x", 1e6) + " HTTP/1.1\r\nHost: a\r\n\r\n", seen{1e6 + 27, false, 64<<10 - 4, 0, true}},
		{"no end", begin + strings.Repeat(line, 200000), seen{1 << 20, true, 1, 9359, true}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, r := dial(t, address)
			go io.Copy(c, bytes.NewReader([]byte(test.raw))) // it may be cut off
			resp, _ := get(t, r, "GET")
			if s := <-got; resp.StatusCode != 494 || s != test.want && (!s.cut || s.size < test.want.size) {
				t.Errorf("got %d, %+v, want 494, %+v", resp.StatusCode, s, test.want)
			}
		})
	}
}
