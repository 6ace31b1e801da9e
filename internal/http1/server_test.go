package http1_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/http1"
)

// TestConnections: the answers on one connection, byte for byte except for Date, and
// whether it stays open (RFC 9112 sections 6, 7 and 9).
func TestConnections(t *testing.T) {
	t.Parallel()
	ok := func(body string) string {
		return "HTTP/1.1 200 OK\r\nContent-Length: " + string(rune('0'+len(body))) + "\r\n\r\n" + body
	}
	const post = "POST / HTTP/1.1\r\nHost: a\r\n"
	tests := []struct{ name, raw, want string }{
		{"9.3.2 pipelining", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", ok("GET /1 ") + ok("GET /2 ")},
		{"2.2 an empty line between", "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", ok("GET /1 ") + ok("GET /2 ")},
		{"9.6 close", "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n",
			"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nGET / "},
		{"9.3 HTTP/1.0 closes", "GET / HTTP/1.0\r\n\r\nGET /2 HTTP/1.0\r\n\r\n",
			"HTTP/1.0 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nGET / "},
		{"9.3 HTTP/1.0 that stays", "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
			"HTTP/1.0 200 OK\r\nContent-Length: 6\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nGET / "},
		{"6.2 length", post + "Content-Length: 2\r\n\r\nhiGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", ok("POST / hi") + ok("GET /2 ")},
		{"6.2 length of 0", post + "Content-Length: 0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", ok("POST / ") + ok("GET /2 ")},
		{"7.1 chunked", post + "Transfer-Encoding: Chunked\r\n\r\n1;a=b;c=\"d\"\r\nh\r\n01 ;x\r\ni\r\n0\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", ok("POST / hi") + ok("GET /2 ")},
		{"7.1.2 trailers are dropped", post + "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nContent-Length: 5\r\nHost: b\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", ok("POST / hi") + ok("GET /2 ")},
		{"9110 9.3.2 HEAD has no body", "HEAD /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n" + ok("GET /2 ")},
		{"9110 10.1.1 asked for", post + "Content-Length: 2\r\nExpect: 100-Continue\r\n\r\nhi", "HTTP/1.1 100 Continue\r\n\r\n" + ok("POST / hi")},
		{"9110 10.1.1 not in HTTP/1.0", "POST / HTTP/1.0\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi",
			"HTTP/1.0 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\nPOST / hi"},
		{"9110 10.1.1 another expectation", post + "Content-Length: 2\r\nExpect: wonders\r\n\r\nhi", ok("POST / hi")},
	}
	address := start(t, &http1.Server{Handler: echo, Refuse: refuse})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, r := dial(t, address)
			send(t, c, test.raw)
			must(t, c.CloseWrite())
			got, err := io.ReadAll(r)
			if got := withoutDates(string(got)); got != test.want || err != nil {
				t.Errorf("got  %q, %v\nwant %q", got, err, test.want)
			}
		})
	}
}

