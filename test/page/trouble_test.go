package page_test

import (
	"bytes"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestRestart: when the edge is gone the page says so, and resumes when it is back.
func TestRestart(t *testing.T) {
	t.Parallel()
	e := serve(t, http.NotFoundHandler())
	before := e.get(t, "/before")
	b := open(t, e, "/exchanges")
	b.wait(`document.querySelector('` + row(before) + `')`)
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	e.ExitCode(t, 20*time.Second)
	b.shows("#banner:not([hidden])", "The edge is not responding")
	again := serveArgs(t, e, "--origin", "http://127.0.0.1:"+unused(t))
	b.wait(`document.getElementById("banner").hidden`)
	after := again.get(t, "/after")
	b.wait(`document.querySelector('` + row(after) + ` [data-cause="connect-refused"]')`)
	b.excuse("Failed to load resource")
}

// TestBrokenStore: while nothing can be recorded the banner says why, and what
// happens is shown nevertheless.
func TestBrokenStore(t *testing.T) {
	t.Parallel()
	disk := peers.SmallDisk(t, 4<<20)
	e := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write(bytes.Repeat([]byte("much"), 8<<10))
	}), "--record", filepath.Join(disk, "recordings"))
	e.get(t, "/before")
	b := open(t, e, "/exchanges")
	b.wait(`document.querySelector(".row")`)
	fill(t, filepath.Join(disk, "full"))
	for range 40 {
		e.get(t, "/while-broken")
	}
	b.shows("#banner:not([hidden])", "cannot be recorded", "no space left")
	id := e.get(t, "/still-shown")
	b.wait(`document.querySelector('` + row(id) + `')`)
	b.excuse("Failed to load resource")
}

// fill writes a file until the disk is full.
func fill(t testing.TB, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, block := range []int{64 << 10, 1 << 10, 1} {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, block))
		}
	}
}

// unused is a port without a listener.
func unused(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
