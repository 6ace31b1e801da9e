package cache_test

import (
	"context"
	"io"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/internal/cache"
)

// TestWaitersShare: a thousand later callers get the leader's result; one that leaves does
// no harm.
func TestWaitersShare(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
		f, leads := s.Join("k", func() { t.Error("the leader was ended") })
		if !leads {
			t.Fatal("the first does not lead")
		}
		var waiting sync.WaitGroup
		for n := range 1000 {
			waiting.Go(func() {
				f, leads := s.Join("k", func() {})
				if leads {
					t.Error("a second leader")
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if n == 500 {
					cancel()
				}
				e, r, err := f.Wait(ctx)
				if n == 500 {
					if err == nil {
						t.Error("it left, and got something")
					}
					return
				}
				if err != nil || e.Head != "head" || read(t, r) != "shared" {
					t.Errorf("got %v, %v", e, err)
				}
			})
		}
		synctest.Wait()
		_, r := f.Keep(t.Context(), "k", "head", 0, whole("shared"))
		read(t, r)
		waiting.Wait()
	})
}

// TestLeaderLeftBefore: what comes for a viewer that has left is not given up while
// another waits. Whether its reader leaves at once is a race, hence the turns.
func TestLeaderLeftBefore(t *testing.T) {
	t.Parallel()
	left, leave := context.WithCancel(t.Context())
	leave()
	for turn := range 5000 {
		s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
		f, _ := s.Join("k", func() {})
		waiting, _ := s.Join("k", func() {})
		got := make(chan string)
		go func() {
			_, r, err := waiting.Wait(t.Context())
			if err != nil {
				t.Error(err)
			}
			body, err := io.ReadAll(r)
			r.Close()
			if err != nil {
				t.Errorf("turn %d: %v", turn, err)
			}
			got <- string(body)
		}()
		_, r := f.Keep(left, "k", "head", 0, whole("shared"))
		r.Close()
		if body := <-got; body != "shared" {
			t.Fatalf("turn %d: %q", turn, body)
		}
		f.End()
	}
}

// TestLeaderLeaves: the leader's work continues for those that wait, and ends when the last
// of them has left.
func TestLeaderLeaves(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
		ended := false
		f, _ := s.Join("k", func() { ended = true })
		waiter, _ := s.Join("k", func() {})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { defer close(done); waiter.Wait(ctx) }()
		synctest.Wait()
		if f.Leave(); ended {
			t.Fatal("the leader was ended while one waits")
		}
		cancel()
		<-done
		if !ended {
			t.Error("nobody waits, and the leader was not ended")
		}
		if _, leads := s.Join("k", func() {}); !leads {
			t.Error("a new request waits for one that was given up")
		}
	})
}

// TestDecline: callers without a result continue a few at a time.
func TestDecline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
		f, _ := s.Join("k", func() {})
		var mu sync.Mutex
		var at, most, served int
		var waiting sync.WaitGroup
		release := make(chan struct{})
		for range 200 {
			waiter, _ := s.Join("k", func() {})
			waiting.Go(func() {
				e, _, err := waiter.Wait(t.Context())
				if e != nil || err != nil {
					t.Errorf("got %v, %v", e, err)
				}
				done, err := waiter.Turn(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				at++
				most = max(most, at)
				mu.Unlock()
				<-release
				mu.Lock()
				at--
				served++
				mu.Unlock()
				done()
			})
		}
		f.Decline()
		synctest.Wait()
		close(release)
		waiting.Wait()
		if most != 32 || served != 200 {
			t.Errorf("%d went on at a time, %d in all", most, served)
		}
	})
}
