package main

import (
	"errors"
	"time"
)

// usage is what a process and its descendants have used so far.
type usage struct {
	CPU time.Duration
	// Peak is the sum of the largest resident sizes, in bytes. Pages that processes share,
	// as nginx's workers do, count for each.
	Peak int64
	// Resident is the sum of their current memory, Descriptors of their open descriptors.
	Resident    int64
	Descriptors int
}

// errNoUsage means that the system does not tell.
var errNoUsage = errors.New("CPU and memory of other processes are read on Linux only")
