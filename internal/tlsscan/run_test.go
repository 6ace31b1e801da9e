package tlsscan_test

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/edgesim/edgesim/internal/tlsscan"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// TestRunKeepsItsLimits: whatever the answers, no more is asked than the options allow, and
// an origin that cannot be asked returns the cause.
func TestRunKeepsItsLimits(t *testing.T) {
	t.Parallel()
	refused := policy.NewCause(policy.CauseConnectRefused, "nothing listens", nil)
	for _, row := range []struct {
		name   string
		answer tlsscan.Answer
		cause  *policy.Cause
		most   int32
	}{
		{"nobody listens", tlsscan.Answer{}, refused, 7},
		{"silence", tlsscan.Answer{TimedOut: true}, nil, 7},
		{"alerts", tlsscan.Answer{Flight: tlswire.Flight{Alert: &tlswire.Alert{Level: 2, Description: 40}, RecordVersion: 0x0303}}, nil, 7},
		{"another protocol", tlsscan.Answer{Flight: tlswire.Flight{NotTLS: []byte("SSH-2.0")}}, nil, 7},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var asked, open, most atomic.Int32
			origin := tlsscan.Origin{Host: "o.example:443", SNI: "o.example", Ask: func(context.Context, *tlswire.SentHello) (tlsscan.Answer, *policy.Cause) {
				asked.Add(1)
				most.Store(max(most.Load(), open.Add(1)))
				defer open.Add(-1)
				return row.answer, row.cause
			}}
			report, cause := tlsscan.Run(t.Context(), origin, tlsscan.Options{MaxConnections: 7, Parallelism: 3})
			if cause != row.cause || (report == nil) != (row.cause != nil) {
				t.Errorf("report %v, cause %v, want cause %v", report, cause, row.cause)
			}
			if asked.Load() == 0 || asked.Load() > row.most || most.Load() > 3 {
				t.Errorf("asked %d times, %d at a time; allowed: %d, 3", asked.Load(), most.Load(), row.most)
			}
			if report != nil && (report.Connections != int(asked.Load()) || report.Host != origin.Host || len(report.Spoken()) != 0) {
				t.Errorf("report %+v after %d questions", report, asked.Load())
			}
		})
	}
}
