package originconn_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// The rules about time run on fake time: the origin is a function on the other
// end of a net.Pipe, inside a synctest bubble.

// pipes makes a client whose n-th connection is served by origins[n]; nil means
// an address that never answers the connection request.
func pipes(t *testing.T, origins ...func(net.Conn)) *originconn.Client {
	t.Helper()
	var mu sync.Mutex
	var running sync.WaitGroup
	n := 0
	client := conntest.Watch(t, &originconn.Client{
		Resolver: static{},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			mu.Lock()
			i := n
			n++
			mu.Unlock()
			if i >= len(origins) {
				t.Errorf("connection %d was not expected", i+1)
				return nil, io.EOF
			}
			if origins[i] == nil {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			here, there := net.Pipe()
			running.Go(func() {
				defer there.Close()
				origins[i](there)
			})
			return here, nil
		},
	})
	t.Cleanup(func() {
		client.Close()
		running.Wait()
	})
	return client
}

// static resolves every name to a public address.
type static struct{}

func (static) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")}, nil
}

// defaults is a plain HTTP target with the API's defaults.
func defaults() originconn.Target {
	return originconn.Target{
		Host: "origin.example", Port: 80, Attempts: 3, ConnectTimeout: 10 * time.Second,
		ResponseTimeout: 30 * time.Second, KeepaliveTimeout: 5 * time.Second,
	}
}

func get() *originconn.Request {
	return &originconn.Request{Method: "GET", RequestURI: "/", Header: []policy.Field{{Name: "Host", Value: "origin.example"}}}
}

func post(body string) *originconn.Request {
	r := get()
	r.Method, r.Body, r.ContentLength = "POST", io.NopCloser(strings.NewReader(body)), int64(len(body))
	return r
}

// websocket asks for a WebSocket connection.
func websocket() *originconn.Request {
	r := get()
	r.WebSocket = true
	r.Header = append(r.Header, policy.Field{Name: "Connection", Value: "Upgrade"}, policy.Field{Name: "Upgrade", Value: "websocket"})
	return r
}

// receive reads one request, head and body.
func receive(conn net.Conn) (*http.Request, string) {
	r, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return nil, ""
	}
	body, _ := io.ReadAll(r.Body)
	return r, string(body)
}

// silent takes a request and never answers.
func silent(conn net.Conn) {
	receive(conn)
	io.Copy(io.Discard, conn)
}

// says answers each request with the parts of a response, waiting before each.
func says(parts ...any) func(net.Conn) {
	return func(conn net.Conn) {
		receive(conn)
		for _, part := range parts {
			switch part := part.(type) {
			case time.Duration:
				time.Sleep(part) // fake time, inside the bubble
			case hang:
				io.Copy(io.Discard, conn)
			case string:
				if _, err := io.WriteString(conn, part); err != nil {
					return
				}
			}
		}
	}
}

