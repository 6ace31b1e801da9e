package recording_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/recording"
)

func TestRingEviction(t *testing.T) {
	t.Parallel()
	size := success(0).Size()
	for _, row := range []struct {
		name   string
		config recording.RingConfig
		kinds  string // s is a success, f a failure; numbered from 0
		want   []string
	}{
		{"not full", recording.RingConfig{Exchanges: 4}, "ss", []string{"ok-1", "ok-0"}},
		{"oldest success goes", recording.RingConfig{Exchanges: 4}, "sssss", []string{"ok-4", "ok-3", "ok-2", "ok-1"}},
		{"a failure within the share outlives successes", recording.RingConfig{Exchanges: 4}, "fssssss", []string{"ok-6", "ok-5", "ok-4", "bad-0"}},
		{"failures beyond the share go by age", recording.RingConfig{Exchanges: 4}, "ffssss", []string{"ok-5", "ok-4", "ok-3", "bad-1"}},
		{"failures may fill the ring", recording.RingConfig{Exchanges: 4}, "fffff", []string{"bad-4", "bad-3", "bad-2", "bad-1"}},
		{"failures do not push out newer successes", recording.RingConfig{Exchanges: 4}, "ffssf", []string{"bad-4", "ok-3", "ok-2", "bad-1"}},
		{"ring of one", recording.RingConfig{Exchanges: 1}, "sfs", []string{"ok-2"}},
		{"bytes", recording.RingConfig{Bytes: 2*size + size/2}, "sss", []string{"ok-2", "ok-1"}},
		{"one exchange larger than the ring", recording.RingConfig{Bytes: 1}, "ss", []string{"ok-1"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := recording.NewRing(row.config)
			for n, kind := range row.kinds {
				if kind == 's' {
					r.Record(success(n))
				} else {
					r.Record(failure(n))
				}
			}
			got, next := list(t, r, recording.Filter{})
			if !reflect.DeepEqual(got, row.want) || next != "" {
				t.Errorf("got %v and cursor %q, want %v and none", got, next, row.want)
			}
			for n := range row.kinds {
				for _, id := range []string{fmt.Sprintf("ok-%d", n), fmt.Sprintf("bad-%d", n)} {
					listed := false
					for _, w := range row.want {
						listed = listed || w == id
					}
					if e, err := r.Get(t.Context(), id); (err == nil) != listed || err == nil && e.ID != id {
						t.Errorf("Get(%q) gives %v, listed %t", id, err, listed)
					}
				}
			}
		})
	}
}

// TestRingKeepsFailures is the promise of the documentation in numbers: a
// failure is still there after any number of successes and goes only when there
// are as many newer failures as a quarter of the ring.
func TestRingKeepsFailures(t *testing.T) {
	t.Parallel()
	r := recording.NewRing(recording.RingConfig{Exchanges: 100})
	r.Record(failure(0))
	for n := range 1000 {
		r.Record(success(n))
	}
	for n := 1; n < 25; n++ {
		r.Record(failure(n))
		r.Record(success(1000 + n))
	}
	if _, err := r.Get(t.Context(), "bad-0"); err != nil {
		t.Fatal("the first failure is gone after 24 newer ones")
	}
	r.Record(failure(25))
	r.Record(success(2000))
	if _, err := r.Get(t.Context(), "bad-0"); err == nil {
		t.Error("the first failure is still there after 25 newer ones")
	}
}

// TestRingShareOfBytes: failures also keep their share of the bytes, and no more than that
// if successes need them.
func TestRingShareOfBytes(t *testing.T) {
	t.Parallel()
	size := failure(0).Size()
	r := recording.NewRing(recording.RingConfig{Exchanges: 1000, Bytes: 4*size + 2}) // the share has room for one
	for n := range 3 {
		r.Record(failure(n))
	}
	for n := range 20 {
		r.Record(success(n))
	}
	for n, kept := range []bool{false, false, true} {
		if _, err := r.Get(t.Context(), fmt.Sprintf("bad-%d", n)); (err == nil) != kept {
			t.Errorf("failure %d is kept: %t, want %t", n, err == nil, kept)
		}
	}
}

