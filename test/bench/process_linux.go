package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// separate puts a child into its own process group, so that it can be ended with everything
// it started, and ends it if this process is killed.
func separate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// terminate asks the child to end; nginx passes it on to its workers.
func terminate(cmd *exec.Cmd) { _ = cmd.Process.Signal(syscall.SIGTERM) }

// kill kills a child that has not ended, and its group.
func kill(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// tick is the unit of the times in /proc/PID/stat: USER_HZ is 100 on every architecture
// that Go supports.
const tick = 10 * time.Millisecond

// usageOf adds up a process and its live descendants, such as nginx's workers.
func usageOf(pid int) (usage, error) {
	all, err := processes()
	if err != nil {
		return usage{}, err
	}
	if _, ok := all[pid]; !ok {
		return usage{}, fmt.Errorf("process %d has ended", pid)
	}
	var sum usage
	for id := range all {
		if !descends(all, id, pid) {
			continue
		}
		sum.CPU += all[id].cpu
		sum.Peak += peak(id)
		sum.Resident += statusBytes(id, "VmRSS:")
		if open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", id)); err == nil {
			sum.Descriptors += len(open)
		}
	}
	return sum, nil
}

// process is a line of /proc/PID/stat.
type process struct {
	parent int
	cpu    time.Duration
}

func processes() (map[int]process, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	all := make(map[int]process, len(files))
	for _, file := range files {
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		if err != nil {
			continue
		}
		line, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		if p, err := parseStat(line); err == nil {
			all[pid] = p
		}
	}
	return all, nil
}

// parseStat reads parent (field 4), utime and stime (14 and 15). The name in field 2 may
// contain spaces and parentheses.
func parseStat(line []byte) (process, error) {
	i := bytes.LastIndexByte(line, ')')
	fields := strings.Fields(string(line[i+1:]))
	if i < 0 || len(fields) < 13 {
		return process{}, errors.New("not a line of /proc/PID/stat")
	}
	parent, err1 := strconv.Atoi(fields[1])
	user, err2 := strconv.ParseInt(fields[11], 10, 64)
	system, err3 := strconv.ParseInt(fields[12], 10, 64)
	return process{parent: parent, cpu: time.Duration(user+system) * tick}, errors.Join(err1, err2, err3)
}

// descends reports whether a process is another one or was started by it, directly or
// indirectly.
func descends(all map[int]process, pid, from int) bool {
	for range len(all) {
		if pid == from {
			return true
		}
		p, ok := all[pid]
		if !ok {
			return false
		}
		pid = p.parent
	}
	return false
}

// peak is the largest resident size that a process ever had.
func peak(pid int) int64 { return statusBytes(pid, "VmHWM:") }

// statusBytes returns a line of /proc/PID/status in bytes; 0 if there is none.
func statusBytes(pid int, name string) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, name); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// ownCPU returns what this process has used so far, without its children.
func ownCPU() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// processorName returns the model of the CPU.
func processorName() string {
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}

// peakOf returns the largest resident size of an ended process, in bytes.
func peakOf(ended *os.ProcessState) int64 {
	if used, ok := ended.SysUsage().(*syscall.Rusage); ok {
		return used.Maxrss << 10
	}
	return 0
}
