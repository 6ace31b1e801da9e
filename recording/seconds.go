package recording

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// seconds is a duration that is a number of seconds in JSON, with up to nine
// decimals.
type seconds time.Duration

// MarshalJSON writes the number, without zeros at its end.
func (s seconds) MarshalJSON() ([]byte, error) {
	sign, ns := "", int64(s)
	if ns < 0 {
		sign, ns = "-", -ns
	}
	text := fmt.Sprintf("%s%d.%09d", sign, ns/1e9, ns%1e9)
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), nil
}

// UnmarshalJSON reads any JSON number.
func (s *seconds) UnmarshalJSON(data []byte) error {
	whole, decimals, _ := strings.Cut(string(data), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err == nil && len(decimals) <= 9 && n < 9e9 && n > -9e9 {
		if ns, err := strconv.ParseInt((decimals + "000000000")[:9], 10, 64); err == nil {
			if strings.HasPrefix(whole, "-") {
				ns = -ns
			}
			*s = seconds(n*1e9 + ns)
			return nil
		}
	}
	f, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		return fmt.Errorf("reading seconds: %w", err)
	}
	*s = seconds(f * 1e9)
	return nil
}
