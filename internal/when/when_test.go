package when_test

import (
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/when"
)

func TestSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"5m": "2026-12-31T11:55:00Z", "7d": "2026-12-24T12:00:00Z", "2w": "2026-12-17T12:00:00Z",
		"2026-12-30": "2026-12-30T00:00:00Z", "2026-12-30 15:04": "2026-12-30T15:04:00Z",
		"2026-12-30T01:00:00+01:00": "2026-12-30T00:00:00Z", "2026-12-30T15:04:05": "2026-12-30T15:04:05Z",
		"": "", "-5m": "", "-1d": "", "d": "", "99999999d": "", "yesterday": "", "2026-13-01": "",
	} {
		got, err := when.Since(text, now)
		if (err != nil) != (want == "") || err == nil && got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%q: got %v, %v, want %q", text, got, err, want)
		}
	}
}
