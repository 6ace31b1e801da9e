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
	"github.com/edgesim/edgesim/recording"
)

// storeFigures are the size of a large store and how fast it answers.
type storeFigures struct {
	Exchanges int `json:"exchanges"`
	// CPU is for recording one, in microseconds; Bytes on disk; Heap is how much Go's
	// memory grew from the first tenth to the last.
	CPU   float64 `json:"cpuMicroseconds"`
	Bytes float64 `json:"bytesPerExchange"`
	Heap  int64   `json:"heapGrowthBytes"`
	// Answers are the query times of the store itself, of the commands and of the API.
	Answers []storeAnswer `json:"answers"`
	// Export is the performance of "recordings export".
	Export exportFigures `json:"export"`
}

// storeAnswer is how long a query takes.
type storeAnswer struct {
	What string `json:"what"`
	// Took is the median, Most the target; 0 if there is none.
	Took time.Duration `json:"nanoseconds"`
	Most time.Duration `json:"mostNanoseconds,omitempty"`
}

// exportFigures are for the command that exports the newest exchanges as JSON Lines.
type exportFigures struct {
	Exchanges int     `json:"exchanges"`
	Rate      float64 `json:"exchangesPerSecond"`
	CPU       float64 `json:"cpuMicroseconds"`
	PeakBytes int64   `json:"peakBytes"`
}

// rarePath is the path of a single exchange: the slowest query.
const rarePath = "/needle"

// sampled is what is remembered about a store while it is filled.
type sampled struct {
	ids    []string // of exchanges spread over it
	newest string   // of the last one
	// since is when the oldest of the exported ones was received.
	since    time.Time
	exported int
}

// mostExported limits how many exchanges are exported.
const mostExported = 500_000

// store records this many exchanges like an edge's, and queries them.
func (b *bench) store(ctx context.Context) (f storeFigures, err error) {
	dir := b.site.path("store")
	defer os.RemoveAll(dir)
	f.Exchanges = b.plan.exchanges
	known, err := f.fill(ctx, dir)
	if err != nil {
		return f, err
	}
	f.Bytes = float64(folderSize(dir)) / float64(f.Exchanges)
	if err := f.ask(ctx, dir, known.ids); err != nil {
		return f, err
	}
	if err := b.askCommands(ctx, &f, dir, known); err != nil {
		return f, err
	}
	return f, b.askAPI(ctx, &f, dir, known)
}

