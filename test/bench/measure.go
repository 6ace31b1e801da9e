package main

import (
	"context"
	"strings"
	"time"
)

// warmUp is how long every subject runs before its first run in a cell, to open its
// connections and fill its caches.
const warmUp = 300 * time.Millisecond

// cells measures the matrix. The subjects are new processes in every cell, so that the
// memory is that of the cell.
func (b *bench) cells(ctx context.Context) ([]cellResult, error) {
	here, missing := b.plan.present()
	if len(missing) > 0 {
		b.say("not installed, so left out: %s", strings.Join(missing, ", "))
	}
	var results []cellResult
	for i, c := range b.plan.cells {
		b.say("%s (%d of %d)", c, i+1, len(b.plan.cells))
		result, err := b.cell(ctx, c, here)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}

// cell measures one field of the matrix: all subjects are started, and take turns in every
// round, each time starting with another one.
func (b *bench) cell(ctx context.Context, c cell, here []subject) (cellResult, error) {
	all, err := startAll(ctx, b.site, here)
	if err != nil {
		return cellResult{}, err
	}
	defer stopAll(all)
	for _, r := range all {
		if _, err := (ownLoad{}).run(ctx, r.url+bodyPath(c.Body), c.Connections, warmUp); err != nil {
			return cellResult{}, err
		}
	}
	rounds := make([]round, b.plan.rounds)
	for i := range rounds {
		rounds[i] = round{}
		for turn := range all {
			r := all[(turn+i)%len(all)]
			if rounds[i][r.name], err = b.once(ctx, c, r); err != nil {
				return cellResult{}, err
			}
		}
	}
	result := cellResult{cell: c}
	for _, r := range all {
		figures := summarize(r.name, rounds)
		if r.child != nil {
			if used, err := usageOf(r.child.cmd.Process.Pid); err == nil {
				figures.PeakBytes = used.Peak
			}
		}
		result.Subjects = append(result.Subjects, figures)
	}
	return result, nil
}

// once runs one subject once, with the CPU that it used.
func (b *bench) once(ctx context.Context, c cell, r *running) (sample, error) {
	before := r.cpu()
	s, err := b.site.load.run(ctx, r.url+bodyPath(c.Body), c.Connections, b.plan.duration)
	if err != nil {
		return sample{}, err
	}
	s.CPU = r.cpu() - before
	return s, nil
}

// cpu returns what the subject's processes have used so far; 0 if there are none or the
// system does not tell.
func (r *running) cpu() time.Duration {
	if r.child == nil {
		return 0
	}
	used, err := usageOf(r.child.cmd.Process.Pid)
	if err != nil {
		return 0
	}
	return used.CPU
}