func TestRingCursor(t *testing.T) {
	t.Parallel()
	r := recording.NewRing(recording.RingConfig{Exchanges: 100})
	for n := range 5 {
		r.Record(success(n))
	}
	first, next := list(t, r, recording.Filter{Limit: 2})
	r.Record(success(5)) // arrives between two pages
	r.Record(failure(6))
	second, next2 := list(t, r, recording.Filter{Limit: 2, Cursor: next})
	third, end := list(t, r, recording.Filter{Limit: 2, Cursor: next2})
	got := [][]string{first, second, third}
	want := [][]string{{"ok-4", "ok-3"}, {"ok-2", "ok-1"}, {"ok-0"}}
	if !reflect.DeepEqual(got, want) || end != "" {
		t.Errorf("got %v and cursor %q, want %v and none", got, end, want)
	}
	if exact, next := list(t, r, recording.Filter{Limit: 7}); len(exact) != 7 || next != "" {
		t.Errorf("got %d and cursor %q, want 7 and none", len(exact), next)
	}
	if n, _ := r.Reset(t.Context()); n != 7 {
		t.Errorf("Reset removed %d, want 7", n)
	}
	r.Record(success(7))
	if after, _ := list(t, r, recording.Filter{Cursor: next2}); len(after) != 0 {
		t.Errorf("a cursor from before Reset leads to %v, want nothing", after)
	}
	if all, _ := list(t, r, recording.Filter{}); !reflect.DeepEqual(all, []string{"ok-7"}) {
		t.Errorf("got %v after Reset, want ok-7", all)
	}
	for _, cursor := range []string{"-1", "+1", "A", "01", "zzzzzzzzzzzzzzzzzzzzz", " 1"} {
		var bad *recording.CursorError
		if _, err := r.List(t.Context(), recording.Filter{Cursor: cursor}); !errors.As(err, &bad) || bad.Cursor != cursor {
			t.Errorf("cursor %q: got error %v, want a CursorError", cursor, err)
		}
	}
}

func TestRingConcurrently(t *testing.T) {
	t.Parallel()
	r := recording.NewRing(recording.RingConfig{Exchanges: 50})
	var group sync.WaitGroup
	for worker := range 4 {
		group.Go(func() {
			for n := range 200 {
				r.Record(success(worker*1000 + n))
				r.Record(failure(worker*1000 + n))
				if n%50 == 49 && worker == 0 {
					r.Reset(t.Context())
				}
			}
		})
		group.Go(func() {
			cursor := ""
			for range 100 {
				page, err := r.List(t.Context(), recording.Filter{Limit: 10, Cursor: cursor})
				if err != nil {
					t.Error(err)
				}
				for _, e := range page.Exchanges {
					r.Get(t.Context(), e.ID)
				}
				cursor = page.Next
			}
		})
	}
	group.Wait()
	for n := range 60 { // the last reset may have come last of all
		r.Record(success(9000 + n))
	}
	found, _ := list(t, r, recording.Filter{})
	if len(found) != 50 {
		t.Errorf("got %d exchanges, want 50", len(found))
	}
}

func TestRecordAllocations(t *testing.T) {
	r := recording.NewRing(recording.RingConfig{})
	exchanges := make([]*recording.Exchange, 4*recording.DefaultRingExchanges)
	for n := range exchanges {
		exchanges[n] = success(n)
		if n%10 == 0 {
			exchanges[n] = failure(n)
		}
		r.Record(exchanges[n])
	}
	n := 0
	allocations := testing.AllocsPerRun(2000, func() {
		r.Record(exchanges[n])
		n++
	})
	if allocations > 1 {
		t.Errorf("Record made %v allocations, want at most 1", allocations)
	}
}

func TestTee(t *testing.T) {
	t.Parallel()
	a, b := recording.NewRing(recording.RingConfig{}), recording.NewRing(recording.RingConfig{})
	recording.Tee(a, nil, b).Record(success(1))
	recording.Tee(a).Record(success(2))
	recording.Tee().Record(success(3))
	gotA, _ := list(t, a, recording.Filter{})
	gotB, _ := list(t, b, recording.Filter{})
	if !reflect.DeepEqual(gotA, []string{"ok-2", "ok-1"}) || !reflect.DeepEqual(gotB, []string{"ok-1"}) {
		t.Errorf("got %v and %v", gotA, gotB)
	}
}

func BenchmarkRecord(b *testing.B) {
	for _, row := range []struct {
		name   string
		secret bool
	}{{"plain", false}, {"cookies", true}} {
		b.Run(row.name, func(b *testing.B) {
			r := recording.NewRing(recording.RingConfig{})
			exchanges := make([]*recording.Exchange, 4*recording.DefaultRingExchanges)
			for n := range exchanges {
				exchanges[n] = success(n)
				if row.secret {
					exchanges[n].Viewer.Header.Set("Cookie", "session=0123456789abcdef; theme=dark")
				}
			}
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				r.Record(exchanges[n%len(exchanges)])
				n++
			}
		})
	}
}

func TestRingIsStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(*testing.T) recording.Store { return recording.NewRing(recording.RingConfig{Bytes: 64 << 20}) })
}
