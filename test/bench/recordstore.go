package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// storeFigures are what a large store takes and how it answers.
type storeFigures struct {
	Exchanges int `json:"exchanges"`
	// CPU is of recording one, in microseconds; Bytes on disk; Heap what Go's
	// memory grew by from the first tenth to the last.
	CPU   float64 `json:"cpuMicroseconds"`
	Bytes float64 `json:"bytesPerExchange"`
	Heap  int64   `json:"heapGrowthBytes"`
	// The medians of answers.
	Open   time.Duration `json:"openNanoseconds"`
	Newest time.Duration `json:"newest50Nanoseconds"`
	ByID   time.Duration `json:"byIDNanoseconds"`
	Cause  time.Duration `json:"byCauseNanoseconds"`
	Rare   time.Duration `json:"byRarePathNanoseconds"`
}

// rarePath is what one exchange of all asks for: the slowest question.
const rarePath = "/needle"

// store records so many exchanges as a edge makes them, and asks.
func (b *bench) store(ctx context.Context) (f storeFigures, err error) {
	dir := b.site.path("store")
	defer os.RemoveAll(dir)
	f.Exchanges = b.plan.exchanges
	ids, err := f.fill(ctx, dir)
	if err != nil {
		return f, err
	}
	f.Bytes = float64(folderSize(dir)) / float64(f.Exchanges)
	return f, f.ask(ctx, dir, ids)
}

// fill records them.
func (f *storeFigures) fill(ctx context.Context, dir string) (ids []string, err error) {
	s, err := sqlitestore.Open(ctx, sqlitestore.Config{Dir: dir, Keep: -1})
	if err != nil {
		return nil, err
	}
	attempt := storetest.TrafficAttempt()
	used, err := usageOf(os.Getpid())
	var heap int64
	for n := range f.Exchanges {
		e := storetest.Traffic(n, attempt)
		if n == f.Exchanges/3 {
			e.Viewer.URI = rarePath
		}
		if n%(f.Exchanges/50+1) == 0 {
			ids = append(ids, e.ID)
		}
		s.Record(e)
		if n == f.Exchanges/10 {
			heap = liveHeap()
		}
	}
	f.Heap = liveHeap() - heap
	if closeErr := s.Close(); closeErr != nil {
		return nil, closeErr
	}
	if after, usageErr := usageOf(os.Getpid()); err == nil && usageErr == nil {
		f.CPU = float64(after.CPU-used.CPU) / float64(time.Microsecond) / float64(f.Exchanges)
	}
	return ids, nil
}

func liveHeap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func folderSize(dir string) (n int64) {
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			n += info.Size()
		}
	}
	return n
}

// ask opens the store again and again, and asks.
func (f *storeFigures) ask(ctx context.Context, dir string, ids []string) error {
	var open, newest, byID, cause, rare []float64
	for range 5 {
		began := time.Now()
		s, err := sqlitestore.Open(ctx, sqlitestore.Config{Dir: dir, Keep: -1})
		if err != nil {
			return err
		}
		open = append(open, float64(time.Since(began)))
		list := func(filter recording.Filter, want int, into *[]float64) error {
			began := time.Now()
			page, err := s.List(ctx, filter)
			*into = append(*into, float64(time.Since(began)))
			if err == nil && len(page.Exchanges) != want {
				err = fmt.Errorf("a store of %d answers with %d exchanges, not %d", f.Exchanges, len(page.Exchanges), want)
			}
			return err
		}
		err = list(recording.Filter{Limit: 50}, 50, &newest)
		if err == nil {
			err = list(recording.Filter{Limit: 50, Cause: policy.CauseCertExpired}, 50, &cause)
		}
		if err == nil {
			err = list(recording.Filter{Limit: 50, Path: rarePath}, 1, &rare)
		}
		for _, id := range ids {
			if err == nil {
				began := time.Now()
				_, err = s.Get(ctx, id)
				byID = append(byID, float64(time.Since(began)))
			}
		}
		if closeErr := s.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return err
		}
	}
	d := func(list []float64) time.Duration { return time.Duration(median(list)) }
	f.Open, f.Newest, f.ByID, f.Cause, f.Rare = d(open), d(newest), d(byID), d(cause), d(rare)
	return nil
}

func (f *storeFigures) print(p *printer) {
	p.line("")
	p.line("A store of %d exchanges without bodies: %s µs of CPU (making them included) and %.0f bytes each; the heap grew by %.1f MiB",
		f.Exchanges, number(f.CPU, 1), f.Bytes, float64(f.Heap)/(1<<20))
	p.line("from the first tenth to the last. Medians of answers:")
	t := table{header: []string{"question", "ms"}, left: 1}
	for _, row := range []struct {
		what string
		took time.Duration
	}{
		{"open", f.Open}, {"newest 50", f.Newest}, {"one by id", f.ByID}, {"newest 50 of a cause", f.Cause}, {"the one with a path", f.Rare},
	} {
		t.add(row.what, milliseconds(row.took))
	}
	p.table(&t)
}

func (f *storeFigures) judge() (all []target) {
	within := func(what string, took, most time.Duration) {
		all = append(all, target{fmt.Sprintf("%s, of %d exchanges", what, f.Exchanges), "below " + milliseconds(most) + " ms", milliseconds(took) + " ms", took < most})
	}
	within("open", f.Open, 100*time.Millisecond)
	within("newest 50", f.Newest, 10*time.Millisecond)
	within("one by id", f.ByID, 2*time.Millisecond)
	within("newest 50 of a cause", f.Cause, 50*time.Millisecond)
	return append(all, target{"bytes on disk of a GET without a body", "at most 1024", fmt.Sprintf("%.0f", f.Bytes), f.Bytes <= 1024})
}
