//go:build !unix

package peers

import (
	"os/exec"
	"testing"
)

// giveToServer and asServer do nothing on systems without root.
func giveToServer(testing.TB, string) {}

func asServer(testing.TB, *exec.Cmd) {}
