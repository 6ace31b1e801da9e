//go:build unix

package sqlitestore

import (
	"context"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/internal/store/storetest"
)

// cpuNow is the CPU time of this process.
func cpuNow() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkWriter writes batches of exchanges as an edge makes them, and counts the CPU
// time of the writing alone: redaction, encoding, segment and index, with nothing
// forgotten and with as much forgotten as comes.
//
//	go test ./internal/store/sqlitestore -run '^$' -bench Writer -benchtime 200x
func BenchmarkWriter(b *testing.B) {
	for _, row := range []struct {
		name string
		keep int64
		body int
	}{{"all/0", -1, 0}, {"all/1KiB", -1, 1024}, {"keep20000/0", 20000, 0}, {"keep20000/1KiB", 20000, 1024}} {
		b.Run(row.name, func(b *testing.B) {
			s, err := Open(b.Context(), Config{Dir: b.TempDir(), Keep: row.keep})
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			q := queue.New(1 << 30)
			w := newWriter(s)
			attempt := storetest.TrafficAttempt()
			body := make([]byte, row.body)
			var spent time.Duration
			var mallocs, bytes uint64
			n, written := 0, 0
			write := func(measure bool) {
				for range queue.BatchRows {
					e := storetest.Traffic(n, attempt)
					e.Response.Body, e.Response.BodyBytes = body, int64(len(body))
					n++
					q.Put(e)
				}
				batch := q.Take(nil)
				var m0, m1 runtime.MemStats
				runtime.ReadMemStats(&m0)
				before := cpuNow()
				if err := w.write(context.Background(), batch); err != nil {
					b.Fatal(err)
				}
				used := cpuNow() - before
				runtime.ReadMemStats(&m1)
				q.Finished(batch, false)
				if measure {
					spent += used
					mallocs += m1.Mallocs - m0.Mallocs
					bytes += m1.TotalAlloc - m0.TotalAlloc
					written += len(batch)
				}
			}
			for range 60 {
				write(false)
			}
			b.ResetTimer()
			for range b.N {
				write(true)
			}
			b.ReportMetric(float64(spent.Nanoseconds())/1e3/float64(written), "cpu-µs/exchange")
			b.ReportMetric(float64(mallocs)/float64(written), "allocs/exchange")
			b.ReportMetric(float64(bytes)/float64(written), "B/exchange")
			b.ReportMetric(0, "ns/op")
		})
	}
}
