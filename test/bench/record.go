package main

import (
	"context"
	"fmt"
	"time"
)

// recordReport is the section about recordings: their cost while serving, and how a large
// store answers.
type recordReport struct {
	Cells []recordCell `json:"cells"`
	Store storeFigures `json:"store"`
}

// recordCell is one field of the matrix, measured with each way of recording.
type recordCell struct {
	cell
	Ways []recordFigures `json:"ways"`
}

// recordFigures are the medians of one way of recording; the ratios and the difference are
// relative to the same edge without recording, in the same rounds.
type recordFigures struct {
	Way       string        `json:"way"`
	Rate      float64       `json:"requestsPerSecond"`
	RateRatio float64       `json:"rateRatio"`
	P99       time.Duration `json:"p99Nanoseconds"`
	P99Ratio  float64       `json:"p99Ratio"`
	// CPU is per request, Extra what recording adds to it, in microseconds.
	CPU       float64 `json:"cpuMicroseconds"`
	Extra     float64 `json:"extraCPUMicroseconds"`
	PeakBytes int64   `json:"peakBytes"`
	Errors    int64   `json:"errors"`
}

// The ways of recording to compare.
const (
	recordOff    = "off"
	recordMemory = "memory"
	recordFolder = "folder"
)

// recordCells are the cells with targets.
var recordCells = []cell{{1 << 10, 64}, {64 << 10, 64}}

// records measures the section about recordings.
func (b *bench) records(ctx context.Context) (*recordReport, error) {
	r := &recordReport{}
	for _, c := range recordCells {
		b.say("recording, %s", c)
		one, err := b.recordCell(ctx, c)
		if err != nil {
			return nil, err
		}
		r.Cells = append(r.Cells, one)
	}
	b.say("a store of %d exchanges", b.plan.exchanges)
	var err error
	r.Store, err = b.store(ctx)
	return r, err
}

// recordCell runs one edge for each way of recording, taking turns.
func (b *bench) recordCell(ctx context.Context, c cell) (recordCell, error) {
	ways := []string{recordOff, recordMemory, recordFolder}
	var all []*running
	defer func() { stopAll(all) }()
	for _, way := range ways {
		r, err := b.startRecording(ctx, way)
		if err != nil {
			return recordCell{}, err
		}
		all = append(all, r)
		if _, err := (ownLoad{}).run(ctx, r.url+bodyPath(c.Body), c.Connections, warmUp); err != nil {
			return recordCell{}, err
		}
	}
	samples := map[string][]sample{}
	for i := range b.plan.rounds {
		for turn := range all {
			r := all[(turn+i)%len(all)]
			s, err := b.once(ctx, c, r)
			if err != nil {
				return recordCell{}, err
			}
			samples[r.name] = append(samples[r.name], s)
		}
	}
	result := recordCell{cell: c}
	for _, r := range all {
		f := compareRecording(r.name, samples[r.name], samples[recordOff])
		if used, err := usageOf(r.child.cmd.Process.Pid); err == nil {
			f.PeakBytes = used.Peak
		}
		result.Ways = append(result.Ways, f)
	}
	return result, nil
}

// startRecording starts an edge that records in this way, in its own state directory.
func (b *bench) startRecording(ctx context.Context, way string) (*running, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	var more []string
	if way != recordFolder { // recordFolder is the default
		more = []string{"--record", way}
	}
	child, err := b.site.start(ctx, nameEdgesim, b.site.edgesimCommand(address, b.site.path("state-"+way), more...))
	if err != nil {
		return nil, err
	}
	if err := child.waitFor(ctx, address); err != nil {
		return nil, err
	}
	return &running{name: way, url: "http://" + address, child: child}, nil
}

// compareRecording takes the medians over the rounds, of ratios within each.
func compareRecording(way string, samples, off []sample) recordFigures {
	f := recordFigures{Way: way}
	var rate, rates, p99, p99s, cpu, extra []float64
	for i, s := range samples {
		o := off[i]
		rate, rates = append(rate, s.rate()), append(rates, ratio(s.rate(), o.rate()))
		p99, p99s = append(p99, float64(s.P99)), append(p99s, ratio(float64(s.P99), float64(o.P99)))
		cpu, extra = append(cpu, s.cpuPerRequest()), append(extra, s.cpuPerRequest()-o.cpuPerRequest())
		f.Errors += s.Errors
	}
	f.Rate, f.RateRatio = median(rate), median(rates)
	f.P99, f.P99Ratio = time.Duration(median(p99)), median(p99s)
	f.CPU, f.Extra = median(cpu), median(extra)
	return f
}

// print writes the section for people.
func (r *recordReport) print(p *printer) {
	if r == nil {
		return
	}
	p.line("")
	p.line("Recording: medians of the rounds; \"x\" is to the same edge with --record off, \"+ CPU\" what recording adds a request.")
	t := table{header: []string{"body", "conns", "record", "req/s", "x", "p99 ms", "x", "CPU µs/req", "+ CPU µs", "peak MiB", "errors"}, left: 3}
	for i, c := range r.Cells {
		if i > 0 {
			t.add()
		}
		for _, f := range c.Ways {
			t.add(sizeName(c.Body), fmt.Sprint(c.Connections), f.Way, fmt.Sprintf("%.0f", f.Rate), times(f.RateRatio),
				milliseconds(f.P99), times(f.P99Ratio), number(f.CPU, 1), number(f.Extra, 1), number(float64(f.PeakBytes)/(1<<20), 0), failures(f.Errors))
		}
	}
	p.table(&t)
	r.Store.print(p)
}

// judge compares the section with the targets.
func (r *recordReport) judge() []target {
	if r == nil {
		return nil
	}
	var all []target
	add := func(what, want, measured string, met bool) {
		all = append(all, target{what, want, measured, met})
	}
	for _, c := range r.Cells {
		for _, f := range c.Ways {
			if f.Way != recordFolder {
				continue
			}
			most := 20.0
			if c.Body > 1<<10 {
				most = 80
			} else {
				add("rate with recording, "+c.cell.String(), "at least 0.90 x without", fmt.Sprintf("%.2f x", f.RateRatio), f.RateRatio >= 0.9)
				add("p99 with recording, "+c.cell.String(), "at most 1.30 x without", fmt.Sprintf("%.2f x", f.P99Ratio), f.P99Ratio <= 1.3)
			}
			if f.CPU > 0 {
				add("CPU of recording, "+c.cell.String(), fmt.Sprintf("at most %.0f µs", most), fmt.Sprintf("%.1f µs", f.Extra), f.Extra <= most)
			}
		}
	}
	return append(all, r.Store.judge()...)
}
