package cache_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/internal/cache"
)

// source is a body that comes by and by: what is sent to more is read next.
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

// TestLeastRecentlyUsedLeaves: the store stays within its bytes, and what was not
// used for the longest time leaves first.
func TestLeastRecentlyUsedLeaves(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 4 * 10_400})
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

// TestBodyIsReadWhileItComes: a second reader gets what is there, and neither
// waits for the end.
func TestBodyIsReadWhileItComes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
		from := newSource(io.EOF)
		f, _ := s.Join("k", from.cancel)
		e, first := f.Keep(t.Context(), "k", "head", 0, cache.Content{Source: from, Length: -1})
		from.more <- "one "
		buf := make([]byte, 100)
		if n, err := first.Read(buf); string(buf[:n]) != "one " || err != nil {
			t.Fatalf("the first reads %q, %v", buf[:n], err)
		}
		second := s.Get("k").Open(t.Context())
		if n, err := second.Read(buf); string(buf[:n]) != "one " || err != nil {
			t.Fatalf("the second reads %q, %v", buf[:n], err)
		}
		if _, all := e.Size(); all {
			t.Error("the body is said to be whole")
		}
		got := make(chan string)
		go func() { got <- read(t, second) }()
		synctest.Wait()
		from.more <- "two"
		close(from.more)
		if rest := read(t, first); rest+<-got != "twotwo" {
			t.Errorf("the first reads on with %q", rest)
		}
		if n, all := e.Size(); n != 7 || !all {
			t.Errorf("size %d, whole %t", n, all)
		}
		third := e.Open(t.Context())
		third.Section(2, 3)
		if part := read(t, third); part != "e t" {
			t.Errorf("the section is %q", part)
		}
	})
}

// TestCutShortIsNeverWhole: who reads a body that fails gets the error, and nobody
// finds it afterwards.
func TestCutShortIsNeverWhole(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
	broken := errors.New("the origin hung up")
	from := newSource(broken)
	f, _ := s.Join("k", from.cancel)
	e, first := f.Keep(t.Context(), "k", "head", 0, cache.Content{Source: from, Length: -1})
	second := e.Open(t.Context())
	from.more <- "half"
	close(from.more)
	for _, r := range []*cache.Reader{first, second} {
		if got, err := io.ReadAll(r); string(got) != "half" || !errors.Is(err, broken) {
			t.Errorf("read %q, %v", got, err)
		}
		r.Close()
	}
	if s.Get("k") != nil || e.Open(t.Context()) != nil || s.Stats().Bytes != 0 {
		t.Errorf("it is still there: %+v", s.Stats())
	}
	select {
	case <-from.closed:
	default:
		t.Error("the source was not closed")
	}
}

// TestReadersThatLeave: while one reads on, all goes on, even if it is the one in
// the source that leaves; when none does, the source is ended and nothing kept.
func TestReadersThatLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
		from := newSource(io.EOF)
		f, _ := s.Join("k", from.cancel)
		viewer, leaves := context.WithCancel(t.Context())
		e, first := f.Keep(viewer, "k", "head", 0, cache.Content{Source: from, Length: -1})
		second := e.Open(t.Context())
		ended := make(chan error, 1)
		go func() {
			_, err := first.Read(make([]byte, 10)) // it waits in the source
			ended <- err
			first.Close()
		}()
		synctest.Wait()
		leaves()
		synctest.Wait()
		from.more <- "all"
		close(from.more)
		if got := read(t, second); got != "all" {
			t.Errorf("the other read %q", got)
		}
		<-ended
		if s.Get("k") == nil {
			t.Error("it was not kept")
		}

		from = newSource(io.EOF)
		f, _ = s.Join("k2", from.cancel)
		viewer, leaves = context.WithCancel(t.Context())
		_, first = f.Keep(viewer, "k2", "head", 0, cache.Content{Source: from, Length: -1})
		go func() { _, err := first.Read(make([]byte, 10)); ended <- err; first.Close() }()
		synctest.Wait()
		leaves()
		if err := <-ended; err == nil {
			t.Error("the read of one that left brought something")
		}
		<-from.closed
		if s.Get("k2") != nil {
			t.Error("a body that nobody read to its end is kept")
		}
	})
}

// TestLargeBodiesAreInFiles: they are read from there, by sections too, take no
// name in the folder, and what another process left is removed.
func TestLargeBodiesAreInFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "edgesim-body-old"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := cache.New[string](cache.Config{MaxBytes: 1 << 30, Dir: dir, FileFrom: 100_000})
	text := pattern(7, 1_000_003)
	for _, c := range []cache.Content{whole(text), {Source: io.NopCloser(strings.NewReader(text)), Length: -1}} {
		f, _ := s.Join("k", func() {})
		e, r := f.Keep(t.Context(), "k", "head", 0, c)
		if read(t, r) != text {
			t.Fatal("the first reader got something else")
		}
		again := e.Open(t.Context())
		if read(t, again) != text {
			t.Error("the second reader got something else")
		}
		part := e.Open(t.Context())
		part.Section(99_990, 100)
		if got := read(t, part); got != text[99_990:100_090] {
			t.Errorf("the section is %q", got)
		}
		s.Remove(e)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
		t.Errorf("the folder has %v", left)
	}
}

