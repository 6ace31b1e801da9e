package main

import (
	"bytes"
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"time"
)

// collectAt is the garbage collector's target while serving: a request leaves so
// little garbage that 75 costs a few percent of the rate and 250 gains none, but
// takes half as much memory again (measured by make bench). There is no memory
// limit besides, but in a container that has one: at 256 connections with
// recorded bodies it made the collector run all the time.
const collectAt = 120

// heapShare is the part of a container's memory, in percent, that Go may plan
// with: the rest is the program itself, stacks, and what the kernel charges for
// sockets.
const heapShare = 70

// cgroupLimits are the files that hold a container's memory limit, in cgroup v2
// and v1. Other systems have neither.
var cgroupLimits = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// enoughMemory is what an edge needs under load, recordings included: the lowest
// limit that test/compose/survival_test.go holds it to.
const enoughMemory = 64 << 20

// tuneMemory sets the collector, unless GOGC or GOMEMLIMIT says something else,
// and says so when the container's memory is less than the edge needs.
func (p *program) tuneMemory() {
	if before := debug.SetGCPercent(collectAt); before != 100 {
		debug.SetGCPercent(before)
	}
	if os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	for _, file := range cgroupLimits {
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		limit := memoryLimit(text)
		if limit > 0 {
			debug.SetMemoryLimit(limit / 100 * heapShare)
		}
		if limit > 0 && limit < enoughMemory {
			p.out.note("warning: the container's memory is limited to %d MiB; under load the edge needs %d", limit>>20, enoughMemory>>20)
		}
		return
	}
}

// memoryLimit reads a container's limit; 0 if there is none. "max" means none in
// v2, and a number beyond every machine in v1.
func memoryLimit(text []byte) int64 {
	limit, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil || limit <= 0 || limit > 1<<50 {
		return 0
	}
	return limit
}

// leastGarbage is what may pile up between two collections however full the cache
// is: with less the collector would run all the time.
const leastGarbage = 20 << 20

// Without a cache, what is live beyond the few megabytes of an idle edge are bodies
// on their way, which leave no garbage: beyond easyGarbage, a third of what is live
// may pile up.
const (
	easyGarbage = 10 << 20
	beyondEasy  = 35
)

// balanceEvery is how often the collector's target follows the cache.
const balanceEvery = 250 * time.Millisecond

// balanceMemory lets the collector's target count what neither the cache nor bodies
// on their way hold: a cache of 256 MB would else let the same again pile up as
// garbage. It returns when ctx ends, and does nothing where GOGC or GOMEMLIMIT says
// what is wanted.
func balanceMemory(ctx context.Context, cached func() int64) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	tick := time.NewTicker(balanceEvery)
	defer tick.Stop()
	for at := collectAt; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		metrics.Read(live)
		if want := collectorTarget(int64(live[0].Value.Uint64()), cached()); want != at {
			at = want
			debug.SetGCPercent(want)
		}
	}
}

// collectorTarget is the garbage that may pile up in percent of what is live: that
// of everything but the cache.
func collectorTarget(live, cached int64) int {
	live = max(live, cached, 1)
	garbage := max((live-cached)*collectAt/100, leastGarbage)
	if cached == 0 {
		garbage = max(live*beyondEasy/100, easyGarbage)
	}
	return int(min(garbage*100/live, collectAt))
}
