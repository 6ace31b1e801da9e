package edge_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/edge"
)

func TestClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var none *edge.Clock
		none.Advance(time.Hour)
		none.Reset()
		if got := none.Now(); !got.Equal(time.Now()) || none.Ahead() != 0 {
			t.Errorf("a nil clock says %s, want the real time", got)
		}
		var c edge.Clock
		c.Advance(25 * time.Hour)
		c.Advance(-time.Hour)
		time.Sleep(time.Minute) // of the bubble
		if got, want := c.Now(), time.Now().Add(24*time.Hour); !got.Equal(want) || c.Ahead() != 24*time.Hour {
			t.Errorf("advanced: %s, want %s", got, want)
		}
		c.Reset()
		if !c.Now().Equal(time.Now()) {
			t.Errorf("reset: %s, want the real time", c.Now())
		}
	})
}

// TestErrorCacheClock: cached errors expire by the edge's clock, not by real time.
func TestErrorCacheClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newBubble(t, map[string]talk{"app": func(*http.Request) string { return answer(503, "", "") }})
		s.edge.Cache, s.edge.Clock = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors}), &edge.Clock{}
		ask := func() (kept bool) {
			r, _ := s.ask(t, edge.ViewerRequest{})
			return s.recorded(t, r).Sent == nil
		}
		if ask() || !ask() {
			t.Fatal("the error is not kept")
		}
		s.edge.Clock.Advance(time.Hour)
		if ask() {
			t.Error("CF-CACHE-20: an hour later by the clock the error is still kept")
		}
	})
}
