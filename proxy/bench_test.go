package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// BenchmarkOrigin and its neighbors measure the cost of this package per request, compared
// with a bare net/http handler that writes the same response. The client is raw, and
// allocates nothing.
func BenchmarkOrigin(b *testing.B) { benchmark(b, "GET / HTTP/1.1\r\nHost: a.example\r\n", 1<<10) }
func BenchmarkAbsolute(b *testing.B) {
	benchmark(b, "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\n", 1<<10)
}
func BenchmarkOrigin1MiB(b *testing.B) {
	benchmark(b, "GET / HTTP/1.1\r\nHost: a.example\r\n", 1<<20)
}

func BenchmarkBareHandler(b *testing.B) {
	body, header := benchmarkBody(1<<10), benchmarkHeader(1<<10)
	ln := listen(b)
	s := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		for name, values := range header {
			h[name] = values
		}
		w.WriteHeader(200)
		_, _ = w.Write(body)
	})}
	go s.Serve(ln)
	defer s.Close()
	exchange(b, ln.Addr().String(), "GET / HTTP/1.1\r\nHost: a.example\r\n", 1<<10)
}

func benchmark(b *testing.B, head string, size int) {
	body, header := benchmarkBody(size), benchmarkHeader(size)
	s := start(b, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
		return &edge.Response{Status: 200, Header: header, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(size)}
	}})
	exchange(b, s.http, head, size)
}

func benchmarkBody(size int) []byte { return make([]byte, size) }

func benchmarkHeader(size int) http.Header {
	return http.Header{
		"Content-Type": {"text/plain"}, "Content-Length": {strconv.Itoa(size)}, "Date": {"Mon, 01 Jan 2026 00:00:00 GMT"}, "Server": {"nginx"},
		"X-Cache": {"Miss from cloudfront"}, "Via": {"1.1 x.cloudfront.net (CloudFront)"}, "X-Amz-Cf-Pop": {"SIM1"}, "X-Amz-Cf-Id": {"id"},
	}
}

// exchange sends the request b.N times on one connection.
func exchange(b *testing.B, address, head string, size int) {
	c, err := net.Dial("tcp", address)
	must(b, err)
	defer c.Close()
	request := []byte(head + "User-Agent: bench\r\nAccept: */*\r\nAccept-Encoding: gzip\r\n\r\n")
	r := bufio.NewReaderSize(c, 64<<10)
	b.ReportAllocs()
	b.SetBytes(int64(size))
	for b.Loop() {
		_, err := c.Write(request)
		must(b, err)
		for { // the head
			line, err := r.ReadSlice('\n')
			must(b, err)
			if len(line) == 2 {
				break
			}
		}
		_, err = r.Discard(size)
		must(b, err)
	}
}
