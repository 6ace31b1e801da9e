package peers

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long a test waits for what should happen at once. It is only used up if
// something is wrong, so it is long enough for a busy machine.
const patience = 30 * time.Second

// Process is a program that a test runs.
type Process struct {
	command *exec.Cmd
	output  sharedBuffer
	ended   chan struct{}
}

// Start starts a program and makes sure that it does not outlive the test. Output to a
// stream that the command leaves unset is kept for [Process.Output].
func Start(t testing.TB, command *exec.Cmd) *Process {
	t.Helper()
	p := &Process{command: command, ended: make(chan struct{})}
	if command.Stdout == nil {
		command.Stdout = &p.output
	}
	if command.Stderr == nil {
		command.Stderr = &p.output
	}
	if err := command.Start(); err != nil {
		t.Fatalf("starting %s: %v", command.Path, err)
	}
	go p.wait()
	t.Cleanup(func() { p.stop(t) })
	return p
}

// wait ends when the process does.
func (p *Process) wait() {
	_ = p.command.Wait() // the exit code is in ProcessState
	close(p.ended)
}

// stop ends the process, gracefully at first.
func (p *Process) stop(t testing.TB) {
	if p.Ended() {
		return
	}
	_ = p.Signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Errorf("%s did not end after SIGTERM and was killed; it said:\n%s", p.command.Path, p.Output())
		_ = p.command.Process.Kill()
		<-p.ended
	}
}

// PID returns the number of the process.
func (p *Process) PID() int { return p.command.Process.Pid }

// Output returns what the process has printed so far.
func (p *Process) Output() string { return p.output.String() }

// Ended reports whether the process has ended.
func (p *Process) Ended() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// Signal sends a signal. It is not an error if the process has already ended.
func (p *Process) Signal(s os.Signal) error {
	if err := p.command.Process.Signal(s); !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	return nil
}

// ExitCode waits for the process to end and returns its exit code, or -1 if a signal ended
// it. The test fails if it takes longer than within.
func (p *Process) ExitCode(t testing.TB, within time.Duration) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(within):
		t.Fatalf("%s still runs after %v; it said:\n%s", p.command.Path, within, p.Output())
	}
	return p.command.ProcessState.ExitCode()
}

// AwaitReady waits until a condition holds. The test fails if the process ends first.
func (p *Process) AwaitReady(t testing.TB, what string, holds func() bool) {
	t.Helper()
	Await(t, what, func() bool {
		if p.Ended() {
			t.Fatalf("%s ended with code %d instead of %s; it said:\n%s", p.command.Path, p.command.ProcessState.ExitCode(), what, p.Output())
		}
		return holds()
	})
}

// Await waits until a condition holds, and fails the test if it never does. It retries
// after a tenth of the time it has waited, from 5 to 250 ms: many conditions start a
// process to find out.
func Await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	started := time.Now()
	for !holds() {
		waited := time.Since(started)
		if waited > patience {
			t.Fatalf("waited %v in vain for: %s", patience, what)
		}
		<-time.After(min(max(waited/10, 5*time.Millisecond), 250*time.Millisecond))
	}
}

// sharedBuffer is a buffer that can be written and read at the same time.
type sharedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

// Write appends.
func (b *sharedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

// String returns everything written so far.
func (b *sharedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}
