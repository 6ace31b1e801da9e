package main

import (
	"fmt"
	"slices"
	"time"
)

// target is one of the project's targets with the measured value.
type target struct {
	What     string `json:"what"`
	Want     string `json:"want"`
	Measured string `json:"measured"`
	Met      bool   `json:"met"`
}

// memoryLimits are the limits of edgesim's memory in bytes, by the number of connections,
// regardless of the bodies.
var memoryLimits = []struct {
	connections int
	bytes       int64
}{{64, 64e6}, {256, 96e6}}

// costLimits are the limits of a request's cost, as CPU time relative to std. A small one
// may cost mostNginx times what it costs nginx, which records nothing.
var costLimits = []struct {
	cell
	toStd   float64
	toNginx bool
}{
	{cell{1 << 10, 16}, 0.40, true},
	{cell{1 << 10, 64}, 0.40, true},
	{cell{64 << 10, 64}, 0.70, false},
	{cell{1 << 20, 16}, 0.85, false},
	{cell{1 << 20, 64}, 0.85, false},
}

const mostNginx = 1.8

// readyLimit is how long edgesim may take until it answers.
const readyLimit = 50 * time.Millisecond

// judge compares the report with the targets. What was not measured is left out.
func judge(r *report) []target {
	var all []target
	add := func(what, want, measured string, met bool) {
		all = append(all, target{what, want, measured, met})
	}
	for _, limit := range costLimits {
		f, ok := find(r.Cells, limit.cell, nameEdgesim)
		if !ok {
			continue
		}
		if f.CPURatio > 0 {
			add("CPU per request, "+limit.String(), fmt.Sprintf("at most %.2f x std", limit.toStd), fmt.Sprintf("%.2f x", f.CPURatio), f.CPURatio <= limit.toStd)
		}
		if nginx, ok := find(r.Cells, limit.cell, nameNginx); ok && limit.toNginx && nginx.CPURatio > 0 {
			toNginx := f.CPURatio / nginx.CPURatio
			add("CPU per request, "+limit.String(), fmt.Sprintf("at most %.2f x nginx", mostNginx), fmt.Sprintf("%.2f x", toNginx), toNginx <= mostNginx)
		}
		add("p99, "+limit.String(), "at most 1.00 x std", fmt.Sprintf("%.2f x", f.P99Ratio), f.P99Ratio <= 1)
	}
	for _, limit := range memoryLimits {
		var peak int64
		for _, one := range r.Cells {
			if f, ok := find(r.Cells, one.cell, nameEdgesim); ok && one.Connections == limit.connections {
				peak = max(peak, f.PeakBytes)
			}
		}
		if peak > 0 {
			add(fmt.Sprintf("memory, c=%d, any body", limit.connections), fmt.Sprintf("below %d MB", limit.bytes/1e6), fmt.Sprintf("%.0f MB", float64(peak)/1e6), peak < limit.bytes)
		}
	}
	for _, c := range r.ColdStarts {
		add("first answer after exec, state "+c.State, "within 50 ms", milliseconds(c.Answered)+" ms", c.Answered <= readyLimit)
	}
	return append(all, slices.Concat(r.TLS.judge(), r.Check.judge(), r.Record.judge(), r.Cache.judge(), r.Functions.judge(), r.Burst.judge(), r.Postgres.judge())...)
}
