package edge_test

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// busy is a site whose origin waits before it answers.
type busy struct {
	*site
	t        *testing.T
	asked    chan struct{}
	answer   chan struct{}
	statuses chan int
	viewers  sync.WaitGroup
}

func newBusy(t *testing.T, most int) *busy {
	b := &busy{t: t, asked: make(chan struct{}), answer: make(chan struct{}), statuses: make(chan int, 1000)}
	b.site = newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) {
		b.asked <- struct{}{}
		<-b.answer
	}})
	b.edge.Distribution.Origins[0].ResponseTimeout *= 60
	b.edge.MaxRequests = most
	return b
}

func (b *busy) request(proto, connection string) *edge.Response {
	return b.edge.Serve(b.t.Context(), &edge.ViewerRequest{
		Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: proto, RemoteAddr: connection,
	})
}

// taken starts a request: it returns once the origin is asked.
func (b *busy) taken(proto, connection string) {
	b.viewers.Go(func() {
		r := b.request(proto, connection)
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
		b.statuses <- r.Status
	})
	<-b.asked
}

// refused holds that a request gets a 503 of the edge's own at once (CF-ERR-10).
func (b *busy) refused(proto, connection string) {
	b.t.Helper()
	r := b.request(proto, connection)
	r.Body.Close()
	x := b.recorded(b.t, r)
	if r.Status != 503 || x.Cause == nil || x.Cause.Name != policy.CauseEdgeExhausted || x.Cause.Rule != "CF-ERR-10" || x.ResultType != "CapacityExceeded" {
		b.t.Errorf("got %d, %+v", r.Status, x.Cause)
	}
	if r.Close {
		b.t.Error("the connection is closed for it")
	}
}

// end lets all requests be answered, and checks that none is counted any longer.
func (b *busy) end(want int) {
	b.t.Helper()
	close(b.answer)
	b.viewers.Wait()
	close(b.statuses)
	n := 0
	for status := range b.statuses {
		if n++; status != 200 {
			b.t.Errorf("one that was taken got %d", status)
		}
	}
	total, connections := b.edge.TestOnlyUnderWay()
	if n != want || total != 0 || connections != 0 {
		b.t.Errorf("%d answers, want %d; %d requests and %d connections still count", n, want, total, connections)
	}
}

// TestCapacity: the edge accepts only so many requests at a time, and another one when one
// has ended (CF-ERR-10).
func TestCapacity(t *testing.T) {
	t.Parallel()
	b := newBusy(t, 4)
	for n := range 4 {
		b.taken("HTTP/1.1", fmt.Sprintf("198.51.100.7:%d", n))
	}
	b.refused("HTTP/1.1", "198.51.100.7:5")
	b.refused("HTTP/2.0", "198.51.100.7:6")
	b.answer <- struct{}{}
	if status := <-b.statuses; status != 200 {
		t.Errorf("got %d", status)
	}
	b.taken("HTTP/2.0", "198.51.100.7:6")
	b.end(4)
}

// TestCapacityIsShared: however many requests a few HTTP/2 connections make, there
// is room for other viewers.
func TestCapacityIsShared(t *testing.T) {
	t.Parallel()
	b := newBusy(t, 64)
	for range 32 { // while half is free, one may have it
		b.taken("HTTP/2.0", "greedy")
	}
	b.refused("HTTP/2.0", "greedy")
	for range 8 { // then each has its share
		b.taken("HTTP/2.0", "another")
	}
	b.refused("HTTP/2.0", "another")
	b.taken("HTTP/2.0", "a third")
	b.taken("HTTP/1.1", "a fourth")
	b.refused("HTTP/2.0", "greedy")
	b.end(42)
}