// hang keeps the connection open, silent, until the edge closes it.
type hang struct{}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func TestTimes(t *testing.T) {
	t.Parallel()
	const s = time.Second
	slow := func(target *originconn.Target) { target.CompletionTimeout = 60 * s }
	for _, row := range []struct {
		name     string
		origins  []func(net.Conn)
		tune     func(*originconn.Target)
		request  *originconn.Request
		took     time.Duration
		attempts int
		cause    policy.CauseName
		rule     policy.RuleID
	}{
		{"CF-CONN-09 CF-CONN-11 CF-CONN-12 CF-CONN-13: three tries of ten seconds", []func(net.Conn){nil, nil, nil}, nil, get(), 30 * s, 3, "connect-timeout", "CF-CONN-09"},
		{"a connect timeout is repeated for a POST, too", []func(net.Conn){nil, nil, nil}, nil, post("x"), 30 * s, 3, "connect-timeout", "CF-CONN-09"},
		{"CF-CONN-15: the second attempt works", []func(net.Conn){nil, says(ok)}, nil, get(), 10 * s, 2, "", ""},
		{"one attempt", []func(net.Conn){nil}, func(t *originconn.Target) { t.Attempts, t.ConnectTimeout = 1, s }, get(), s, 1, "connect-timeout", "CF-CONN-09"},
		{"CF-TIME-01 CF-TIME-02 CF-TIME-04: GET, no answer", []func(net.Conn){silent, silent, silent}, nil, get(), 90 * s, 3, "response-timeout", "CF-TIME-04"},
		{"CF-TIME-02: GET, the second attempt answers", []func(net.Conn){silent, says(ok)}, nil, get(), 30 * s, 2, "", ""},
		{"CF-TIME-05: POST, no answer, no retry", []func(net.Conn){silent}, nil, post("x"), 30 * s, 1, "response-timeout", "CF-TIME-05"},
		{"CF-TIME-01: slow, but within the timeout", []func(net.Conn){says(29*s, ok)}, nil, get(), 29 * s, 1, "", ""},
		{"CF-TIME-01: the gap counts, not the whole", []func(net.Conn){says("HTTP/1.1 200 OK\r\n", 29*s, "Content-Length: 2\r\n\r\n", 29*s, "o", 29*s, "k")}, nil, get(), 87 * s, 1, "", ""},
		{"CF-TIME-07 CF-TIME-09: the completion timeout ends all", []func(net.Conn){silent, silent}, slow, get(), 60 * s, 2, "response-completion-timeout", "CF-TIME-07"},
		{"CF-TIME-07: it covers the connecting, too", []func(net.Conn){nil, nil, nil}, func(t *originconn.Target) { t.CompletionTimeout = 25 * s }, get(), 25 * s, 3, "response-completion-timeout", "CF-TIME-07"},
		{"CF-TIME-07: even if bytes flow", []func(net.Conn){says("HTTP/1.1 200 OK\r\n", 25*s, "A: 1\r\n", 25*s, "B: 2\r\n", 25*s, "\r\n")}, slow, get(), 60 * s, 1, "response-completion-timeout", "CF-TIME-07"},
		{"CF-ERR-04: hung up before the response, not repeated", []func(net.Conn){says(2 * s)}, nil, get(), 2 * s, 1, "origin-closed", "CF-ERR-04"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				target := defaults()
				if row.tune != nil {
					row.tune(&target)
				}
				client := pipes(t, row.origins...)
				started := time.Now()
				result := client.Do(t.Context(), target, row.request)
				if result.Response != nil {
					if body, err := io.ReadAll(result.Response.Body); err != nil || string(body) != "ok" {
						t.Errorf("body %q, %v", body, err)
					}
					result.Response.Body.Close()
				}
				if took := time.Since(started); took != row.took {
					t.Errorf("took %s, want %s", took, row.took)
				}
				if len(result.Attempts) != row.attempts {
					t.Errorf("%d attempts, want %d", len(result.Attempts), row.attempts)
				}
				checkCause(t, result.Cause, row.cause, row.rule)
			})
		})
	}
}

func checkCause(t *testing.T, got *policy.Cause, name policy.CauseName, rule policy.RuleID) {
	t.Helper()
	switch {
	case got == nil && name != "":
		t.Errorf("no cause, want %s %s", rule, name)
	case got != nil && (got.Name != name || got.Rule != rule):
		t.Errorf("cause %v, want %s %s", got, rule, name)
	}
}

// TestStallInBody proves CF-TIME-03: a GET that stalls in its body is fetched again, and
// the viewer's copy continues if it is the same representation.
func TestStallInBody(t *testing.T) {
	t.Parallel()
	const head = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nETag: \"1\"\r\n\r\n"
	stalled := says(head, "abc", hang{})
	for _, row := range []struct {
		name     string
		origins  []func(net.Conn)
		request  *originconn.Request
		body     string
		attempts int
		cause    policy.CauseName
	}{
		{"goes on", []func(net.Conn){stalled, says(head, "abcdef")}, get(), "abcdef", 2, ""},
		{"another representation", []func(net.Conn){stalled, says(strings.Replace(head, `"1"`, `"2"`, 1), "ABCDEF")}, get(), "abc", 2, "response-timeout"},
		{"neither length nor ETag to know it by", []func(net.Conn){
			says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", hang{}),
			says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nABCDEF\r\n0\r\n\r\n"),
		}, get(), "abc", 2, "response-timeout"},
		{"no length, but an ETag", []func(net.Conn){
			says("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", hang{}),
			says("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nabcdef\r\n0\r\n\r\n"),
		}, get(), "abcdef", 2, ""},
		{"a tunnel instead of the rest", []func(net.Conn){stalled, says("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", hang{})},
			websocket(), "abc", 2, "response-timeout"},
		{"all attempts stall", []func(net.Conn){stalled, stalled, stalled}, get(), "abc", 3, "response-timeout"},
		{"CF-TIME-05: POST is not repeated", []func(net.Conn){stalled}, post("x"), "abc", 1, "response-timeout"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := pipes(t, row.origins...)
				result := client.Do(t.Context(), defaults(), row.request)
				if result.Cause != nil {
					t.Fatal(result.Cause)
				}
				body, err := io.ReadAll(result.Response.Body)
				result.Response.Body.Close()
				if string(body) != row.body || len(result.Attempts) != row.attempts {
					t.Errorf("body %q after %d attempts, want %q after %d", body, len(result.Attempts), row.body, row.attempts)
				}
				cause, _ := err.(*policy.Cause)
				if row.cause == "" && err != nil || row.cause != "" && (cause == nil || cause.Name != row.cause) {
					t.Errorf("body ended with %v, want %q", err, row.cause)
				}
			})
		})
	}
}

