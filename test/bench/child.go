package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// child is a process started by this one. Only child may wait for it.
type child struct {
	name string
	cmd  *exec.Cmd
	// log is the file with its output.
	log string
	// done is closed when it has ended, with err as the reason.
	done chan struct{}
	err  error
}

// start starts a program with its output in a file in the site's folder. When ctx ends, the
// child is stopped; otherwise the caller stops it.
func (s *site) start(ctx context.Context, name string, cmd *exec.Cmd) (*child, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	log, err := os.CreateTemp(s.dir, name+".*.log")
	if err != nil {
		return nil, err
	}
	defer log.Close()
	cmd.Stderr = log
	if cmd.Stdout == nil && cmd.Env == nil {
		cmd.Stdout = log
	}
	separate(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	c := &child{name: name, cmd: cmd, log: log.Name(), done: make(chan struct{})}
	go c.wait()
	context.AfterFunc(ctx, c.stop)
	return c, nil
}

// wait records the end of the process.
func (c *child) wait() {
	c.err = c.cmd.Wait()
	close(c.done)
}

// stop ends the process and everything it started, and waits for that. It may be called
// more than once.
func (c *child) stop() {
	terminate(c.cmd)
	select {
	case <-c.done:
	case <-time.After(3 * time.Second):
		kill(c.cmd)
		<-c.done
	}
}

// waitFor waits until the child accepts connections at an address.
func (c *child) waitFor(ctx context.Context, address string) error {
	deadline := time.Now().Add(10 * time.Second)
	for time.Now().Before(deadline) {
		conn, err := net.Dial("tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-c.done:
			return c.failure(fmt.Errorf("it ended at once: %w", errors.Join(c.err)))
		case <-time.After(2 * time.Millisecond):
		}
	}
	c.stop()
	return c.failure(fmt.Errorf("it does not listen at %s", address))
}

// failure adds the child's last output to an error.
func (c *child) failure(err error) error {
	said, _ := os.ReadFile(c.log)
	if more, _ := os.ReadFile(filepath.Join(filepath.Dir(c.log), c.name+".error.log")); len(more) > 0 {
		said = append(said, more...)
	}
	lines := strings.Split(strings.TrimSpace(string(said)), "\n")
	if n := len(lines); n > 5 {
		lines = lines[n-5:]
	}
	return fmt.Errorf("%s: %w\n%s", c.name, err, strings.Join(lines, "\n"))
}

// installed looks for a program, including where Debian puts servers.
func installed(name string) (string, bool) {
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, true
		}
	}
	return "", false
}
