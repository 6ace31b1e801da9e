package recording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// whenForms are the forms of a time that people type, from the whole one to the
// date alone. One without a zone is in UTC, as every time here is shown.
var whenForms = []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly}

// ParseTime reads a time as people type it: 2026-12-31T15:04:05Z, 2026-12-31 15:04,
// 2026-12-31. One without a zone is in UTC.
func ParseTime(text string) (time.Time, error) {
	for _, form := range whenForms {
		if at, err := time.Parse(form, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time like 2026-12-31 or 2026-12-31T15:04:05Z", text)
}

// ParseSince reads a time as [ParseTime] does, or how long before now it was: 5m,
// 1h30m, 7d, 2w.
func ParseSince(text string, now time.Time) (time.Time, error) {
	for unit, days := range map[string]int{"d": 1, "w": 7} {
		number, ok := strings.CutSuffix(text, unit)
		if n, err := strconv.ParseUint(number, 10, 16); ok && err == nil {
			return now.AddDate(0, 0, -days*int(n)), nil
		}
	}
	if d, err := time.ParseDuration(text); err == nil && d >= 0 {
		return now.Add(-d), nil
	}
	at, err := ParseTime(text)
	if err != nil {
		return at, fmt.Errorf("%q is neither a time like 2026-12-31 or 2026-12-31T15:04:05Z nor a duration like 5m or 7d", text)
	}
	return at, nil
}
