package originconn_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// waiting blocks until the context ends, and says that it has begun.
type waiting chan struct{}

func (w waiting) until(ctx context.Context) error {
	close(w)
	<-ctx.Done()
	return ctx.Err()
}

func (w waiting) dial(ctx context.Context, network, _ string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: network, Err: w.until(ctx)}
}

func (w waiting) LookupNetIP(ctx context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: w.until(ctx).Error(), Name: host}
}

// silentOrigin accepts connections, announces each, and sends nothing.
func silentOrigin(t *testing.T) (address string, accepted waiting) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	accepted = make(waiting)
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		close(accepted)
		t.Cleanup(func() { c.Close() })
	}()
	return ln.Addr().String(), accepted
}

// TestViewerWhoLeaves: a viewer that leaves is never the origin's failure, at any step, and
// if the edge cuts it off, the failure is the edge's.
func TestViewerWhoLeaves(t *testing.T) {
	t.Parallel()
	for _, cut := range []bool{false, true} {
		for _, step := range []string{"resolve", "dial", "handshake", "wait"} {
			t.Run(fmt.Sprintf("%s, cut off %v", step, cut), func(t *testing.T) {
				t.Parallel()
				begun := make(waiting)
				client := conntest.Watch(t, &originconn.Client{Resolver: names{known: map[string][]string{"o.example": {"192.0.2.1"}}}})
				switch step {
				case "resolve":
					client.Resolver = begun
				case "dial":
					client.DialContext = begun.dial
				default:
					address, accepted := silentOrigin(t)
					begun, client.ConnectTo = accepted, map[string]string{"o.example": address}
				}
				t.Cleanup(func() { client.Close() })
				ctx, leave := context.WithCancel(originconn.WithCutOff(t.Context(), func() bool { return cut }))
				defer leave()
				go func() { <-begun; leave() }()
				target := originconn.Target{
					Host: "o.example", Port: 443, TLS: step == "handshake", SNI: "o.example", Attempts: 3, Offer: policy.OfferFor([]distribution.SSLProtocol{"TLSv1.2"}, policy.CurrentSnapshot()),
					ConnectTimeout: 20 * time.Second, ResponseTimeout: 20 * time.Second,
				}
				result := client.Do(ctx, target, &originconn.Request{Method: "GET", RequestURI: "/"})
				want := policy.CauseViewerAborted
				if cut {
					want = policy.CauseEdgeShutdown
				}
				if result.Cause == nil || result.Cause.Name != want || len(result.Attempts) != 1 || result.Attempts[0].Cause.Name != want {
					t.Errorf("got %v after %d attempts, want %s", result.Cause, len(result.Attempts), want)
				}
			})
		}
	}
}

// TestMachineWithoutResources: a lack of resources on the edge's machine is the edge's own
// failure, 503 (CF-ERR-10), and is not retried.
func TestMachineWithoutResources(t *testing.T) {
	t.Parallel()
	for _, number := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL} {
		for _, secure := range []bool{false, true} {
			client := conntest.Watch(t, &originconn.Client{
				Resolver: names{known: map[string][]string{"o.example": {"192.0.2.1"}}},
				DialContext: func(context.Context, string, string) (net.Conn, error) {
					return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", number)}
				},
			})
			t.Cleanup(func() { client.Close() })
			target := originconn.Target{
				Host: "o.example", Port: 443, PlainPort: 80, TLS: secure, SNI: "o.example", Attempts: 3, Offer: policy.OfferFor([]distribution.SSLProtocol{"TLSv1.2"}, policy.CurrentSnapshot()),
				ConnectTimeout: 20 * time.Second, ResponseTimeout: 20 * time.Second,
			}
			result := client.Do(t.Context(), target, &originconn.Request{Method: "GET", RequestURI: "/"})
			cause := result.Cause
			if cause == nil || cause.Name != policy.CauseEdgeExhausted || cause.Rule != "CF-ERR-10" || cause.Status != 503 || cause.ResultType != "CapacityExceeded" || len(result.Attempts) != 1 {
				t.Errorf("%v, TLS %v: got %+v after %d attempts", number, secure, cause, len(result.Attempts))
			}
			if policy.FailoverStatus(0, cause) != 0 {
				t.Errorf("%v: it fails over", number)
			}
		}
	}
}