func withoutDates(raw string) string {
	var b strings.Builder
	for line := range strings.Lines(raw) {
		if !strings.HasPrefix(line, "Date: ") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestMalformedBodies: a body that violates the rules is an error, and nothing after it is
// read as a request (RFC 9112 section 7.1).
func TestMalformedBodies(t *testing.T) {
	t.Parallel()
	address := start(t, &http1.Server{Refuse: refuse, Handler: func(w *http1.Response, r *http1.Request) {
		if r.Body == nil {
			answer(w, 200, "smuggled")
			return
		}
		_, err := io.ReadAll(r.Body)
		if errors.Is(err, http1.ErrMalformedBody) {
			answer(w, 400, "malformed")
			return
		}
		answer(w, 500, "read without an error")
	}})
	const next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
	for name, body := range map[string]string{
		"no size":                     "\r\n" + next,
		"no hexadecimal size":         "x\r\n" + next,
		"hexadecimal with prefix":     "0x2\r\nhi\r\n0\r\n\r\n" + next,
		"signed":                      "+2\r\nhi\r\n0\r\n\r\n" + next,
		"negative":                    "-2\r\nhi\r\n0\r\n\r\n" + next,
		"underscore":                  "1_0\r\n" + next,
		"too large":                   "10000000000000000\r\nhi\r\n0\r\n\r\n" + next,
		"overflow to 2":               "100000000000000002\r\nhi\r\n0\r\n\r\n" + next,
		"space before":                " 2\r\nhi\r\n0\r\n\r\n" + next,
		"space behind":                "2 \r\nhi\r\n0\r\n\r\n" + next,
		"bare LF behind the size":     "2\nhi\r\n0\r\n\r\n" + next,
		"bare LF in an extension":     "2;\nhi\r\n0\r\n\r\n" + next,
		"bare CR in an extension":     "2;a\rb\r\nhi\r\n0\r\n\r\n" + next,
		"NUL in an extension":         "2;a\x00\r\nhi\r\n0\r\n\r\n" + next,
		"extension without ;":         "2 a\r\nhi\r\n0\r\n\r\n" + next,
		"empty extension":             "2;\r\nhi\r\n0\r\n\r\n" + next,
		"long extension":              "2;" + strings.Repeat("a", 5000) + "\r\nhi\r\n0\r\n\r\n" + next,
		"many extensions":             strings.Repeat("1;"+strings.Repeat("a", 900)+"\r\nh\r\n", 30) + "0\r\n\r\n" + next,
		"content too long":            "2\r\nhix0\r\n\r\n" + next,
		"content without CR":          "2\r\nhi\n0\r\n\r\n" + next,
		"content with CR alone":       "2\r\nhi\rx0\r\n\r\n" + next,
		"bare LF at the end":          "2\r\nhi\r\n0\n\n" + next,
		"bare LF behind the last":     "2\r\nhi\r\n0\r\n\n" + next,
		"trailer that is not a field": "0\r\nGET /x HTTP/1.1\r\n\r\n" + next,
		"trailer with a space":        "0\r\nA : b\r\n\r\n" + next,
		"folded trailer":              "0\r\nA: b\r\n c\r\n\r\n" + next,
		"endless trailers":            "0\r\n" + strings.Repeat("A: b\r\n", 5000),
		"a trailer that is too long":  "0\r\nA: " + strings.Repeat("b", 20000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, r := dial(t, address)
			go io.WriteString(c, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"+body) // it may be cut off
			resp, answer := get(t, r, "POST")
			if answer != "malformed" || !resp.Close {
				t.Errorf("got %q, close %v", answer, resp.Close)
			}
			if rest, _ := io.ReadAll(r); len(rest) > 0 {
				t.Errorf("got %q behind the answer, want nothing", rest)
			}
		})
	}
}

// TestFraming: an answer that does not match what it announced ends with the connection, so
// that the viewer can tell.
func TestFraming(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		handler func(*http1.Response)
		wantErr bool
	}{
		{"nothing", func(*http1.Response) {}, true},
		{"nothing behind the head", func(w *http1.Response) { w.Begin(200, nil, 2, false) }, true},
		{"too little", func(w *http1.Response) { w.Begin(200, nil, 3, false); w.Write([]byte("hi")) }, true},
		{"too much", func(w *http1.Response) { w.Begin(200, nil, 1, false); w.Write([]byte("hi")) }, true},
		{"chunked, broken behind a part", func(w *http1.Response) {
			w.Begin(200, nil, -1, false)
			w.Write([]byte("hi"))
			w.Relay(&broken{""})
		}, true},
		{"too little of the rest", func(w *http1.Response) {
			w.Begin(200, nil, 5, false)
			w.Write([]byte("hi"))
			w.Relay(strings.NewReader("hi"))
		}, true},
		{"chunked, broken", func(w *http1.Response) { w.Begin(200, nil, -1, false); w.Relay(&broken{"hi"}) }, true},
		{"too little of a body", func(w *http1.Response) { w.Begin(200, nil, 3, false); w.Relay(strings.NewReader("hi")) }, true},
		{"too much of a body", func(w *http1.Response) { w.Begin(200, nil, 1, false); w.Relay(strings.NewReader("hi")) }, true},
		{"a body with 204", func(w *http1.Response) { w.Begin(204, nil, 2, false); w.Write([]byte("hi")) }, false},
		{"a body with 304", func(w *http1.Response) {
			w.Begin(304, http.Header{"Content-Length": {"2"}}, -1, false)
			w.Relay(strings.NewReader("hi"))
		}, false},
		{"fields that frame", func(w *http1.Response) {
			w.Begin(200, http.Header{"Content-Length": {"9", "8"}, "Transfer-Encoding": {"chunked"}, "Trailer": {"x"}}, 0, false)
		}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address := start(t, &http1.Server{Handler: func(w *http1.Response, r *http1.Request) {
				if r.Target == "/next" {
					answer(w, 200, "next")
					return
				}
				test.handler(w)
			}})
			c, r := dial(t, address)
			send(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n")
			resp, err := http.ReadResponse(r, nil)
			var body []byte
			if err == nil {
				body, err = io.ReadAll(resp.Body)
			}
			if got := err != nil; got != test.wantErr {
				t.Fatalf("got %q, %v, want an error: %v", body, err, test.wantErr)
			}
			if test.wantErr {
				if rest, _ := io.ReadAll(r); strings.Contains(string(rest), "next") {
					t.Errorf("the connection went on with %q", rest)
				}
				return
			}
			if _, next := get(t, r, "GET"); len(body) > 0 || next != "next" {
				t.Errorf("got %q, then %q, want nothing, then %q", body, next, "next")
			}
		})
	}
}

// TestRelayTheRest: a body may be written in part and relayed to its end.
func TestRelayTheRest(t *testing.T) {
	t.Parallel()
	address := start(t, &http1.Server{Handler: func(w *http1.Response, _ *http1.Request) {
		w.Begin(200, nil, 4, false)
		w.Write([]byte("hi"))
		if err := w.Relay(strings.NewReader("ho")); err != nil {
			t.Errorf("Relay: %v", err)
		}
	}})
	c, r := dial(t, address)
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, body := get(t, r, "GET"); body != "hiho" {
		t.Errorf("got %q, want hiho", body)
	}
}

type broken struct{ text string }

func (b *broken) Read(p []byte) (int, error) { return copy(p, b.text), io.ErrUnexpectedEOF }

// TestHijack: the connection includes what was received after the request; the context ends
// when the server shuts down, which waits for the handler.
func TestHijack(t *testing.T) {
	t.Parallel()
	got := make(chan string, 2)
	s := &http1.Server{Handler: func(w *http1.Response, r *http1.Request) {
		conn, _, err := w.Hijack()
		if err != nil {
			got <- err.Error()
			return
		}
		defer conn.Close()
		early := make([]byte, len("early late"))
		_, err = io.ReadFull(conn, early)
		must(t, err)
		got <- string(early)
		<-r.Context().Done()
		send(t, conn, "bye")
		got <- "ended"
	}}
	address := start(t, s)
	c, r := dial(t, address)
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\n\r\nearly ")
	send(t, c, "late")
	if text := <-got; text != "early late" {
		t.Fatalf("got %q", text)
	}
	must(t, s.Shutdown(t.Context()))
	if text := <-got; text != "ended" {
		t.Errorf("got %q", text)
	}
	if text, err := io.ReadAll(r); string(text) != "bye" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
}

// TestHijackTooLate: it fails after the beginning of a response, and before the end of a
// request's body.
func TestHijackTooLate(t *testing.T) {
	t.Parallel()
	address := start(t, &http1.Server{Handler: func(w *http1.Response, r *http1.Request) {
		if r.Body == nil {
			answer(w, 200, "ok")
		}
		if _, _, err := w.Hijack(); err == nil {
			t.Errorf("%s: hijacked", r.Target)
		}
	}})
	c, r := dial(t, address)
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	get(t, r, "GET")
	send(t, c, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhi")
	ended(t, r)
}

// TestContext: it ends when the viewer hangs up, if somebody waits for it, and
// not because the viewer sends its next request.
func TestContext(t *testing.T) {
	t.Parallel()
	arrived, left := make(chan struct{}), make(chan struct{})
	address := start(t, &http1.Server{Handler: func(w *http1.Response, r *http1.Request) {
		ctx := r.Context()
		switch r.Target {
		case "/wait":
			context.AfterFunc(ctx, func() { close(left) })
			if !context.AfterFunc(ctx, func() { t.Error("called what was stopped") })() {
				t.Error("not stopped")
			}
			close(arrived)
			<-ctx.Done()
			if ctx.Err() == nil {
				t.Error("it has ended without an error")
			}
		case "/stay":
			if r.Body != nil {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			child, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
			<-child.Done()
			if ctx.Err() != nil {
				t.Error("the viewer is said to have left")
			}
			answer(w, 200, "ok")
		}
	}})
	for _, raw := range []string{"GET /stay HTTP/1.1\r\nHost: a\r\n\r\n", "POST /stay HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi"} {
		c, r := dial(t, address)
		send(t, c, raw+raw)
		for range 2 {
			if _, body := get(t, r, "GET"); body != "ok" {
				t.Errorf("got %q", body)
			}
		}
	}
	c, _ := dial(t, address)
	send(t, c, "GET /wait HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	c.Close()
	<-left
}

// TestContextEnds: the context of a request does not outlive it, nor hear of
// the next one's end.
func TestContextEnds(t *testing.T) {
	t.Parallel()
	contexts := make(chan context.Context, 2)
	address := start(t, &http1.Server{Handler: func(w *http1.Response, r *http1.Request) {
		contexts <- r.Context()
		answer(w, 200, "ok")
	}})
	c, r := dial(t, address)
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	get(t, r, "GET")
	send(t, c, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	get(t, r, "GET")
	first := <-contexts
	<-first.Done()
	if first.Err() == nil || first == <-contexts {
		t.Error("the first request's context goes on")
	}
	called := make(chan struct{})
	if context.AfterFunc(first, func() { close(called) })() {
		t.Error("stopped what has to be called at once")
	}
	<-called
}
