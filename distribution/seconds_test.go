package distribution_test

import (
	"math"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

func TestSeconds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		seconds distribution.Seconds
		want    time.Duration
	}{
		{0, 0}, {90, 90 * time.Second}, {-1, -time.Second}, {3_153_600_000, 876_000 * time.Hour},
		{math.MaxInt64, 9_223_372_036 * time.Second}, {math.MinInt64, -9_223_372_036 * time.Second},
	} {
		if got := row.seconds.Duration(); got != row.want {
			t.Errorf("%d: got %v, want %v", row.seconds, got, row.want)
		}
	}
}
