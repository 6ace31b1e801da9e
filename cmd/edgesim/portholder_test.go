package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"
)

// TestTakenPort: an error for a taken port names its holder, where Linux reveals it.
func TestTakenPort(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	_, err = net.Listen("tcp", ln.Addr().String())
	err = cannotListen("listen", ln.Addr().String(), err)
	want := "the port is taken"
	if runtime.GOOS == "linux" {
		name, err := os.ReadFile("/proc/self/comm")
		if err != nil {
			t.Fatal(err)
		}
		want += fmt.Sprintf(" by %s (pid %d)", strings.TrimSpace(string(name)), os.Getpid())
	}
	var u usage
	if !errors.As(err, &u) || !strings.HasSuffix(err.Error(), want) || !strings.Contains(u.hint, "--listen 127.0.0.1:0") {
		t.Errorf("got %v, hint %q, want %q", err, u.hint, want)
	}
	ln.Close()
	if got := portHolder(ln.Addr().(*net.TCPAddr).Port); got != "" {
		t.Errorf("a port that nobody listens on is held by %q", got)
	}
}

// TestKeyLogFile: secrets are not written to a file that others can read.
func TestKeyLogFile(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/keys.log"
	f, err := keyLogFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	var u usage
	if _, err := keyLogFile(file); !errors.As(err, &u) || !strings.Contains(u.hint, "chmod 600") {
		t.Errorf("a file that others can read: got %v", err)
	}
}
