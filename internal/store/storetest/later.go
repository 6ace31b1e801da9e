package storetest

import (
	"context"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// explainedLater records an exchange whose refused handshake is not explained yet. Once it
// is, the store has the explanation, too.
func explainedLater(t *testing.T, s recording.Store) {
	attempt, explain := unexplained(t)
	e := Failure(1)
	e.Attempts = []*originconn.Attempt{attempt}
	s.Record(e)
	s.Record(Success(2))
	got, err := s.Get(t.Context(), e.ID)
	if err != nil || len(got.Attempts) != 1 || got.Attempts[0].Explanation != nil && got.Attempts[0].Explanation.Done() {
		t.Fatalf("before the explanation: %+v, %v", got, err)
	}
	explain()
	peers.Await(t, "the explanation", func() bool {
		got, err = s.Get(t.Context(), e.ID)
		return err == nil && got.Attempts[0].Explanation != nil && got.Attempts[0].Explanation.Done()
	})
	if string(got.Response.Body) != "<HTML>" || got.Attempts[0].Handshake == nil {
		t.Errorf("the rest of it is gone: %+v", got)
	}
	if order := IDs(list(t, s, recording.Filter{}).Exchanges); len(order) != 2 || order[1] != e.ID {
		t.Errorf("the order is %v", order)
	}
}

// unexplained returns an attempt whose handshake was refused, and a function that lets the
// scan finish which finds out why.
func unexplained(t *testing.T) (*originconn.Attempt, func()) {
	t.Helper()
	refusal := []byte{21, 3, 3, 0, 2, 2, 40} // alert handshake_failure
	gate := make(chan struct{})
	var asked atomic.Int32
	client := &originconn.Client{
		ExplainWithin: -1,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			if asked.Add(1) > 2 { // after both TLS clients
				select {
				case <-gate:
				case <-ctx.Done():
				}
			}
			here, there := net.Pipe()
			go func() {
				defer there.Close()
				there.Read(make([]byte, 4<<10))
				there.Write(refusal)
			}()
			return here, nil
		},
	}
	t.Cleanup(func() { client.Close() })
	target := originconn.Target{
		Host: "127.0.0.1", Port: 443, TLS: true, SNI: "app.example.com", Attempts: 1, ConnectTimeout: 10 * time.Second, ResponseTimeout: 10 * time.Second,
		Offer: policy.Offer{Versions: []uint16{policy.VersionTLS12}, Suites: []uint16{0xc02f}, Groups: []uint16{policy.GroupP256}},
	}
	_, attempt := client.Connect(t.Context(), target)
	if attempt.Explanation == nil || attempt.Explanation.Done() {
		t.Fatalf("no explanation is looked for: %+v, %v", attempt, attempt.Cause)
	}
	return attempt, func() { close(gate) }
}
