package cache_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/internal/cache"
)

// TestBodyIsReadWhileItComes: a second reader gets what has arrived, and neither waits for
// the end.
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

// TestCutShortIsNeverWhole: the reader of a failing body gets the error, and the body is
// not found afterwards.
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

// TestReadersThatLeave: while one reader remains, the body continues, even if the one that
// leaves is reading the source; when none remains, the source is closed and nothing is
// cached.
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

// TestBodyThatDoesNotFit: it passes through to a fast and a slow reader, and what is
// buffered between them is limited.
func TestBodyThatDoesNotFit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := cache.New[string](cache.Config{MaxBytes: 200_000})
		text := pattern(5, 5_000_000)
		f, _ := s.Join("k", func() {})
		taken := &counted{Reader: strings.NewReader(text)}
		e, fast := f.Keep(t.Context(), "k", "head", 0, cache.Content{Source: io.NopCloser(taken), Length: -1})
		slow := e.Open(t.Context())
		got := make(chan string)
		go func() { got <- read(t, fast) }()
		for n := 0; n < len(text); {
			synctest.Wait() // the fast one waits, too
			if ahead := taken.count() - n; ahead > 1_300_000 {
				t.Fatalf("the source is %d bytes ahead of the slowest", ahead)
			}
			buf := make([]byte, 100_000)
			m, err := slow.Read(buf)
			if string(buf[:m]) != text[n:n+m] || err != nil {
				t.Fatalf("at %d: %v", n, err)
			}
			n += m
			if n > 4_000_000 {
				break
			}
		}
		slow.Close()
		if <-got != text {
			t.Error("the fast reader got something else")
		}
		if s.Get("k") != nil {
			t.Error("it was kept")
		}
	})
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
