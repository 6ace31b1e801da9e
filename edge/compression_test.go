package edge_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// compressing turns compression on, under a policy with both formats.
func compressing(t *testing.T, s *site) {
	t.Helper()
	b := &s.edge.Distribution.DefaultBehavior
	b.Compress = true
	var ok bool
	if b.CachePolicy, ok = distribution.ManagedCachePolicy("CachingOptimized"); !ok {
		t.Fatal("no managed policy CachingOptimized")
	}
}

// text is a body that is worth compressing and does not repeat itself.
func text(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString("line " + strconv.Itoa(i*i) + "\n")
	}
	return b.String()[:n]
}

func decode(t *testing.T, encoding string, r io.Reader) io.Reader {
	t.Helper()
	switch encoding {
	case "br":
		return brotli.NewReader(r)
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	return r
}

// TestCompression proves CF-COMP-10 to CF-COMP-13 (CF-COMP-11, CF-COMP-12) on
// real bodies: what the viewer decodes is what the origin sent.
func TestCompression(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, accept string
		size         int
		encoding     string
	}{
		{"CF-COMP-11", "gzip, br", 5000, "br"},
		{"CF-COMP-10 gzip", "gzip", 5000, "gzip"},
		{"CF-COMP-10 larger than every buffer", "br", 400_000, "br"},
		{"CF-COMP-10 larger than every buffer, gzip", "gzip", 400_000, "gzip"},
		{"CF-COMP-10 too small", "gzip, br", 999, ""},
		{"CF-COMP-10 not accepted", "deflate", 5000, ""},
	} {
		body := text(row.size)
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			w.Header().Set("ETag", `"v1"`)
			io.WriteString(w, body)
		}})
		compressing(t, s)
		for range 2 { // the second one with a compressor that was used before
			r, got := s.ask(t, edge.ViewerRequest{Header: http.Header{"Accept-Encoding": {row.accept}}})
			decoded, err := io.ReadAll(decode(t, row.encoding, strings.NewReader(got)))
			if err != nil || string(decoded) != body {
				t.Errorf("%s: %d bytes decode to %d of %d: %v", row.name, len(got), len(decoded), len(body), err)
			}
			etag, length := `"v1"`, int64(len(body))
			if row.encoding != "" {
				etag, length = `W/"v1"`, -1
			}
			if r.Header.Get("Content-Encoding") != row.encoding || r.Header.Get("Etag") != etag || r.ContentLength != length ||
				row.encoding != "" && (len(got) >= len(body) || r.Header.Get("Content-Length") != "") {
				t.Errorf("%s: got %d of %d bytes, length %d, %v", row.name, len(got), len(body), r.ContentLength, r.Header)
			}
		}
	}
}

// TestCompressionStreams proves CF-RESP-22 for compressed bodies: what has arrived from the
// origin can be decoded before the rest arrives.
func TestCompressionStreams(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"br", "gzip"} {
		body, goOn := text(50_000), make(chan struct{})
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			io.WriteString(w, body[:20_000])
			w.(http.Flusher).Flush()
			<-goOn
			io.WriteString(w, body[20_000:])
		}})
		compressing(t, s)
		r := s.edge.Serve(t.Context(), &edge.ViewerRequest{
			Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1", RemoteAddr: "192.0.2.1:1",
			Header: http.Header{"Accept-Encoding": {encoding}},
		})
		plain := decode(t, encoding, r.Body)
		first := make([]byte, 20_000)
		if _, err := io.ReadFull(plain, first); err != nil || string(first) != body[:20_000] {
			t.Errorf("%s: the first part: %v", encoding, err)
		}
		close(goOn)
		if rest, err := io.ReadAll(plain); err != nil || string(rest) != body[20_000:] {
			t.Errorf("%s: the rest: %d bytes, %v", encoding, len(rest), err)
		}
		r.Body.Close()
	}
}

// TestCompressionCutShort: a body that the origin does not finish ends in an
// error at the viewer, too, after what had come (CF-RESP-17).
func TestCompressionCutShort(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"br", "gzip"} {
		body := text(30_000)
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Length", "50000")
			io.WriteString(w, body)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}})
		compressing(t, s)
		r := s.edge.Serve(t.Context(), &edge.ViewerRequest{
			Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1", RemoteAddr: "192.0.2.1:1",
			Header: http.Header{"Accept-Encoding": {encoding}},
		})
		raw, err := io.ReadAll(r.Body)
		r.Body.Close()
		var cause *policy.Cause
		if !errors.As(err, &cause) {
			t.Errorf("%s: got %v, want the cause", encoding, err)
		}
		decoded, err := io.ReadAll(decode(t, encoding, bytes.NewReader(raw)))
		if err == nil || string(decoded) != body {
			t.Errorf("%s: %d bytes decode to %d, %v: the viewer cannot tell, or lacks something", encoding, len(raw), len(decoded), err)
		}
		if n, err := r.Body.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%s: Read after Close: %d, %v", encoding, n, err)
		}
	}
}
