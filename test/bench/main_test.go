package main

import (
	"os"
	"testing"
)

// TestMain lets the test binary be a child of its own, as the program is.
func TestMain(m *testing.M) {
	if ranAsChild() {
		return
	}
	os.Exit(m.Run())
}
