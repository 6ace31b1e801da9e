package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/internal/ingest"
)

// TestChangeWhileReading: a file that changes after it was read and before the
// reload is over is read again, where watching goes by stamps.
func TestChangeWhileReading(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "edgesim.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("first")
	log := logrus.New()
	log.SetOutput(io.Discard)
	changes := true
	r := &reloader{program: &program{log: log}, current: &ingest.Result{Files: []string{file}}, read: func() (*ingest.Result, error) {
		if changes {
			write("second, and longer")
		}
		return nil, errors.New("half written")
	}}
	if slices.Equal(r.reread(), stampsOf(r.files())) {
		t.Error("the change is not seen")
	}
	changes = false
	if !slices.Equal(r.reread(), stampsOf(r.files())) {
		t.Error("a change is seen where nothing changed")
	}
}
