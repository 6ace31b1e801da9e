//go:build !linux

package lambda

import "os/exec"

// setGroup does nothing here: a process ends when its pipe is closed.
func setGroup(*exec.Cmd) {}

// killGroup kills a process.
func killGroup(c *exec.Cmd) {
	if c.Process != nil {
		c.Process.Kill()
	}
}
