package main

import (
	"os"
	"testing"
)

// TestMain lets the test binary be its own child process, as the program is.
func TestMain(m *testing.M) {
	if ranAsChild() {
		return
	}
	os.Exit(m.Run())
}
