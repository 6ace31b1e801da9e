package policy

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
)

// ServerTimingFacts is what Server-Timing reports about a response.
type ServerTimingFacts struct {
	// Kept says that the response is from a cache: here, the error cache.
	Kept bool
	// Fetched says that an origin sent the response.
	Fetched bool
	// Resolve and Connect are the times to resolve the name and to connect,
	// including TLS; 0 for a reused connection. Wait is the time from sending the
	// request to the first byte of the response.
	Resolve, Connect, Wait time.Duration
	// FirstByte is the time from receiving the viewer's request to starting the
	// response.
	FirstByte time.Duration
	// POP is the edge location, and ID the exchange's id.
	POP, ID string
	// Origin holds the values of the origin's own Server-Timing.
	Origin []string
}

// ServerTiming returns the value of Server-Timing, in the order and syntax of the
// documented example: cdn-upstream-*, cdn-cache-miss or -hit, cdn-pop, cdn-rid,
// cdn-downstream-fbl (CF-REQ-71). The origin's own values come last in the same
// field.
func ServerTiming(f ServerTimingFacts) string {
	var b strings.Builder
	if f.Fetched {
		b.WriteString(`cdn-upstream-layer;desc="EDGE",cdn-upstream-dns;dur=` + milliseconds(f.Resolve))
		b.WriteString(",cdn-upstream-connect;dur=" + milliseconds(f.Connect))
		b.WriteString(",cdn-upstream-fbl;dur=" + milliseconds(f.Wait) + ",")
	}
	cache, layer := "cdn-cache-miss", ""
	if f.Kept {
		cache, layer = "cdn-cache-hit", `,cdn-hit-layer;desc="EDGE"`
	}
	b.WriteString(cache + `,cdn-pop;desc="` + f.POP + `",cdn-rid;desc="` + f.ID + `"` + layer)
	b.WriteString(",cdn-downstream-fbl;dur=" + milliseconds(f.FirstByte))
	for _, value := range f.Origin {
		if value != "" {
			b.WriteString("," + value)
		}
	}
	return b.String()
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10)
}

// draw turns an id into a number from 0 up to, but not including, 100, with the four
// decimal places that a sampling rate can have.
func draw(id string) float64 {
	h := fnv.New64a()
	h.Write([]byte(id))
	return float64(h.Sum64()%1_000_000) / 10_000
}