// TestKeepalive proves CF-CONN-16 and CF-CONN-17: a connection is kept for the configured
// time and no longer, and not at all if the origin forbids it.
func TestKeepalive(t *testing.T) {
	t.Parallel()
	twice := func(conn net.Conn) {
		br := bufio.NewReader(conn)
		for range 2 {
			if _, err := http.ReadRequest(br); err != nil {
				return
			}
			io.WriteString(conn, ok)
		}
	}
	for _, row := range []struct {
		name   string
		origin func(net.Conn)
		idle   time.Duration
		keep   time.Duration
		reused bool
	}{
		{"within the time", twice, 4 * time.Second, 5 * time.Second, true},
		{"after the time", twice, 6 * time.Second, 5 * time.Second, false},
		{"no keep-alive", twice, 0, 0, false},
		{"the origin closes", says("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"), 0, 5 * time.Second, false},
		{"HTTP/1.0", says("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"), 0, 5 * time.Second, false},
		{"bytes after the body", says(ok + "HTTP/1.1 200 OK\r\n"), 0, 5 * time.Second, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := pipes(t, row.origin, twice)
				target := defaults()
				target.KeepaliveTimeout = row.keep
				var last *originconn.Attempt
				for i := range 2 {
					result := client.Do(t.Context(), target, get())
					if result.Cause != nil {
						t.Fatalf("request %d: %v", i+1, result.Cause)
					}
					io.ReadAll(result.Response.Body)
					result.Response.Body.Close()
					last = result.Attempts[0]
					time.Sleep(row.idle) // fake time
				}
				if last.Reused != row.reused {
					t.Errorf("reused = %t, want %t", last.Reused, row.reused)
				}
				if row.reused && last.Idle != row.idle {
					t.Errorf("idle for %s, want %s", last.Idle, row.idle)
				}
			})
		})
	}
}

// TestReusedConnectionClosed proves CF-CONN-20: a kept-alive connection that the
// origin closes as the request goes out is a 502, recorded with its idle time.
func TestReusedConnectionClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := pipes(t, func(conn net.Conn) {
			br := bufio.NewReader(conn)
			http.ReadRequest(br)
			io.WriteString(conn, ok)
			http.ReadRequest(br) // and hangs up
		})
		target := defaults()
		first := client.Do(t.Context(), target, get())
		io.ReadAll(first.Response.Body)
		first.Response.Body.Close()
		time.Sleep(3 * time.Second) // fake time
		second := client.Do(t.Context(), target, get())
		checkCause(t, second.Cause, policy.CauseOriginClosed, "CF-ERR-04")
		if second.Cause != nil && !strings.Contains(second.Cause.Detail, "idle for 3s, and the edge keeps them for 5s") {
			t.Errorf("the detail does not name both times: %q", second.Cause.Detail)
		}
		if a := second.Attempts[0]; !a.Reused || a.Idle != 3*time.Second {
			t.Errorf("attempt %+v", a)
		}
	})
}

// TestViewerLeaves: a viewer that hangs up ends the exchange at once.
func TestViewerLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := pipes(t, silent)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		started := time.Now()
		result := client.Do(ctx, defaults(), get())
		checkCause(t, result.Cause, policy.CauseViewerAborted, "CF-LOG-03")
		if took := time.Since(started); took != 3*time.Second {
			t.Errorf("took %s", took)
		}
	})
}
