package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
)

// cacheReport is the section about the cache: hits compared with other caches, and the
// memory with ever new keys.
type cacheReport struct {
	Cells []cellResult `json:"cells"`
	Keys  keysResult   `json:"keys"`
}

// keysResult is the result of a flood of distinct keys.
type keysResult struct {
	Keys int `json:"keys"`
	// Size is the allowed cache size, Peak the largest resident size of the process, both
	// in bytes.
	Size int64 `json:"sizeBytes"`
	Peak int64 `json:"peakBytes"`
}

// cacheCells are the cells with targets.
var cacheCells = []cell{{1 << 10, 64}, {64 << 10, 64}, {1 << 20, 16}}

// The names of caches, besides std, which caches nothing.
const (
	nameNginxCache = "nginx proxy_cache"
	nameVarnish    = "varnish"
)

// cacheSubjects are the possible subjects of the section.
var cacheSubjects = []subject{
	{nameStd, "", startStd},
	{nameEdgesim, "", startEdgesimCache},
	{nameNginxCache, "nginx", startNginxCache},
	{nameVarnish, "varnishd", startVarnish},
}

// cacheSize is the allowed size of the caches.
const cacheSize = 256 << 20

// caches measures the section.
func (b *bench) caches(ctx context.Context) (*cacheReport, error) {
	r := &cacheReport{}
	var here []subject
	for _, s := range cacheSubjects {
		if _, ok := installed(s.program); s.program != "" && !ok {
			b.say("not installed, so left out: %s", s.name)
			continue
		}
		here = append(here, s)
	}
	for i, c := range cacheCells {
		b.say("cache: hits, %s (%d of %d)", c, i+1, len(cacheCells))
		result, err := b.cell(ctx, c, here)
		if err != nil {
			return nil, err
		}
		r.Cells = append(r.Cells, result)
	}
	var err error
	r.Keys, err = b.manyKeys(ctx)
	return r, err
}

// manyKeys requests this many distinct objects of 1 KiB from edgesim, and checks its
// memory.
func (b *bench) manyKeys(ctx context.Context) (keysResult, error) {
	result := keysResult{Keys: b.plan.keys, Size: cacheSize}
	if b.plan.keys == 0 {
		return result, nil
	}
	b.say("cache: %d distinct keys", b.plan.keys)
	edge, err := startEdgesimCache(ctx, b.site)
	if err != nil {
		return result, err
	}
	defer edge.stop()
	var next atomic.Int64
	errs := make(chan error, keysAtOnce)
	for range keysAtOnce {
		go func() { errs <- askKeys(ctx, edge.url, &next, int64(b.plan.keys)) }()
	}
	for range keysAtOnce {
		err = errors.Join(err, <-errs)
	}
	if err != nil {
		return result, edge.child.failure(err)
	}
	used, err := usageOf(edge.child.cmd.Process.Pid)
	result.Peak = used.Peak
	return result, err
}

// keysAtOnce is how many connections request keys.
const keysAtOnce = 64

// askKeys requests the next key until all have been requested.
func askKeys(ctx context.Context, url string, next *atomic.Int64, keys int64) error {
	v, err := openViewer(ctx, url)
	if err != nil {
		return err
	}
	defer v.close()
	defer context.AfterFunc(ctx, func() { v.close() })()
	for n := next.Add(1); n <= keys; n = next.Add(1) {
		v.wants(bodyPath(allBodies[0]) + "?key=" + strconv.FormatInt(n, 10))
		if status, _, err := v.ask(); err != nil || status != 200 {
			return fmt.Errorf("key %d: status %d: %w", n, status, err)
		}
	}
	return nil
}

// print writes the section for people.
func (r *cacheReport) print(p *printer) {
	if r == nil {
		return
	}
	p.line("")
	p.line("Hits of caches of %d MiB; edgesim records each of them. \"x\" is to std, which keeps nothing and asks the origin.", cacheSize>>20)
	cells := report{Cells: r.Cells}
	cells.printCells(p)
	if r.Keys.Keys > 0 {
		p.line("")
		p.line("%d distinct keys of 1 KiB: edgesim took at most %.0f MB, of which the cache may have %.0f.", r.Keys.Keys, float64(r.Keys.Peak)/1e6, float64(r.Keys.Size)/1e6)
	}
}

// judge compares with the targets.
func (r *cacheReport) judge() []target {
	if r == nil {
		return nil
	}
	var all []target
	add := func(what, want string, measured float64, met bool) {
		all = append(all, target{what, want, fmt.Sprintf("%.2f x", measured), met})
	}
	for _, c := range r.Cells {
		edge, ok := find(r.Cells, c.cell, nameEdgesim)
		if !ok {
			continue
		}
		if c.Body == 1<<10 {
			add("hits, "+c.cell.String(), "at least 2.50 x std", edge.RateRatio, edge.RateRatio >= 2.5)
		}
		nginx, ok := find(r.Cells, c.cell, nameNginxCache)
		if !ok || nginx.Rate == 0 {
			continue
		}
		least := map[int]float64{1 << 10: 0.6, 1 << 20: 1}[c.Body]
		if least > 0 {
			add("hits, "+c.cell.String(), fmt.Sprintf("at least %.2f x nginx proxy_cache", least), edge.Rate/nginx.Rate, edge.Rate >= least*nginx.Rate)
		}
	}
	if r.Keys.Keys > 0 {
		most := r.Keys.Size + 64e6
		all = append(all, target{fmt.Sprintf("memory, %d keys", r.Keys.Keys), fmt.Sprintf("at most %.0f MB", float64(most)/1e6), fmt.Sprintf("%.0f MB", float64(r.Keys.Peak)/1e6), r.Keys.Peak <= most})
	}
	return all
}
