package main

import (
	"context"
	"fmt"
	"strconv"
	"time"
)

// burstReport is the section about bursts: viewers that each make a new connection with a
// handshake, and origins with many kept-alive connections.
type burstReport struct {
	// PerSecond is how many viewers arrive per second, and For how long.
	PerSecond int           `json:"viewersPerSecond"`
	For       time.Duration `json:"forNanoseconds"`
	Viewers   []burstRow    `json:"viewers"`
	Kept      []keptRow     `json:"kept"`
}

// burstRow is how one subject handled the viewers: medians of the rounds, with ratios to
// std. Latencies count from the first packet of a viewer.
type burstRow struct {
	figures
	// Descriptors is the maximum number that its processes had open.
	Descriptors int `json:"descriptors"`
}

// keptRow is how many kept-alive connections to origins affect a subject: the same load
// with few and with many.
type keptRow struct {
	Subject string `json:"subject"`
	// Kept is how many connections the origins counted before the second load, and after
	// it.
	Kept      int `json:"keptConnections"`
	KeptAfter int `json:"keptConnectionsAfter"`
	// Few and Many are the two loads; RateRatio and CPURatio are the second divided by the
	// first.
	Few       loadFigures `json:"few"`
	Many      loadFigures `json:"many"`
	RateRatio float64     `json:"rateToFew"`
	CPURatio  float64     `json:"cpuToFew"`
	// BytesEach is how much the subject's resident memory grew per connection.
	BytesEach float64 `json:"bytesPerConnection"`
	Errors    int64   `json:"errors"`
}

// loadFigures are the figures of one load.
type loadFigures struct {
	Rate        float64       `json:"requestsPerSecond"`
	CPU         float64       `json:"cpuMicrosecondsPerRequest"`
	P50         time.Duration `json:"p50Nanoseconds"`
	P99         time.Duration `json:"p99Nanoseconds"`
	Resident    int64         `json:"residentBytes"`
	Descriptors int           `json:"descriptors"`
}

// bursts measures the section.
func (b *bench) bursts(ctx context.Context) (*burstReport, error) {
	r := &burstReport{PerSecond: b.plan.burst, For: burstTime}
	var err error
	if r.Viewers, err = b.burstViewers(ctx); err != nil {
		return nil, fmt.Errorf("burst of viewers: %w", err)
	}
	if r.Kept, err = b.keptConnections(ctx, fullCrowd, keptLoad); err != nil {
		return nil, fmt.Errorf("kept connections: %w", err)
	}
	return r, nil
}

func (r *burstReport) print(p *printer) {
	if r == nil {
		return
	}
	p.line("")
	p.line("New TLS viewers, %d a second for %s and up to %d at a time: a connection, a full handshake, one request of 1 KiB,", r.PerSecond, r.For, burstOpen)
	p.line("the end. The viewers' own half of the handshakes takes its CPU on the same machine.")
	t := table{header: []string{"subject", "viewers/s", "x", "CPU µs/viewer", "x", "p50 ms", "p99 ms", "x", "peak MiB", "descriptors", "errors"}, left: 1}
	for _, f := range r.Viewers {
		t.add(f.Subject, fmt.Sprintf("%.0f", f.Rate), times(f.RateRatio), number(f.CPU, 0), times(f.CPURatio), milliseconds(f.P50), milliseconds(f.P99), times(f.P99Ratio),
			number(float64(f.PeakBytes)/(1<<20), 0), strconv.Itoa(f.Descriptors), failures(f.Errors))
	}
	p.table(&t)
	p.line("")
	p.line("Kept connections to %d origins: the same load of %d viewers with few and with many. x is many by few.", fullCrowd.origins, keptViewers)
	t = table{header: []string{"subject", "kept", "req/s", "many", "x", "CPU µs/req", "many", "x", "p99 ms", "many", "MiB", "many", "KiB each", "descriptors", "errors"}, left: 1}
	for _, k := range r.Kept {
		t.add(k.Subject, strconv.Itoa(k.Kept), fmt.Sprintf("%.0f", k.Few.Rate), fmt.Sprintf("%.0f", k.Many.Rate), times(k.RateRatio),
			number(k.Few.CPU, 0), number(k.Many.CPU, 0), times(k.CPURatio), milliseconds(k.Few.P99), milliseconds(k.Many.P99),
			number(float64(k.Few.Resident)/(1<<20), 0), number(float64(k.Many.Resident)/(1<<20), 0), number(k.BytesEach/1024, 1), strconv.Itoa(k.Many.Descriptors), failures(k.Errors))
	}
	p.table(&t)
}

// judge compares with the targets: nothing fails, and nothing grows out of proportion.
func (r *burstReport) judge() []target {
	if r == nil {
		return nil
	}
	var all []target
	for _, f := range r.Viewers {
		if f.Subject != nameEdgesim && f.Subject != nameManyNames {
			continue
		}
		what := "burst of TLS viewers"
		if f.Subject == nameManyNames {
			what += ", a name each"
		}
		all = append(all, target{what, "no error, at least 0.80 x std's rate", fmt.Sprintf("%d errors, %.2f x", f.Errors, f.RateRatio), f.Errors == 0 && f.RateRatio >= 0.8})
	}
	for _, k := range r.Kept {
		if k.Subject != nameEdgesim {
			continue
		}
		all = append(all,
			target{fmt.Sprintf("%d kept connections", fullCrowd.total()), "no error, all kept, at least 0.80 x the rate with few", fmt.Sprintf("%d errors, %d kept, %.2f x", k.Errors, k.Kept, k.RateRatio),
				k.Errors == 0 && k.Kept >= fullCrowd.total()*95/100 && k.RateRatio >= 0.8},
			target{"memory of a kept connection", "at most 64 KiB", fmt.Sprintf("%.1f KiB", k.BytesEach/1024), k.BytesEach <= 64<<10})
	}
	return all
}
