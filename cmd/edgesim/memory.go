package main

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
)

// collectAt is the garbage collector's target while serving: more than the 100
// of Go for its rate, less than 400, which takes more than 64 MB at 64
// connections (measured by make bench). There is no memory limit besides, but
// in a container that has one: at 256 connections with recorded bodies it made
// the collector run all the time.
const collectAt = 250

// heapShare is the part of a container's memory, in percent, that Go may plan
// with: the rest is the program itself, stacks, and what the kernel charges for
// sockets.
const heapShare = 70

// cgroupLimits are the files that hold a container's memory limit, in cgroup v2
// and v1. Other systems have neither.
var cgroupLimits = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// tuneMemory sets the collector, unless GOGC or GOMEMLIMIT says something else.
func tuneMemory() {
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
		if limit := heapLimit(text); limit > 0 {
			debug.SetMemoryLimit(limit)
		}
		return
	}
}

// heapLimit returns what Go may plan with under a container's limit; 0 if there
// is none. "max" means none in v2, and a number beyond every machine in v1.
func heapLimit(text []byte) int64 {
	limit, err := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
	if err != nil || limit <= 0 || limit > 1<<50 {
		return 0
	}
	return limit / 100 * heapShare
}
