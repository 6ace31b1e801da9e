package storetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Run tests what all stores must do. open returns an empty store that redacts secrets and
// has room for some thousand exchanges; Run closes it.
func Run(t *testing.T, open func(t *testing.T) recording.Store) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, recording.Store){
		"Queries": queries, "Whole": whole, "Lent": lent, "Redacts": redacts, "Pages": pages, "Follow": follow,
		"ExplainedLater": explainedLater, "Delete": deletes, "Reset": reset, "Stats": stats, "Cursor": cursors, "Concurrently": concurrently,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			test(t, s)
		})
	}
}

// IDs returns the ids of a list.
func IDs(exchanges []*recording.Exchange) []string {
	ids := make([]string, len(exchanges))
	for i, e := range exchanges {
		ids[i] = e.ID
	}
	return ids
}

func list(t *testing.T, s recording.Store, f recording.Filter) recording.Page {
	t.Helper()
	page, err := s.List(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if len(page.Positions) != len(page.Exchanges) {
		t.Fatalf("%d positions for %d exchanges", len(page.Positions), len(page.Exchanges))
	}
	return page
}

// queries lists in both orders and compares with what Match says about each.
func queries(t *testing.T, s recording.Store) {
	all := various()
	for _, e := range all {
		s.Record(e)
	}
	for name, f := range filters() {
		var want []string
		for _, e := range all {
			if f.Match(e) {
				want = append(want, e.ID)
			}
		}
		f.OldestFirst = true
		if got := IDs(list(t, s, f).Exchanges); !slices.Equal(got, want) {
			t.Errorf("%s, oldest first: got %v, want %v", name, got, want)
		}
		f.OldestFirst = false
		slices.Reverse(want)
		if got := IDs(list(t, s, f).Exchanges); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
		var walked []string
		for f.Limit = 2; ; {
			page := list(t, s, f)
			walked = append(walked, IDs(page.Exchanges)...)
			if f.Cursor = page.Next; f.Cursor == "" {
				break
			}
		}
		if !slices.Equal(walked, want) {
			t.Errorf("%s, by pages of two: got %v, want %v", name, walked, want)
		}
	}
}

// whole checks that nothing of an exchange is lost, in Get and in List.
func whole(t *testing.T, s recording.Store) {
	all := various()
	for _, e := range all {
		s.Record(e)
	}
	asJSON := func(e *recording.Exchange) string {
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	page := list(t, s, recording.Filter{OldestFirst: true, Bodies: true})
	for i, want := range all {
		got, err := s.Get(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if asJSON(got) != asJSON(want) {
			t.Errorf("Get: got %s\nwant %s", asJSON(got), asJSON(want))
		}
		if listed := page.Exchanges[i]; asJSON(listed) != asJSON(want) {
			t.Errorf("List: got %s\nwant %s", asJSON(listed), asJSON(want))
		}
	}
	bare := list(t, s, recording.Filter{OldestFirst: true})
	for i, want := range all {
		if got := bare.Exchanges[i]; got.Response.BodyBytes != want.Response.BodyBytes || got.Response.Truncated != want.Response.Truncated {
			t.Errorf("without bodies: got %d bytes, truncated %t, want %d, %t",
				got.Response.BodyBytes, got.Response.Truncated, want.Response.BodyBytes, want.Response.Truncated)
		}
	}
}

// lent modifies the bodies as soon as Record has returned.
func lent(t *testing.T, s recording.Store) {
	for _, size := range []int{1, 1000, 64 << 10} {
		e := Success(size)
		e.Response.Body, e.Viewer.Body = []byte(strings.Repeat("r", size)), []byte(strings.Repeat("v", size))
		e.Response.BodyBytes, e.Viewer.BodyBytes = int64(size), int64(size)
		s.Record(e)
		clear(e.Response.Body)
		clear(e.Viewer.Body)
		got, err := s.Get(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		if string(got.Response.Body) != strings.Repeat("r", size) || string(got.Viewer.Body) != strings.Repeat("v", size) {
			t.Errorf("the bodies of %d bytes are not copies", size)
		}
	}
}

func redacts(t *testing.T, s recording.Store) {
	e := Success(1)
	e.Viewer.Header = map[string][]string{"Cookie": {"session=hunter2"}, "Authorization": {"Bearer hunter2"}}
	s.Record(e)
	got, err := s.Get(t.Context(), e.ID)
	if err != nil {
		t.Fatal(err)
	}
	header := fmt.Sprint(got.Viewer.Header)
	if strings.Contains(header, "hunter2") || !strings.Contains(header, "Bearer [redacted 7 bytes #") || !strings.Contains(header, "session=[redacted 7 bytes #") {
		t.Errorf("got %s", header)
	}
	if e.Viewer.Header.Get("Cookie") != "session=hunter2" {
		t.Error("the exchange that was recorded has been changed")
	}
}

// pages continues with a cursor while more is recorded.
func pages(t *testing.T, s recording.Store) {
	for n := range 5 {
		s.Record(Success(n))
	}
	first := list(t, s, recording.Filter{Limit: 2})
	s.Record(Success(5))
	s.Record(Failure(6))
	second := list(t, s, recording.Filter{Limit: 2, Cursor: first.Next})
	third := list(t, s, recording.Filter{Limit: 2, Cursor: second.Next})
	got := [][]string{IDs(first.Exchanges), IDs(second.Exchanges), IDs(third.Exchanges)}
	want := [][]string{{"ok-4", "ok-3"}, {"ok-2", "ok-1"}, {"ok-0"}}
	if !reflect.DeepEqual(got, want) || third.Next != "" {
		t.Errorf("got %v and cursor %q, want %v and none", got, third.Next, want)
	}
	if exact := list(t, s, recording.Filter{Limit: 7}); len(exact.Exchanges) != 7 || exact.Next != "" {
		t.Errorf("got %d and cursor %q, want 7 and none", len(exact.Exchanges), exact.Next)
	}
	if rest := list(t, s, recording.Filter{Cursor: first.Positions[0], Limit: 1}); IDs(rest.Exchanges)[0] != "ok-3" {
		t.Errorf("after the position of ok-4 comes %v", IDs(rest.Exchanges))
	}
}

// follow reads what is recorded from now on, as tail does.
func follow(t *testing.T, s recording.Store) {
	s.Record(Success(0))
	before, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := recording.Filter{OldestFirst: true, Cursor: before.Cursor}
	if page := list(t, s, f); len(page.Exchanges) != 0 {
		t.Errorf("before anything new: %v", IDs(page.Exchanges))
	}
	var got []string
	for n := 1; n < 4; n++ {
		s.Record(Success(n))
		page := list(t, s, f)
		got = append(got, IDs(page.Exchanges)...)
		f.Cursor = page.Positions[len(page.Positions)-1]
	}
	if want := []string{"ok-1", "ok-2", "ok-3"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func deletes(t *testing.T, s recording.Store) {
	for n := range 4 {
		s.Record(Success(n))
	}
	n, err := s.Delete(t.Context(), "ok-1", "ok-3", "ok-9", "ok-1")
	if n != 2 || err != nil {
		t.Errorf("Delete: %d, %v, want 2", n, err)
	}
	if got := IDs(list(t, s, recording.Filter{}).Exchanges); !slices.Equal(got, []string{"ok-2", "ok-0"}) {
		t.Errorf("left: %v", got)
	}
	var absent *recording.NotFoundError
	if _, err := s.Get(t.Context(), "ok-1"); !errors.As(err, &absent) || absent.ID != "ok-1" {
		t.Errorf("Get of what was deleted: %v", err)
	}
	if n, err := s.Delete(t.Context()); n != 0 || err != nil {
		t.Errorf("Delete of nothing: %d, %v", n, err)
	}
	if stats, _ := s.Stats(t.Context()); stats.Exchanges != 2 || stats.Statuses[200] != 2 {
		t.Errorf("stats %+v", stats)
	}
}

func reset(t *testing.T, s recording.Store) {
	for n := range 5 {
		s.Record(Success(n))
	}
	before := list(t, s, recording.Filter{Limit: 2})
	if n, err := s.Reset(t.Context()); n != 5 || err != nil {
		t.Errorf("Reset: %d, %v, want 5", n, err)
	}
	s.Record(Success(7))
	if after := list(t, s, recording.Filter{Cursor: before.Next}); len(after.Exchanges) != 0 {
		t.Errorf("a cursor from before leads to %v", IDs(after.Exchanges))
	}
	if got := IDs(list(t, s, recording.Filter{}).Exchanges); !slices.Equal(got, []string{"ok-7"}) {
		t.Errorf("got %v, want ok-7", got)
	}
	if e, err := s.Get(t.Context(), "ok-7"); err != nil || string(e.Response.Body) != "hello" {
		t.Errorf("got %v, %v", e, err)
	}
}

func stats(t *testing.T, s recording.Store) {
	empty, err := s.Stats(t.Context())
	if err != nil || empty.Exchanges != 0 || !empty.Newest.IsZero() || !empty.Oldest.IsZero() {
		t.Errorf("empty: %+v, %v", empty, err)
	}
	for n := range 3 {
		s.Record(Success(n))
		s.Record(Failure(n))
	}
	got, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Exchanges != 6 || got.Bytes <= 0 || got.Statuses[200] != 3 || got.Statuses[502] != 3 ||
		got.Causes[policy.CauseConnectRefused] != 3 || len(got.Causes) != 1 ||
		!got.Oldest.Equal(Noon) || !got.Newest.Equal(Success(2).Start) || got.Cursor == "" {
		t.Errorf("got %+v", got)
	}
	if h := s.Health(); h.Err != nil || h.Recorded != 6 || h.Lost != 0 {
		t.Errorf("health %+v", h)
	}
}

func cursors(t *testing.T, s recording.Store) {
	s.Record(Success(0))
	for _, cursor := range []string{"-1", "+1", "A", "01", "zzzzzzzzzzzzzzzzzzzzz", " 1"} {
		var bad *recording.CursorError
		if _, err := s.List(t.Context(), recording.Filter{Cursor: cursor}); !errors.As(err, &bad) || bad.Cursor != cursor {
			t.Errorf("cursor %q: got error %v, want a CursorError", cursor, err)
		}
	}
	beyond := recording.FormatCursor(math.MaxInt64)
	if got := list(t, s, recording.Filter{Cursor: beyond}); len(got.Exchanges) != 1 {
		t.Errorf("below the highest cursor: %v", IDs(got.Exchanges))
	}
	if got := list(t, s, recording.Filter{Cursor: beyond, OldestFirst: true}); len(got.Exchanges) != 0 {
		t.Errorf("above the highest cursor: %v", IDs(got.Exchanges))
	}
}

// concurrently records and reads at the same time, and counts.
func concurrently(t *testing.T, s recording.Store) {
	const writers, each = 4, 100
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for n := range each {
				s.Record(Success(w*1000 + n))
			}
		})
		group.Go(func() {
			for range 10 {
				page, err := s.List(t.Context(), recording.Filter{Limit: 5})
				if err != nil {
					t.Error(err)
				}
				for _, e := range page.Exchanges {
					if _, err := s.Get(t.Context(), e.ID); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	group.Wait()
	all := IDs(list(t, s, recording.Filter{}).Exchanges)
	slices.Sort(all)
	if all = slices.Compact(all); len(all) != writers*each {
		t.Errorf("%d different exchanges, want %d", len(all), writers*each)
	}
}
