package inspector_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/recording"
)

// pipes is a listener whose connections are in memory, for tests on fake time.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.done); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4040} }

// serving is an inspector on fake time, with the ring it shows.
type serving struct {
	t        *testing.T
	ring     *recording.Ring
	feed     *recording.Feed
	recorder recording.Recorder
	pipes    *pipes
}

// onFakeTime runs a test with an inspector in a bubble of fake time.
func onFakeTime(t *testing.T, test func(t *testing.T, s *serving)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &serving{t: t, ring: recording.NewRing(recording.RingConfig{Bytes: 1 << 30, Exchanges: 1e6}), feed: &recording.Feed{},
			pipes: &pipes{make(chan net.Conn), make(chan struct{})}}
		s.recorder = recording.Tee(s.ring, s.feed)
		server := inspector.NewServer(inspector.Config{Recordings: s.ring, Feed: s.feed})
		ended := make(chan struct{})
		go func() { defer close(ended); server.Serve(s.pipes) }()
		test(t, s)
		server.Close()
		<-ended
	})
}

// watch follows the events and returns the connection behind the answer's head.
func (s *serving) watch(query string, fields ...string) (net.Conn, *bufio.Reader) {
	s.t.Helper()
	mine, theirs := net.Pipe()
	s.pipes.conns <- theirs
	fmt.Fprintf(mine, "GET /api/events%s HTTP/1.0\r\nHost: localhost\r\n%s\r\n", query, strings.Join(append(fields, ""), "\r\n"))
	r := bufio.NewReader(mine)
	response, err := http.ReadResponse(r, nil)
	if err != nil || response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		s.t.Fatalf("got %v, %v", response, err)
	}
	body := bufio.NewReader(response.Body)
	if got := event(s.t, body); got != "retry: 1000" {
		s.t.Fatalf("the stream begins with %q", got)
	}
	return mine, body
}

// event reads one event, or a comment, without the empty line behind it.
func event(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	var b strings.Builder
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("reading an event: %v after %q", err, b.String())
		}
		if line == "\n" {
			return strings.TrimSuffix(b.String(), "\n")
		}
		b.WriteString(line)
	}
}

// names is the id of an event and of its exchange.
func names(t *testing.T, text string) string {
	t.Helper()
	lines := strings.Split(text, "\n")
	if len(lines) != 3 || lines[1] != "event: exchange" {
		t.Fatalf("got %q", text)
	}
	_, id, _ := strings.Cut(lines[2], `"id":"`)
	id, _, _ = strings.Cut(id, `"`)
	return strings.TrimPrefix(lines[0], "id: ") + " " + id
}

func (s *serving) record(id string, status int) {
	s.recorder.Record(&recording.Exchange{ID: id, Response: recording.Response{Status: status}})
}

func TestEvents(t *testing.T) {
	t.Parallel()
	onFakeTime(t, func(t *testing.T, s *serving) {
		s.record("before", 200)
		conn, r := s.watch("")
		s.record("one", 200)
		s.record("two", 502)
		began := time.Now()
		for _, want := range []string{"2 one", "3 two"} {
			if got := names(t, event(t, r)); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		}
		if d := time.Since(began); d > 100*time.Millisecond {
			t.Errorf("the events took %s", d)
		}
		conn.Close()

		for _, row := range []struct{ name, last, want string }{
			{"after an event", "2", "3 two"},
			{"of an earlier run of the program", "zzz", "1 before"},
			{"from the beginning", "0", "1 before"},
		} {
			conn, r := s.watch("", "Last-Event-ID: "+row.last)
			if got := names(t, event(t, r)); got != row.want {
				t.Errorf("%s: got %s, want %s", row.name, got, row.want)
			}
			conn.Close()
		}
		conn, r = s.watch("?status=5xx", "Last-Event-ID: 1")
		if got := names(t, event(t, r)); got != "3 two" {
			t.Errorf("with a filter: got %s", got)
		}
		conn.Close()
	})
}

// TestEventsOfOthers checks what comes without being told: exchanges that another
// edge wrote into the store, and the comments that keep a connection open.
func TestEventsOfOthers(t *testing.T) {
	t.Parallel()
	onFakeTime(t, func(t *testing.T, s *serving) {
		conn, r := s.watch("")
		s.ring.Record(&recording.Exchange{ID: "other"})
		if got := names(t, event(t, r)); got != "1 other" {
			t.Errorf("got %s", got)
		}
		began := time.Now()
		if got := event(t, r); got != ": still here" {
			t.Errorf("got %q", got)
		}
		if d := time.Since(began); d < 15*time.Second || d > 17*time.Second {
			t.Errorf("the comment came after %s", d)
		}
		conn.Close()
	})
}

// TestSlowWatcher checks that a watcher that does not read is dropped, while others
// continue, and that it gets the rest when it returns.
func TestSlowWatcher(t *testing.T) {
	t.Parallel()
	onFakeTime(t, func(t *testing.T, s *serving) {
		slow, slowEvents := s.watch("")
		quick, quickEvents := s.watch("")
		for n := range 250 {
			s.record(fmt.Sprint("e", n), 200)
		}
		for n := range 250 {
			if got, want := names(t, event(t, quickEvents)), recording.FormatCursor(uint64(n+1))+fmt.Sprint(" e", n); got != want {
				t.Fatalf("got %s, want %s", got, want)
			}
		}
		time.Sleep(11 * time.Second) // fake time: the deadline of the slow one passes
		rest, err := io.ReadAll(slowEvents)
		if err == nil && strings.Count(string(rest), "event:") > 100 {
			t.Errorf("the slow watcher still got %d events", strings.Count(string(rest), "event:"))
		}
		slow.Close()
		again, events := s.watch("", "Last-Event-ID: "+recording.FormatCursor(249))
		if got := names(t, event(t, events)); got != recording.FormatCursor(250)+" e249" {
			t.Errorf("got %s", got)
		}
		again.Close()
		quick.Close()
	})
}

func TestEventsRefused(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded()})
	for _, row := range []struct {
		query string
		field string
		want  string
	}{
		{"", "Last-Event-ID: !", `the value \"!\" is not allowed for cursor`},
		{"?limit=3", "Accept: */*", `there is no parameter \"limit\"`},
		{"?cause=nothing", "Accept: */*", `the value \"nothing\" is not allowed for cause`},
	} {
		if a := ask(t, "GET", base+"/api/events"+row.query, row.field); a.StatusCode != 400 || !strings.Contains(a.body, row.want) {
			t.Errorf("%s %s: got %d %s", row.query, row.field, a.StatusCode, a.body)
		}
	}
	if a := ask(t, "HEAD", base+"/api/events"); a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("HEAD: got %d %v", a.StatusCode, a.Header)
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	for n := range 64 {
		r, err := http.NewRequestWithContext(ctx, "GET", base+"/api/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("watcher %d: %v, %v", n, response, err)
		}
		defer response.Body.Close()
	}
	if a := ask(t, "GET", base+"/api/events"); a.StatusCode != 503 || !strings.Contains(a.body, "64 others follow the events already") {
		t.Errorf("one too many: got %d %s", a.StatusCode, a.body)
	}
}
