package recording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// milliseconds is a duration that is a number of milliseconds in JSON, with up
// to six decimals, so that no nanosecond is lost or made up by rounding.
type milliseconds time.Duration

// MarshalJSON writes the number, without zeros at its end.
func (m milliseconds) MarshalJSON() ([]byte, error) {
	sign, ns := "", int64(m)
	if ns < 0 {
		sign, ns = "-", -ns
	}
	text := fmt.Sprintf("%s%d.%06d", sign, ns/1e6, ns%1e6)
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), nil
}

// UnmarshalJSON reads the number. It accepts any JSON number and rounds it to
// nanoseconds.
func (m *milliseconds) UnmarshalJSON(data []byte) error {
	f, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		return fmt.Errorf("reading milliseconds: %w", err)
	}
	ns := f * 1e6
	if ns >= 0 {
		ns += 0.5
	} else {
		ns -= 0.5
	}
	*m = milliseconds(ns)
	return nil
}
