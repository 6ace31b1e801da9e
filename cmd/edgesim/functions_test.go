package main

import (
	"slices"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
)

// TestFunctionFiles: what --watch looks at besides the configuration.
func TestFunctionFiles(t *testing.T) {
	t.Parallel()
	got := functionFiles(&ingest.Overlay{
		Functions: map[string]string{"a": "a.js"}, Stores: map[string]string{"s": "s.json"},
		Lambdas: map[string]ingest.Lambda{"l": {File: "l.mjs"}, "e": {Endpoint: "http://127.0.0.1:1"}},
	})
	if !slices.Equal(got, []string{"a.js", "l.mjs", "s.json"}) || functionFiles(nil) != nil {
		t.Errorf("got %v", got)
	}
}
