package cache_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/cache"
)

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
