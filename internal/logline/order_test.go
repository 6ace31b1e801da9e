package logline_test

import (
	"slices"
	"testing"

	"github.com/edgesim/edgesim/internal/logline"
)

func TestSortFields(t *testing.T) {
	t.Parallel()
	got := []string{"zone", "detail", "uri", "time", "exchange", "method", "msg", "hint", "status", "level", "cause"}
	logline.SortFields(got)
	want := []string{"time", "level", "msg", "status", "method", "uri", "cause", "exchange", "detail", "hint", "zone"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
