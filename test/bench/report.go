package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"
)

// report holds all results, in the form of -json.
type report struct {
	Environment environment  `json:"environment"`
	Cells       []cellResult `json:"cells,omitempty"`
	Allocations []allocation `json:"allocations,omitempty"`
	ColdStarts  []coldStart  `json:"coldStarts,omitempty"`
	TLS         *tlsReport   `json:"tls,omitempty"`
	Check       *checkReport `json:"check,omitempty"`
	// Record is the cost of recordings.
	Record *recordReport `json:"record,omitempty"`
	// Cache is the performance and size of the cache.
	Cache *cacheReport `json:"cache,omitempty"`
	// Functions is the cost of an edge function per call.
	Functions *functionsReport `json:"functions,omitempty"`
	// Burst is the handling of bursts.
	Burst *burstReport `json:"burst,omitempty"`
	// Postgres is how much many edges get into one database.
	Postgres *postgresReport `json:"postgres,omitempty"`
	Targets  []target        `json:"targets"`
}

// writeJSON writes the report for programs.
func (r *report) writeJSON(file string) error {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(data, '\n'), 0o644)
}

// writeText writes the report for people.
func (r *report) writeText(w io.Writer) error {
	p := &printer{w: w}
	r.Environment.print(p)
	r.printCells(p)
	r.printAllocations(p)
	r.printColdStarts(p)
	r.TLS.print(p)
	r.Check.print(p)
	r.Record.print(p)
	r.Cache.print(p)
	r.Functions.print(p)
	r.Burst.print(p)
	r.Postgres.print(p)
	r.printTargets(p)
	return p.err
}

func (r *report) printCells(p *printer) {
	if len(r.Cells) == 0 {
		return
	}
	p.line("")
	p.line("Medians of the rounds; \"x\" is the median of the rounds' ratios to std. Under 15 %% nothing is established.")
	t := table{header: []string{"body", "conns", "subject", "req/s", "x", "CPU µs/req", "x", "p50 ms", "p99 ms", "x", "peak MiB", "errors"}, left: 3}
	for i, c := range r.Cells {
		if i > 0 {
			t.add()
		}
		for _, f := range c.Subjects {
			t.add(sizeName(c.Body), strconv.Itoa(c.Connections), f.Subject,
				fmt.Sprintf("%.0f", f.Rate), times(f.RateRatio), number(f.CPU, 1), times(f.CPURatio),
				milliseconds(f.P50), milliseconds(f.P99), times(f.P99Ratio),
				number(float64(f.PeakBytes)/(1<<20), 0), failures(f.Errors))
		}
	}
	p.table(&t)
}

func (r *report) printAllocations(p *printer) {
	if len(r.Allocations) == 0 {
		return
	}
	p.line("")
	p.line("Allocated per request, served within this process: the proxy, net/http toward the viewer and TLS toward the")
	p.line("origin; the origin is another process and the viewer allocates nothing.")
	t := table{header: []string{"body", "subject", "allocations", "x", "bytes", "x"}, left: 2}
	for _, a := range r.Allocations {
		t.add(sizeName(a.Body), a.Subject, fmt.Sprintf("%.1f", a.Count), times(a.CountRatio), fmt.Sprintf("%.0f", a.Bytes), times(a.BytesRatio))
	}
	p.table(&t)
}

func (r *report) printColdStarts(p *printer) {
	if len(r.ColdStarts) == 0 {
		return
	}
	p.line("")
	p.line("From exec of edgesim; the first answer includes the first handshake with the origin. Medians of %d.", r.ColdStarts[0].Starts)
	t := table{header: []string{"state directory", "ready ms", "answered ms", "slowest ms"}, left: 1}
	for _, c := range r.ColdStarts {
		t.add(c.State, milliseconds(c.Ready), milliseconds(c.Answered), milliseconds(c.Slowest))
	}
	p.table(&t)
}

func (r *report) printTargets(p *printer) {
	if len(r.Targets) == 0 {
		return
	}
	p.line("")
	t := table{header: []string{"target", "wanted", "measured", ""}, left: 4}
	for _, one := range r.Targets {
		verdict := "not met"
		if one.Met {
			verdict = "met"
		}
		t.add(one.What, one.Want, one.Measured, verdict)
	}
	p.table(&t)
}

// times formats a ratio; a dash if there is none.
func times(x float64) string { return number(x, 2) }

// number formats a figure, which is unknown if 0.
func number(x float64, decimals int) string {
	if x == 0 {
		return "-"
	}
	return strconv.FormatFloat(x, 'f', decimals, 64)
}

func milliseconds(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 2, 64)
}

// failures formats a number of failures, marking a run that must not be trusted.
func failures(n int64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("! %d", n)
}
