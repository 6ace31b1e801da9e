package distribution

import (
	"math"
	"time"
)

// Seconds is a whole number of seconds, as in the API: a TTL or an age. Unlike a
// [time.Duration], it holds whatever a file contains, so that an out-of-range value
// can be quoted as written.
type Seconds int64

// Duration returns s as a [time.Duration]. A value that does not fit is clamped to
// the longest duration.
func (s Seconds) Duration() time.Duration {
	const most = Seconds(math.MaxInt64 / int64(time.Second))
	return time.Duration(max(min(s, most), -most)) * time.Second
}
