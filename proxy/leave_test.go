package proxy_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestImpatientViewers: viewers that reset their connections at once in front of a
// healthy origin are recorded as viewers that left, if they are not answered.
func TestImpatientViewers(t *testing.T) {
	t.Parallel()
	s, _, ring := wholeEdge(t)
	for i := range 50 {
		c := dial(t, s.http)
		if i > 0 { // the first one reads its answer, so that something is recorded in any case
			must(t, c.(*net.TCPConn).SetLinger(0))
		}
		_, err := io.WriteString(c, "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n")
		must(t, err)
		if i == 0 {
			_, err = c.Read(make([]byte, 1))
			must(t, err)
		}
		must(t, c.Close())
	}
	waitUntil(t, func() bool { // some reset before their request was read, and are none
		page, err := ring.List(t.Context(), recording.Filter{Limit: 1})
		return err == nil && len(page.Exchanges) > 0
	})
	must(t, s.end(t.Context()))
	page, err := ring.List(t.Context(), recording.Filter{Limit: 100})
	must(t, err)
	if len(page.Exchanges) == 0 {
		t.Fatal("nothing was recorded")
	}
	for _, e := range page.Exchanges {
		if e.Cause != nil && e.Cause.Name != policy.CauseViewerAborted {
			t.Errorf("recorded as %v", e.Cause)
		}
	}
}

// TestShutdownIsTheEdges: an exchange cut off by the end of a shutdown is the edge's
// failure, over HTTP/1.1, HTTP/1.1 with a body in progress, and HTTP/2.
func TestShutdownIsTheEdges(t *testing.T) {
	t.Parallel()
	for way, ask := range map[string]func(*testing.T, *running){
		"HTTP/1.1": func(t *testing.T, s *running) { send(t, dial(t, s.http), "GET /x HTTP/1.1\r\nHost: a.example\r\n\r\n") },
		"HTTP/1.1, sending": func(t *testing.T, s *running) {
			send(t, dial(t, s.http), "POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 10\r\n\r\nhello")
		},
		"HTTP/2": func(t *testing.T, s *running) {
			transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}
			t.Cleanup(transport.CloseIdleConnections)
			go func() {
				if resp, err := transport.RoundTrip(mustRequest("https://" + s.https + "/x")); err == nil {
					resp.Body.Close()
				}
			}()
		},
	} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			s, o, ring := wholeEdge(t)
			arrived, never := make(chan struct{}), make(chan struct{})
			t.Cleanup(func() { close(never) })
			o.answer = func(string) string { close(arrived); <-never; return "" }
			ask(t, s)
			if !strings.Contains(way, "sending") {
				<-arrived
			} else {
				waitUntil(t, func() bool { raw, _ := o.seen(); return strings.Contains(raw, "hello") })
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_ = s.end(ctx)
			page, err := ring.List(t.Context(), recording.Filter{Limit: 1})
			must(t, err)
			if len(page.Exchanges) != 1 || page.Exchanges[0].Cause == nil || page.Exchanges[0].Cause.Name != policy.CauseEdgeShutdown {
				t.Errorf("recorded: %+v", page.Exchanges)
			}
		})
	}
}

func mustRequest(url string) *http.Request {
	r, err := http.NewRequest("GET", url, nil)
	if err != nil {
		panic(err)
	}
	return r
}

// waitUntil waits for what another goroutine brings about.
func waitUntil(t *testing.T, done func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it does not happen")
		}
	}
}
