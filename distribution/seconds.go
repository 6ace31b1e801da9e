package distribution

import (
	"math"
	"time"
)

// Seconds is a whole number of seconds as the API has it: TTLs and ages. Unlike a
// [time.Duration] it holds whatever a file says, so that a value out of range can be
// quoted as it was written.
type Seconds int64

// Duration returns the same time as a duration; one that is too long for that is
// the longest there is.
func (s Seconds) Duration() time.Duration {
	const most = Seconds(math.MaxInt64 / int64(time.Second))
	return time.Duration(max(min(s, most), -most)) * time.Second
}
