//go:build !unix

package peers

import (
	"os/exec"
	"testing"
)

// giveToServer and asServer have nothing to do where nobody is root.
func giveToServer(testing.TB, string) {}

func asServer(testing.TB, *exec.Cmd) {}
