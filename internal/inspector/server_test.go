package inspector_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// connect opens a connection to the API.
func (s *serving) connect() net.Conn {
	mine, theirs := net.Pipe()
	s.pipes.conns <- theirs
	return mine
}

// ask sends a request over a connection and reads the answer.
func (s *serving) ask(c net.Conn, path string) int {
	s.t.Helper()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
	response, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		s.t.Fatalf("asking for %s: %v", path, err)
	}
	io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// TestConnectionsEnd: no connection of the API stays open without a reason, in any state.
// It runs on fake time.
func TestConnectionsEnd(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		begin func(*serving, net.Conn)
		want  time.Duration
	}{
		{"no request", func(*serving, net.Conn) {}, 10 * time.Second},
		{"half a request", func(_ *serving, c net.Conn) { io.WriteString(c, "GET /version HTTP/1.1\r\nHost: loc") }, 10 * time.Second},
		{"no second request", func(s *serving, c net.Conn) { s.ask(c, "/version") }, time.Minute},
		{"a body that does not come", func(_ *serving, c net.Conn) {
			io.WriteString(c, "PUT /api/faults HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
		}, 30 * time.Second},
		{"an answer that nobody reads", func(_ *serving, c net.Conn) {
			io.WriteString(c, "GET /api/exchanges?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n")
			time.Sleep(time.Minute) // fake time
		}, time.Minute},
	} {
		t.Run(row.name, func(t *testing.T) {
			onFakeTime(t, func(t *testing.T, s *serving) {
				for n := range 1000 {
					s.recorder.Record(&recording.Exchange{ID: fmt.Sprint(n), Viewer: recording.Viewer{URI: "/" + strings.Repeat("x", 500)}})
				}
				began := time.Now()
				c := s.connect()
				defer c.Close()
				row.begin(s, c)
				if _, err := io.ReadAll(c); err != nil {
					t.Errorf("the connection ended with %v", err)
				}
				if d := time.Since(began); d < row.want || d > row.want+time.Second {
					t.Errorf("it ended after %s, want %s", d, row.want)
				}
			})
		})
	}
}

// TestEventsOutlastTheTimeouts: the limits on a request and on an idle client do not limit
// how long it may watch.
func TestEventsOutlastTheTimeouts(t *testing.T) {
	t.Parallel()
	onFakeTime(t, func(t *testing.T, s *serving) {
		conn, r := s.watch("")
		defer conn.Close()
		for began := time.Now(); time.Since(began) < time.Hour; { // fake time
			event(t, r)
		}
		s.record("one", 200)
		for {
			if text := event(t, r); strings.Contains(text, "event: exchange") {
				return
			}
		}
	})
}

// TestTooManyConnections: if there are more connections than the API keeps, the longest
// idle ones are closed, and new requests are answered.
func TestTooManyConnections(t *testing.T) {
	t.Parallel()
	onFakeTime(t, func(t *testing.T, s *serving) {
		const kept, many = 256, 300
		watching, events := s.watch("")
		defer watching.Close()
		var conns []net.Conn
		for range many {
			conns = append(conns, s.connect())
		}
		last := s.connect()
		defer last.Close()
		if status := s.ask(last, "/version"); status != 200 {
			t.Errorf("the newest connection got %d", status)
		}
		open := 0
		for i, c := range conns {
			if c.SetReadDeadline(time.Now().Add(time.Millisecond)); i < many+2-kept {
				if _, err := c.Read(make([]byte, 1)); err != io.EOF {
					t.Errorf("connection %d, one of the oldest, is open: %v", i, err)
				}
				continue
			}
			open++
			if _, err := c.Read(make([]byte, 1)); err == io.EOF {
				t.Errorf("connection %d, one of the newest, was closed", i)
			}
			c.Close()
		}
		if open+2 != kept {
			t.Errorf("%d connections were kept, want %d", open+2, kept)
		}
		s.record("one", 200)
		if got := names(t, event(t, events)); got != "1 one" {
			t.Errorf("who watches got %q", got)
		}
	})
}
