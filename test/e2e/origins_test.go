package e2e_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// arrival is what the origin of these tests saw of a request; it answers with it.
type arrival struct {
	Method, URI, Proto, Host string
	Header                   http.Header
	TransferEncoding         []string
	Length                   int64
	SHA256                   string
}

// echo is an origin that returns what it got. /download/N returns N bytes.
func echo(t testing.TB) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if text, ok := strings.CutPrefix(r.URL.Path, "/download/"); ok {
			n, err := strconv.Atoi(text)
			if err != nil {
				http.NotFound(w, r)
				return
			}
			w.Header().Set("Content-Length", text)
			_, _ = w.Write(pattern(n)) // the viewer may leave
			return
		}
		sum := sha256.New()
		length, err := io.Copy(sum, r.Body)
		if err != nil {
			return // the viewer has left
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(arrival{
			Method: r.Method, URI: r.RequestURI, Proto: r.Proto, Host: r.Host, Header: r.Header,
			TransferEncoding: r.TransferEncoding, Length: length, SHA256: hex.EncodeToString(sum.Sum(nil)),
		})
	}))
	t.Cleanup(s.Close)
	return s
}

// pattern is a body in which no block is like another.
func pattern(n int) []byte {
	body := make([]byte, n)
	for i := range body {
		body[i] = byte(i>>16) ^ byte(i>>8)*31 ^ byte(i)*7
	}
	return body
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// slow is an origin that counts its connections.
type slow struct {
	*httptest.Server
	states chan int
}

// open returns the number of connections that are open.
func (s *slow) open() int {
	n := <-s.states
	s.states <- n
	return n
}

// slowOrigin answers /fine at once, /never not at all, and /endless without end.
func slowOrigin(t *testing.T) *slow {
	t.Helper()
	s := &slow{states: make(chan int, 1)}
	s.states <- 0
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/never":
			<-r.Context().Done()
		case "/endless":
			block := pattern(64 << 10)
			for r.Context().Err() == nil {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		default:
			if _, err := io.Copy(io.Discard, r.Body); err == nil {
				_, _ = io.WriteString(w, "fine")
			}
		}
	}))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.states <- <-s.states + 1
		case http.StateClosed, http.StateHijacked:
			s.states <- <-s.states - 1
		case http.StateActive, http.StateIdle:
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}
