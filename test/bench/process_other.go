//go:build !linux

package main

import (
	"os"
	"os/exec"
	"time"
)

// separate leaves a child as it is.
func separate(*exec.Cmd) {}

// terminate ends the child.
func terminate(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

// kill ends the child.
func kill(cmd *exec.Cmd) { _ = cmd.Process.Kill() }

func usageOf(int) (usage, error) { return usage{}, errNoUsage }

// ownCPU is unknown.
func ownCPU() time.Duration { return 0 }

// processorName is unknown.
func processorName() string { return "unknown: it is read on Linux only" }

// peakOf is unknown.
func peakOf(*os.ProcessState) int64 { return 0 }
