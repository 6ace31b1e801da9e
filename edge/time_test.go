package edge_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/recording"
)

// talk is an origin of the tests on fake time: what it answers to a request; nil
// is one whose address never answers.
type talk func(*http.Request) string

// answer is an HTTP response as text.
func answer(status int, fields, body string) string {
	return fmt.Sprintf("HTTP/1.1 %d Some\r\n%sContent-Length: %d\r\n\r\n%s", status, fields, len(body), body)
}

// newBubble makes an edge in front of origins on net.Pipe, by id, for a test in a
// synctest bubble, with API defaults and the managed policy CachingOptimized.
func newBubble(t *testing.T, origins map[string]talk) *site {
	t.Helper()
	d := &distribution.Distribution{Enabled: true}
	names := resolver{}
	var running sync.WaitGroup
	byAddress := map[string]talk{}
	for id, origin := range origins {
		o := distribution.NewOrigin(id, id+".example")
		o.ProtocolPolicy = distribution.OriginHTTPOnly
		d.Origins = append(d.Origins, o)
		address := fmt.Sprintf("192.0.2.%d", len(d.Origins))
		names[o.DomainName] = netip.MustParseAddr(address)
		byAddress[address] = origin
	}
	d.DefaultBehavior = behaviorWith(t, "AllViewerExceptHostHeader")
	d.DefaultBehavior.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
	client := conntest.Watch(t, &originconn.Client{
		Resolver: names,
		DialContext: func(ctx context.Context, _, address string) (net.Conn, error) {
			host, _, _ := net.SplitHostPort(address)
			origin := byAddress[host]
			if origin == nil {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			here, there := net.Pipe()
			running.Go(func() { origin.serve(there) })
			return here, nil
		},
	})
	t.Cleanup(func() {
		client.Close()
		running.Wait()
	})
	ring := recording.NewRing(recording.RingConfig{})
	return &site{ring: ring, edge: &edge.Edge{Distribution: d, Client: client, Recorder: ring}}
}

// serve answers requests until the connection ends; "" hangs until then.
func (o talk) serve(conn net.Conn) {
	defer conn.Close()
	br := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		text := o(r)
		if text == "" {
			io.Copy(io.Discard, br)
			return
		}
		text, hangsUp := strings.CutSuffix(text, thenHangUp)
		if _, err := io.WriteString(conn, text); err != nil || hangsUp {
			return
		}
	}
}

// thenHangUp at the end of an answer closes the connection behind it.
const thenHangUp = "\x00"

// hangUp closes the connection after each answer.
func hangUp(o talk) talk {
	return func(r *http.Request) string { return o(r) + thenHangUp }
}

// resolver knows names by table.
type resolver map[string]netip.Addr

func (r resolver) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return []netip.Addr{r[host]}, nil
}

// TestFailoverTime proves CF-FAILOVER-11: the primary's attempts and timeouts are
// exhausted before the secondary is asked.
func TestFailoverTime(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		primary  talk
		code     int
		took     time.Duration
		attempts int
		reason   string
	}{
		{"30 s of connecting", nil, 503, 30 * time.Second, 4, "Failover:503"},
		{"90 s of reading", func(*http.Request) string { return "" }, 504, 90 * time.Second, 4, "Failover:504"},
		{"CF-FAILOVER-14 a status", func(*http.Request) string { return answer(500, "", "") }, 500, 0, 2, "Failover:500"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newBubble(t, map[string]talk{"a": row.primary, "b": func(*http.Request) string { return answer(200, "", "b") }})
				s.edge.Distribution.OriginGroups = []distribution.OriginGroup{{ID: "group", Members: []string{"a", "b"}, StatusCodes: []int{row.code}}}
				s.edge.Distribution.DefaultBehavior.TargetOriginID = "group"
				start := time.Now()
				r, body := s.ask(t, edge.ViewerRequest{})
				if took := time.Since(start); took != row.took || r.Status != 200 || body != "b" {
					t.Errorf("got %d %q after %s, want it after %s", r.Status, body, took, row.took)
				}
				x := s.recorded(t, r)
				if len(x.Attempts) != row.attempts || x.Sent.Host != "b.example:80" || x.Origin != "b" { // CF-FAILOVER-14: r-host
					t.Errorf("%d attempts, the last at %q of %q", len(x.Attempts), x.Sent.Host, x.Origin)
				}
				for i, a := range x.Attempts {
					want := "a.example:80"
					if i == row.attempts-1 {
						want = "b.example:80"
					}
					if a.Target != want {
						t.Errorf("attempt %d went to %q, want %q", i+1, a.Target, want)
					}
				}
				if len(x.Failover) != 1 || x.Failover[0].Origin != "a" || x.Failover[0].Status == 0 && x.Failover[0].Cause == nil {
					t.Errorf("failover %v", x.Failover)
				}
				if len(x.Findings) == 0 || !contains(x.Findings[0].Observed, row.reason) {
					t.Errorf("findings %v", x.Findings)
				}
			})
		})
	}
}

// counting counts the requests of an origin.
func counting(n *atomic.Int32, origin talk) talk {
	return func(r *http.Request) string {
		n.Add(1)
		return origin(r)
	}
}

// TestAttemptsOfBody: attempts that a stall in the body makes are recorded with
// those that came before it (CF-TIME-03).
func TestAttemptsOfBody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stalls := true
		s := newBubble(t, map[string]talk{"app": func(*http.Request) string {
			whole := answer(200, "ETag: \"1\"\r\n", "abcdef")
			if stalls {
				stalls = false
				return whole[:len(whole)-3]
			}
			return whole
		}})
		r, body := s.ask(t, edge.ViewerRequest{})
		x, err := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
		if err != nil {
			t.Fatal(err)
		}
		if body != "abcdef" || len(x.Attempts) != 2 || x.Attempts[0].Cause == nil || x.Attempts[1].Cause != nil {
			t.Errorf("CF-TIME-03: body %q after %d attempts, want two", body, len(x.Attempts))
		}
	})
}
