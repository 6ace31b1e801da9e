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

// collectAt is the garbage collector's target while serving: a request leaves so little
// garbage that 75 costs a few percent of the rate, and 250 gains nothing but takes half as
// much memory again (measured by make bench). There is no additional memory limit, even in
// a container that has one: at 256 connections with recorded bodies it made the collector
// run all the time.
const collectAt = 120

// heapShare is the part of a container's memory, in percent, that Go may use: the rest is
// the program itself, stacks, and what the kernel charges for sockets.
const heapShare = 70

// cgroupLimits are the files with a container's memory limit, in cgroup v2 and v1. Other
// systems have neither.
var cgroupLimits = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// enoughMemory is what an edge needs under load, including recordings: the lowest limit
// tested by test/compose/survival_test.go.
const enoughMemory = 64 << 20

// tuneMemory configures the collector, unless GOGC or GOMEMLIMIT is set, and warns if the
// container has less memory than the edge needs.
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

// memoryLimit parses a container's limit; 0 if there is none. "max" means none in v2, and a
// number beyond every machine in v1.
func memoryLimit(text []byte) int64 {
	limit, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil || limit <= 0 || limit > 1<<50 {
		return 0
	}
	return limit
}

// leastGarbage is how much garbage may accumulate between two collections, no matter how
// full the cache is: with less, the collector would run all the time.
const leastGarbage = 20 << 20

// Without a cache, live memory beyond the few megabytes of an idle edge are bodies in
// transit, which leave no garbage: beyond easyGarbage, garbage of up to a quarter of the live
// memory may accumulate.
const (
	easyGarbage = 7 << 20
	beyondEasy  = 25
)

// balanceEvery is how often the collector's target is adjusted to the cache.
const balanceEvery = 250 * time.Millisecond

// balanceMemory excludes the cache and bodies in transit from the collector's target:
// otherwise a cache of 256 MB would let as much garbage accumulate. It returns when ctx
// ends, and does nothing if GOGC or GOMEMLIMIT is set.
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

// collectorTarget returns how much garbage may accumulate, in percent of live memory: that
// of everything except the cache.
func collectorTarget(live, cached int64) int {
	live = max(live, cached, 1)
	garbage := max((live-cached)*collectAt/100, leastGarbage)
	if cached == 0 {
		garbage = max(live*beyondEasy/100, easyGarbage)
	}
	return int(min(garbage*100/live, collectAt))
}