// fill records them.
func (f *storeFigures) fill(ctx context.Context, dir string) (known sampled, err error) {
	s, err := sqlitestore.Open(ctx, sqlitestore.Config{Dir: dir, Keep: -1})
	if err != nil {
		return known, err
	}
	attempt := storetest.TrafficAttempt()
	known.exported = min(f.Exchanges/2, mostExported)
	used, err := usageOf(os.Getpid())
	var heap int64
	for n := range f.Exchanges {
		e := storetest.Traffic(n, attempt)
		if n == f.Exchanges/3 {
			e.Viewer.URI = rarePath
		}
		if n%(f.Exchanges/50+1) == 0 {
			known.ids = append(known.ids, e.ID)
		}
		if n == f.Exchanges-known.exported {
			known.since = e.Start
		}
		known.newest = e.ID
		s.Record(e)
		if n == f.Exchanges/10 {
			heap = liveHeap()
		}
	}
	f.Heap = liveHeap() - heap
	if closeErr := s.Close(); closeErr != nil {
		return known, closeErr
	}
	if after, usageErr := usageOf(os.Getpid()); err == nil && usageErr == nil {
		f.CPU = float64(after.CPU-used.CPU) / float64(time.Microsecond) / float64(f.Exchanges)
	}
	return known, nil
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

// answer adds the median time of a query.
func (f *storeFigures) answer(what string, most time.Duration, took []time.Duration) {
	f.Answers = append(f.Answers, answerOf(what, most, took))
}

// answerOf takes the median.
func answerOf(what string, most time.Duration, took []time.Duration) storeAnswer {
	list := make([]float64, len(took))
	for i, d := range took {
		list[i] = float64(d)
	}
	return storeAnswer{what, time.Duration(median(list)), most}
}

// asked is how often each query is repeated.
const asked = 5

// ask opens the store repeatedly, and queries it.
func (f *storeFigures) ask(ctx context.Context, dir string, ids []string) error {
	questions := []struct {
		what   string
		most   time.Duration
		filter recording.Filter
		want   int
	}{
		{"newest 50", 10 * time.Millisecond, recording.Filter{Limit: 50}, 50},
		{"newest 50 of a frequent cause", 50 * time.Millisecond, recording.Filter{Limit: 50, Cause: storetest.FrequentCause}, 50},
		{"newest 50 of a rare cause", 50 * time.Millisecond, recording.Filter{Limit: 50, Cause: storetest.RareCause}, min(50, storetest.RareIn(f.Exchanges))},
		{"the one with a path", 0, recording.Filter{Limit: 50, Path: rarePath}, 1},
	}
	var open, byID []time.Duration
	took := make([][]time.Duration, len(questions))
	for range asked {
		began := time.Now()
		s, err := sqlitestore.Open(ctx, sqlitestore.Config{Dir: dir, Keep: -1})
		if err != nil {
			return err
		}
		open = append(open, time.Since(began))
		for i, q := range questions {
			began := time.Now()
			page, listErr := s.List(ctx, q.filter)
			took[i] = append(took[i], time.Since(began))
			if err == nil {
				err = listErr
			}
			if err == nil && len(page.Exchanges) != q.want {
				err = fmt.Errorf("%s: a store of %d answers with %d exchanges, not %d", q.what, f.Exchanges, len(page.Exchanges), q.want)
			}
		}
		for _, id := range ids {
			began := time.Now()
			if _, getErr := s.Get(ctx, id); err == nil {
				err = getErr
			}
			byID = append(byID, time.Since(began))
		}
		if closeErr := s.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return err
		}
	}
	f.answer("open", 100*time.Millisecond, open)
	f.answer("one by id", 2*time.Millisecond, byID)
	for i, q := range questions {
		f.answer(q.what, q.most, took[i])
	}
	return nil
}

func (f *storeFigures) print(p *printer) {
	p.line("")
	p.line("A store of %d exchanges without bodies: %s µs of CPU (making them included) and %.0f bytes each; the heap grew by %.1f MiB",
		f.Exchanges, number(f.CPU, 1), f.Bytes, float64(f.Heap)/(1<<20))
	p.line("from the first tenth to the last. Medians of answers, those of commands with the start of the process:")
	t := table{header: []string{"question", "ms"}, left: 1}
	for _, a := range f.Answers {
		t.add(a.What, milliseconds(a.Took))
	}
	p.table(&t)
	if x := f.Export; x.Exchanges > 0 {
		p.line("export of the newest %d as JSON Lines: %.0f a second, %s µs of CPU each, peak %.0f MiB", x.Exchanges, x.Rate, number(x.CPU, 1), float64(x.PeakBytes)/(1<<20))
	}
}

// exportRate and exportMemory are the targets of an export.
const (
	exportRate   = 50_000
	exportMemory = 256 << 20
)

func (f *storeFigures) judge() (all []target) {
	for _, a := range f.Answers {
		if a.Most > 0 {
			all = append(all, target{fmt.Sprintf("%s, of %d exchanges", a.What, f.Exchanges), "below " + milliseconds(a.Most) + " ms", milliseconds(a.Took) + " ms", a.Took < a.Most})
		}
	}
	if x := f.Export; x.Exchanges > 0 {
		all = append(all,
			target{"export, exchanges a second", fmt.Sprintf("at least %d", exportRate), fmt.Sprintf("%.0f", x.Rate), x.Rate >= exportRate},
			target{"memory of an export", fmt.Sprintf("below %d MiB", exportMemory>>20), fmt.Sprintf("%d MiB", x.PeakBytes>>20), x.PeakBytes < exportMemory})
	}
	return append(all, target{"bytes on disk of a GET without a body", "at most 1024", fmt.Sprintf("%.0f", f.Bytes), f.Bytes <= 1024})
}
