package main

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
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
