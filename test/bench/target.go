package main

import (
	"fmt"
	"slices"
	"time"
)

// target is one aim of the project with what was measured.
type target struct {
	What     string `json:"what"`
	Want     string `json:"want"`
	Measured string `json:"measured"`
	Met      bool   `json:"met"`
}

// memoryLimit is what edgesim may take at 64 connections, the load that the aims
// speak of, whatever the bodies. The table has what it takes at 256, where the
// recorded beginnings of 64 KiB bodies in flight are 16 MiB alone.
const memoryLimit = 64e6

// readyLimit is how long edgesim may take until it answers.
const readyLimit = 50 * time.Millisecond

// judge compares the report with the aims. What was not measured is left out.
func judge(r *report) []target {
	var all []target
	add := func(what, want, measured string, met bool) {
		all = append(all, target{what, want, measured, met})
	}
	small := cell{1 << 10, 64}
	if f, ok := find(r.Cells, small, nameEdgesim); ok {
		add("rate, "+small.String(), "at least 1.50 x std (aim 2.00)", fmt.Sprintf("%.2f x", f.RateRatio), f.RateRatio >= 1.5)
		if f.CPURatio > 0 {
			add("CPU per request, "+small.String(), "at most 0.65 x std (aim 0.40)", fmt.Sprintf("%.2f x", f.CPURatio), f.CPURatio <= 0.65)
		}
	}
	var peak int64
	for _, one := range r.Cells {
		f, ok := find(r.Cells, one.cell, nameEdgesim)
		if !ok {
			continue
		}
		if one.Connections == small.Connections {
			peak = max(peak, f.PeakBytes)
		}
		if one.Body == 1<<20 {
			add("rate, "+one.cell.String(), "at least 1.00 x std", fmt.Sprintf("%.2f x", f.RateRatio), f.RateRatio >= 1)
		}
	}
	if peak > 0 {
		add("memory, c=64, any body", "below 64 MB", fmt.Sprintf("%.0f MB", float64(peak)/1e6), peak < memoryLimit)
	}
	for _, c := range r.ColdStarts {
		add("first answer after exec, state "+c.State, "within 50 ms", milliseconds(c.Answered)+" ms", c.Answered <= readyLimit)
	}
	return append(all, slices.Concat(r.TLS.judge(), r.Check.judge(), r.Record.judge(), r.Cache.judge(), r.Functions.judge())...)
}
