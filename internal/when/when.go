// Package when parses times as people type them: a time, a date, or how long ago it was.
// Flags, the API and overlays accept the same forms.
package when

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// forms are the forms of a time that people type, from the complete one to only the date.
// Without a zone it is UTC, as every time here is shown.
var forms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// Time parses a time as people type it: 2026-12-31T15:04:05Z, 2026-12-31 15:04, 2026-12-31.
// One without a zone is in UTC.
func Time(text string) (time.Time, error) {
	for _, form := range forms {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time like 2026-12-31 or 2026-12-31T15:04:05Z", text)
}

// Since parses a time as [Time] does, or how long before now it was: 5m, 1h30m, 7d, 2w.
func Since(text string, now time.Time) (time.Time, error) {
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		number, ok := strings.CutSuffix(text, unit)
		if n, err := strconv.ParseUint(number, 10, 16); ok && err == nil {
			return now.AddDate(0, 0, -days*int(n)), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	at, err := Time(text)
	if err != nil {
		return at, fmt.Errorf("%q is neither a time like 2026-12-31 or 2026-12-31T15:04:05Z nor a duration like 5m or 7d", text)
	}
	return at, nil
}
