package http1_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/internal/http1"
)

// TestShutdown: idle connections are closed, requests in progress are answered, and the
// answer says that it is the last.
func TestShutdown(t *testing.T) {
	t.Parallel()
	arrived, goOn := make(chan struct{}), make(chan struct{})
	s := &http1.Server{Handler: func(w *http1.Response, r *http1.Request) {
		close(arrived)
		<-goOn
		answer(w, 200, "late")
	}}
	address := start(t, s)
	_, fresh := dial(t, address)
	c, r := dial(t, address)
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /again HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	over := make(chan error)
	go func() { over <- s.Shutdown(context.Background()) }()
	ended(t, fresh)
	cut, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.Shutdown(cut); err != context.Canceled {
		t.Errorf("a second Shutdown with no time: got %v, want %v", err, context.Canceled)
	}
	close(goOn)
	if resp, body := get(t, r, "GET"); body != "late" || !resp.Close {
		t.Errorf("got %q, close %v", body, resp.Close)
	}
	ended(t, r)
	must(t, <-over)
	if ln, err := net.Listen("tcp", "127.0.0.1:0"); err == nil {
		if err := s.Serve(ln); err != http.ErrServerClosed {
			t.Errorf("Serve after Shutdown: got %v", err)
		}
	}
	ours, theirs := net.Pipe()
	s.ServeConn(theirs)
	ended(t, bufio.NewReader(ours))
}

// TestHTTP: what libraries for net/http see, and how their answers are framed.
func TestHTTP(t *testing.T) {
	t.Parallel()
	address := start(t, &http1.Server{Refuse: refuse, Handler: func(w *http1.Response, r *http1.Request) {
		h, fault := r.HTTP()
		if fault != nil {
			answer(w, 400, fault.Reason)
			return
		}
		body, err := io.ReadAll(h.Body)
		must(t, err)
		rw := w.Writer()
		if h.URL.Path == "/length" {
			rw.Header().Set("Content-Length", "2")
			rw.Header().Set("Connection", "close")
		}
		io.WriteString(rw, "<")
		rw.(http.Flusher).Flush()
		if h.URL.Path == "/length" {
			io.WriteString(rw, ">")
			return
		}
		io.WriteString(rw, h.Method+" "+h.URL.String()+" "+h.Host+" "+h.Proto+" "+string(body)+">")
	}})
	tests := []struct{ raw, want string }{
		{"POST http://a/b?c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", "<POST http://a/b?c a HTTP/1.1 hi>"},
		{"GET /b HTTP/1.0\r\n\r\n", "<GET /b  HTTP/1.0 >"},
		{"CONNECT a:1 HTTP/1.1\r\nHost: x\r\n\r\n", "<CONNECT //a:1 a:1 HTTP/1.1 >"},
		{"GET /length HTTP/1.1\r\nHost: x\r\n\r\n", "<>"},
		{"GET http://a:x1/ HTTP/1.1\r\nHost: x\r\n\r\n", `the request target "http://a:x1/" has no valid host`},
	}
	for _, test := range tests {
		c, r := dial(t, address)
		send(t, c, test.raw)
		if _, body := get(t, r, "GET"); body != test.want {
			t.Errorf("%q: got %q, want %q", test.raw, body, test.want)
		}
	}
}

// TestPanic: a fault ends its connection, and nothing else.
func TestPanic(t *testing.T) {
	t.Parallel()
	faults := make(chan string, 2)
	address := start(t, &http1.Server{
		Recover: func(r *http1.Request, v any) { faults <- r.Target + ": " + v.(string) },
		Handler: func(w *http1.Response, r *http1.Request) {
			switch r.Target {
			case "/hijacked":
				if _, _, err := w.Hijack(); err != nil {
					t.Error(err)
				}
			case "/waited-for":
				context.AfterFunc(r.Context(), func() { faults <- "the context ended" })
			case "/":
				answer(w, 200, "ok")
				return
			}
			panic("a mistake")
		},
	})
	for _, target := range []string{"/early", "/hijacked", "/waited-for"} {
		c, r := dial(t, address)
		send(t, c, "GET "+target+" HTTP/1.1\r\nHost: a\r\n\r\n")
		if rest, _ := io.ReadAll(r); len(rest) > 0 {
			t.Errorf("%s: got %q", target, rest)
		}
		want := map[string]bool{target + ": a mistake": true}
		if target == "/waited-for" {
			want["the context ended"] = true
		}
		for range len(want) {
			if got := <-faults; !want[got] {
				t.Errorf("got %q, want %v", got, want)
			}
		}
	}
	c, r := dial(t, address)
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	get(t, r, "GET")
}
