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

// ownCPU is not known.
func ownCPU() time.Duration { return 0 }

// processorName is the model of the CPU.
func processorName() string { return "unknown: it is read on Linux only" }

// peakOf is not known.
func peakOf(*os.ProcessState) int64 { return 0 }
