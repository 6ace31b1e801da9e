package cache_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/cache"
)

// source is a body that arrives gradually: what is sent to more is read next.
type source struct {
	more   chan string
	closed chan struct{}
	end    error // what it returns when more is closed
	rest   string
}

func newSource(end error) *source {
	return &source{more: make(chan string, 100), closed: make(chan struct{}), end: end}
}

func (s *source) Read(p []byte) (int, error) {
	if s.rest == "" {
		select {
		case text, ok := <-s.more:
			if !ok {
				return 0, s.end
			}
			s.rest = text
		case <-s.closed:
			return 0, errors.New("the source was ended")
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *source) Close() error { s.cancel(); return nil }

func (s *source) cancel() {
	select {
	case <-s.closed:
	default:
		close(s.closed)
	}
}

func whole(text string) cache.Content {
	return cache.Content{Source: io.NopCloser(strings.NewReader(text)), Length: int64(len(text))}
}

// keep puts a whole text into a store.
func keep(t *testing.T, s *cache.Store[string], key, text string) *cache.Entry[string] {
	t.Helper()
	f, leads := s.Join(key, func() {})
	if !leads {
		t.Fatalf("somebody else leads %q", key)
	}
	e, r := f.Keep(t.Context(), key, "head of "+key, 0, whole(text))
	if got := read(t, r); got != text {
		t.Fatalf("got %d bytes, want %d", len(got), len(text))
	}
	return e
}

func read(t *testing.T, r *cache.Reader) string {
	t.Helper()
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("reading: %v", err)
	}
	return string(got)
}

// TestLeastRecentlyUsedLeaves: the store stays within its bytes, and the least recently
// used entry is removed first.
func TestLeastRecentlyUsedLeaves(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 4 * 11_300})
	for _, key := range []string{"a", "b", "c"} {
		keep(t, s, key, strings.Repeat("x", 10_000))
	}
	if s.Get("a") == nil {
		t.Fatal("a is gone before there was need")
	}
	keep(t, s, "d", strings.Repeat("x", 15_000))
	if s.Get("b") != nil || s.Get("a") == nil || s.Get("c") == nil || s.Get("d") == nil {
		t.Errorf("kept: a %t, b %t, c %t, d %t; want all but b", s.Get("a") != nil, s.Get("b") != nil, s.Get("c") != nil, s.Get("d") != nil)
	}
	if got := s.Stats(); got.Bytes > got.Most || got.Entries != 3 || got.Evicted != 1 {
		t.Errorf("stats %+v", got)
	}
	if r := s.Get("c").Open(t.Context()); read(t, r) != strings.Repeat("x", 10_000) {
		t.Error("c has another body now")
	}
}

// TestInvalidate: existing entries are removed, by key or head; flights in progress are not
// cached, and later callers do not wait for them.
func TestInvalidate(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
	old := keep(t, s, "/a", "a")
	reading := old.Open(t.Context()) // its body stays while it is read
	defer reading.Close()
	keep(t, s, "/b", "b")
	f, _ := s.Join("/a2", func() {})
	if n := s.Invalidate(func(key, _ string) bool { return strings.HasPrefix(key, "/a") }); n != 1 {
		t.Errorf("%d entries went", n)
	}
	if _, leads := s.Join("/a2", func() {}); !leads {
		t.Error("a request that came afterwards waits for an answer of before")
	}
	_, r := f.Keep(t.Context(), "/a2", "", 0, whole("old"))
	if read(t, r) != "old" || s.Get("/a2") != nil || s.Get("/a") != nil || s.Get("/b") == nil {
		t.Error("the wrong ones are there")
	}
	f, _ = s.Join("/a", func() {})
	s.Invalidate(func(key, _ string) bool { return key == "/a" })
	if _, ok := f.Renew(old, "new head", 0); !ok || s.Get("/a") != nil {
		t.Error("a copy that was invalidated came back")
	}
	if n := s.Invalidate(func(_, head string) bool { return head == "head of /b" }); n != 1 || s.Get("/b") != nil {
		t.Error("it was not found by its head")
	}
}

// TestRenew: the body stays under a new head.
func TestRenew(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
	old := keep(t, s, "k", "body")
	before := s.Stats().Bytes
	f, _ := s.Join("k", func() {})
	e, ok := f.Renew(old, "new", 0)
	if !ok || s.Get("k") != e || e.Head != "new" || read(t, e.Open(t.Context())) != "body" || s.Stats().Bytes != before {
		t.Errorf("renewed %t: %+v, bytes %d, want %d", ok, e, s.Stats().Bytes, before)
	}
	if list := s.List(0, 10); len(list) != 1 || list[0] != e {
		t.Errorf("the list has %d", len(list))
	}
}

// TestList: newest first, page by page.
func TestList(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
	for n := range 5 {
		keep(t, s, fmt.Sprint(n), "x")
	}
	s.Get("0") // a use does not change the order
	var got []string
	for before := uint64(0); ; {
		page := s.List(before, 2)
		for _, e := range page {
			got = append(got, e.Key)
			before = e.ID
		}
		if len(page) < 2 {
			break
		}
	}
	if strings.Join(got, "") != "43210" {
		t.Errorf("listed %v", got)
	}
}

// TestBoundUnderManyKeys: however many keys there are, the store stays within its
// bytes.
func TestBoundUnderManyKeys(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
	for n := range 100_000 {
		key := fmt.Sprint("/", n)
		f, _ := s.Join(key, func() {})
		_, r := f.Keep(t.Context(), key, "h", 100, whole("0123456789"))
		io.Copy(io.Discard, r)
		r.Close()
		f.End()
	}
	got := s.Stats()
	if got.UnderWay != 0 {
		t.Errorf("%d are under way", got.UnderWay)
	}
	if got.Bytes > 1<<20 || got.Entries < 400 || got.Entries > 1000 || uint64(got.Entries)+got.Evicted != 100_000 {
		t.Errorf("stats %+v", got)
	}
}

// pattern returns a different text for each seed.
func pattern(seed byte, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)*seed + byte(i>>8) + seed
	}
	return string(b)
}
