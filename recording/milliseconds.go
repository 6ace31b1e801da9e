package recording

import (
	"fmt"
	"strconv"
	"time"
)

// milliseconds is a duration that is a number of milliseconds in JSON, with up to six
// decimals, so that rounding neither loses nor adds a nanosecond.
type milliseconds time.Duration

// MarshalJSON writes the number, without zeros at its end.
func (m milliseconds) MarshalJSON() ([]byte, error) {
	return appendMilliseconds(nil, time.Duration(m)), nil
}

func appendMilliseconds(b []byte, d time.Duration) []byte {
	ns := uint64(d)
	if d < 0 {
		b, ns = append(b, '-'), -ns
	}
	b = strconv.AppendUint(b, ns/1e6, 10)
	rest := ns % 1e6
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for unit := uint64(1e5); rest > 0; unit /= 10 {
		b = append(b, byte('0'+rest/unit))
		rest %= unit
	}
	return b
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