// TestDiskFull: a body that cannot be written reaches its readers, and is not
// kept.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "no-folder")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s := cache.New[string](cache.Config{MaxBytes: 1 << 30, Dir: file, FileFrom: 100_000})
	text := pattern(3, 3_000_000)
	f, _ := s.Join("k", func() {})
	e, first := f.Keep(t.Context(), "k", "head", 0, whole(text))
	second := e.Open(t.Context())
	got := make(chan string)
	go func() { got <- read(t, second) }()
	if read(t, first) != text || <-got != text {
		t.Error("a reader got something else")
	}
	if s.Get("k") != nil || s.Stats().Bytes != 0 {
		t.Errorf("it was kept: %+v", s.Stats())
	}
}

// TestBodyThatDoesNotFit: it goes through for a fast and a slow reader, and what
// lies between them is bounded.
func TestBodyThatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 200_000})
	text := pattern(5, 5_000_000)
	f, _ := s.Join("k", func() {})
	taken := &counted{Reader: strings.NewReader(text)}
	e, fast := f.Keep(t.Context(), "k", "head", 0, cache.Content{Source: io.NopCloser(taken), Length: -1})
	slow := e.Open(t.Context())
	got := make(chan string)
	go func() { got <- read(t, fast) }()
	for n := 0; n < len(text); {
		buf := make([]byte, 10_000)
		m, err := slow.Read(buf)
		if string(buf[:m]) != text[n:n+m] || err != nil {
			t.Fatalf("at %d: %v", n, err)
		}
		n += m
		if ahead := taken.count() - n; ahead > 1_300_000 {
			t.Fatalf("the source is %d bytes ahead of the slowest", ahead)
		}
	}
	slow.Close()
	if <-got != text {
		t.Error("the fast reader got something else")
	}
	if s.Get("k") != nil {
		t.Error("it was kept")
	}
}

type counted struct {
	io.Reader
	mu sync.Mutex
	n  int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.mu.Lock()
	c.n += n
	c.mu.Unlock()
	return n, err
}

func (c *counted) count() int { c.mu.Lock(); defer c.mu.Unlock(); return c.n }

// TestWaitersShare: a thousand that come meanwhile get what the leader brings; one
// that leaves does no harm.
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

// TestLeaderLeaves: the leader's work goes on for those that wait, and is ended
// when the last of them has left.
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

// TestDecline: those that get nothing go on a few at a time.
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

// TestInvalidate: what is there goes, by key or head; what is on its way is not
// kept, and who comes later does not wait for it.
func TestInvalidate(t *testing.T) {
	t.Parallel()
	s := cache.New[string](cache.Config{MaxBytes: 1 << 20})
	old := keep(t, s, "/a", "a")
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
	if e, ok := f.Renew(old, "new head", 0); !ok || s.Get("/a") != nil && s.Get("/a") != e {
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
	}
	got := s.Stats()
	if got.Bytes > 1<<20 || got.Entries < 1000 || got.Entries > 2200 || uint64(got.Entries)+got.Evicted != 100_000 {
		t.Errorf("stats %+v", got)
	}
}

// pattern is a text of its own for each seed.
func pattern(seed byte, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)*seed + byte(i>>8) + seed
	}
	return string(b)
}

// TestConcurrentUse: fills, reads, sections, leavings, invalidations and evictions
// at once; every byte that is read is the right one.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := cache.New[byte](cache.Config{MaxBytes: 400_000, Dir: t.TempDir(), FileFrom: 90_000})
	var all sync.WaitGroup
	for worker := range 8 {
		all.Go(func() {
			for n := range 300 {
				seed := byte(1 + (n*7+worker)%13)
				use(t, s, seed, n+worker)
				if n%50 == worker {
					s.Invalidate(func(_ string, head byte) bool { return head == seed })
				}
			}
		})
	}
	all.Wait()
	if got := s.Stats(); got.Bytes > got.Most {
		t.Errorf("stats %+v", got)
	}
}

// use gets or brings the pattern of a seed, and reads some or all of it.
func use(t *testing.T, s *cache.Store[byte], seed byte, n int) {
	key, text := fmt.Sprint(seed), pattern(seed, int(seed)*9_000)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	off := 0
	var r *cache.Reader
	if e := s.Get(key); e != nil {
		if r = e.Open(ctx); r != nil && n%3 == 0 {
			off = len(text) / 3
			r.Section(int64(off), int64(len(text)-off))
		}
	}
	if r == nil {
		f, leads := s.Join(key, func() {})
		switch {
		case !leads:
			_, r, _ = f.Wait(ctx)
		case n%11 == 0:
			f.Decline()
		default:
			defer f.Decline()
			length := int64(len(text))
			if n%2 == 0 {
				length = -1
			}
			_, r = f.Keep(ctx, key, seed, 0, cache.Content{Source: io.NopCloser(strings.NewReader(text)), Length: length})
		}
	}
	if r == nil {
		return
	}
	defer r.Close()
	if n%5 == 0 {
		r.Read(make([]byte, 100))
		cancel()
		return
	}
	got, err := io.ReadAll(r)
	if err == nil && !bytes.Equal(got, []byte(text[off:])) || !strings.HasPrefix(text[off:], string(got)) {
		t.Errorf("seed %d: got %d bytes from %d, %v", seed, len(got), off, err)
	}
}
