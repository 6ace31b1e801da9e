package page_test

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestRestart: when the edge is gone the page says so, and goes on when it is back.
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
	b.shows("#banner:not([hidden])", "The edge does not answer")
	again := serveArgs(t, e, "--origin", "http://127.0.0.1:1")
	b.wait(`document.getElementById("banner").hidden`)
	after := again.get(t, "/after")
	b.wait(`document.querySelector('` + row(after) + ` [data-cause="connect-refused"]')`)
	b.excuse("Failed to load resource")
}

// TestBrokenStore: while nothing can be recorded the banner says why, and what
// happens is shown nevertheless.
func TestBrokenStore(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "recordings")
	e := serve(t, http.NotFoundHandler(), "--record", dir)
	e.get(t, "/before")
	b := open(t, e, "/exchanges")
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings in %s: %v", dir, err)
	}
	for _, f := range files { // the database is not one any more
		if err := os.WriteFile(f, []byte("not a database, but longer than the head of one, so that it is looked at and refused as such"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var id string
	b.wait(`document.querySelector(".row")`)
	for range 20 {
		id = e.get(t, "/while-broken")
	}
	b.wait(`document.querySelector('` + row(id) + `')`)
	b.shows("#banner:not([hidden])", "not ready")
	b.excuse("Failed to load resource")
}
