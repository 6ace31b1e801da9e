package proxy_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// TestCloseEndsRead: the edge gives a body up while it waits for the viewer.
func TestCloseEndsRead(t *testing.T) {
	t.Parallel()
	for road, client := range clients {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			s := start(t, proxy.Config{Serve: func(ctx context.Context, v *edge.ViewerRequest) *edge.Response {
				read := make(chan error)
				go func() {
					_, err := io.ReadAll(v.Body)
					read <- err
				}()
				v.Body.Close()
				if err := <-read; err == nil || err == io.EOF {
					t.Errorf("Read after Close: got %v, want an error", err)
				}
				if ctx.Err() != nil {
					t.Errorf("the viewer is said to have left: %v", ctx.Err())
				}
				return response(413, "too big")
			}})
			c, url := client(t, s)
			never, w := io.Pipe()
			defer w.Close()
			resp, err := c.Post(url, "text/plain", never)
			must(t, err)
			defer resp.Body.Close()
			if got, _ := io.ReadAll(resp.Body); resp.StatusCode != 413 || string(got) != "too big" {
				t.Errorf("got %d %q, want 413 %q", resp.StatusCode, got, "too big")
			}
		})
	}
}

// TestRefusedBody: what becomes of a connection whose request body the edge
// does not want.
func TestRefusedBody(t *testing.T) {
	t.Parallel()
	head := "POST / HTTP/1.1\r\nHost: a\r\n"
	next := "GET /next HTTP/1.1\r\nHost: a\r\n\r\n"
	tests := []struct {
		name      string
		raw       string
		closes    bool // whether the edge closes the body
		wantAgain bool // whether the connection goes on
	}{
		{"closed, all there", head + "Content-Length: 5\r\n\r\nhello" + next, true, true},
		{"closed, chunked, all there", head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + next, true, true},
		{"closed, the rest never comes", head + "Content-Length: 5\r\n\r\nhe", true, false},
		{"closed, more than is worth reading", head + "Content-Length: 1000000\r\n\r\n" + strings.Repeat("x", 1000000) + next, true, false},
		{"closed, to be asked for", head + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", true, false},
		{"forgotten", head + "Content-Length: 5\r\n\r\nhello" + next, false, false},
		{"forgotten, to be asked for", head + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
				if v.Body != nil && test.closes {
					v.Body.Close()
				}
				return response(403, v.URI)
			}})
			c := dial(t, s.http)
			go io.WriteString(c, test.raw)
			r := send(t, c, "")
			resp, body := readResponse(t, r, "POST")
			if resp.StatusCode != 403 || body != "/" || resp.Close == test.wantAgain {
				t.Errorf("got %d %q close %v, want 403, close %v", resp.StatusCode, body, resp.Close, !test.wantAgain)
			}
			if test.wantAgain {
				if _, body := readResponse(t, r, "GET"); body != "/next" {
					t.Errorf("got %q, want %q", body, "/next")
				}
			} else if rest := readAll(t, r); rest != "" {
				t.Errorf("got %q after the response, want nothing", rest)
			}
		})
	}
}

// TestEarlyResponse: an origin answers while the viewer is still sending, and both
// directions continue.
func TestEarlyResponse(t *testing.T) {
	t.Parallel()
	for road, client := range clients {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
				return &edge.Response{Status: 200, Header: http.Header{}, Body: v.Body, ContentLength: -1} // an echo
			}})
			c, url := client(t, s)
			r, w := io.Pipe()
			resp, err := c.Post(url, "text/plain", r)
			must(t, err)
			defer resp.Body.Close()
			for _, word := range []string{"one", "two", "three"} {
				_, err := io.WriteString(w, word)
				must(t, err)
				got := make([]byte, len(word))
				if _, err := io.ReadFull(resp.Body, got); err != nil || string(got) != word {
					t.Fatalf("got %q, %v, want %q", got, err, word)
				}
			}
			w.Close()
			if rest, err := io.ReadAll(resp.Body); err != nil || len(rest) != 0 {
				t.Errorf("got %q, %v, want the end", rest, err)
			}
		})
	}
}

// TestBrokenUpload: a viewer that hangs up in its body is an error of Read.
func TestBrokenUpload(t *testing.T) {
	t.Parallel()
	got := make(chan error, 1)
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
		_, err := io.ReadAll(v.Body)
		got <- err
		return response(400, "")
	}})
	c := dial(t, s.http)
	send(t, c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe")
	c.Close()
	if err := <-got; !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// TestBigBodies streams a lot both ways and looks at the memory.
func TestBigBodies(t *testing.T) {
	if testing.Short() {
		t.Skip("moves 256 MiB")
	}
	const size = 128 << 20
	s := start(t, proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
		n, err := io.Copy(io.Discard, v.Body)
		if n != size || err != nil {
			t.Errorf("the edge read %d bytes, %v, want %d", n, err, size)
		}
		return &edge.Response{Status: 200, Body: io.NopCloser(io.LimitReader(zeros{}, size)), ContentLength: size}
	}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, road := range []string{"plain", "absolute"} {
		c, url := clients[road](t, s)
		resp, err := c.Post(url, "application/octet-stream", io.LimitReader(zeros{}, size))
		must(t, err)
		if n, err := io.Copy(io.Discard, resp.Body); n != size || err != nil {
			t.Errorf("the viewer read %d bytes, %v, want %d", n, err, size)
		}
		resp.Body.Close()
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("%d bytes were allocated to move %d, want a constant few", grown, 4*size)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// TestDrainedBody: the deadline under which an unwanted body is read away does
// not outlive it, or net/http would take the viewer for gone.
func TestDrainedBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		s, err := proxy.New(proxy.Config{Serve: func(ctx context.Context, v *edge.ViewerRequest) *edge.Response {
			if v.Body == nil {
				return response(200, v.URI)
			}
			v.Body.Close()
			return &edge.Response{Status: 200, Body: &slow{ctx, t, strings.NewReader("late")}, ContentLength: 4}
		}})
		must(t, err)
		served := make(chan error, 1)
		go func() { served <- s.Serve(ln, nil) }()
		c, _ := ln.dial()
		r := send(t, c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")
		if _, body := readResponse(t, r, "POST"); body != "late" {
			t.Errorf("got %q, want %q", body, "late")
		}
		_, err = io.WriteString(c, "GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
		must(t, err)
		if _, body := readResponse(t, r, "GET"); body != "/next" {
			t.Errorf("got %q, want %q", body, "/next")
		}
		must(t, s.Shutdown(context.Background()))
		must(t, <-served)
	})
}

// slow is a body that takes ten seconds on the test's clock, during which the
// viewer must not be said to have left.
type slow struct {
	ctx context.Context
	t   *testing.T
	io.Reader
}

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(10 * time.Second)
	if err := s.ctx.Err(); err != nil {
		s.t.Errorf("the viewer is said to have left: %v", err)
	}
	return s.Reader.Read(p)
}

func (s *slow) Close() error { return nil }
