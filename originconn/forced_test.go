package originconn_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestForced plays failures on fake time: each takes the attempts and the time
// that the real one takes, and opens no connection.
func TestForced(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		forced     originconn.Forced
		post       bool
		completion time.Duration
		rule       policy.RuleID
		cause      policy.CauseName
		attempts   int
		took       time.Duration
	}{
		{"a name that does not resolve", originconn.Forced{Cause: policy.CauseDNSFailure}, false, 0, "CF-DNS-01", policy.CauseDNSFailure, 1, 0},
		{"a refused connection, tried again", originconn.Forced{Cause: policy.CauseConnectRefused}, false, 0, "CF-CONN-08", policy.CauseConnectRefused, 3, 0},
		{"a connection timeout, of a POST too", originconn.Forced{Cause: policy.CauseConnectTimeout}, true, 0, "CF-CONN-09", policy.CauseConnectTimeout, 3, 30 * time.Second},
		{"a connection timeout cut short", originconn.Forced{Cause: policy.CauseConnectTimeout, Latency: time.Second}, false, 0, "CF-CONN-09", policy.CauseConnectTimeout, 3, 3 * time.Second},
		{"a certificate, not tried again", originconn.Forced{Cause: policy.CauseCertExpired, Latency: time.Second}, false, 0, "CF-CERT-01", policy.CauseCertExpired, 1, time.Second},
		{"a response timeout of a GET", originconn.Forced{Cause: policy.CauseResponseTimeout}, false, 0, "CF-TIME-04", policy.CauseResponseTimeout, 3, 90 * time.Second},
		{"a response timeout of a POST", originconn.Forced{Cause: policy.CauseResponseTimeout}, true, 0, "CF-TIME-05", policy.CauseResponseTimeout, 1, 30 * time.Second},
		{"a completion timeout", originconn.Forced{Cause: policy.CauseResponseCompletionTimeout}, false, 40 * time.Second, "CF-TIME-07", policy.CauseResponseCompletionTimeout, 1, 40 * time.Second},
		{"a response timeout within a completion timeout", originconn.Forced{Cause: policy.CauseResponseTimeout}, false, 40 * time.Second, "CF-TIME-07", policy.CauseResponseCompletionTimeout, 2, 40 * time.Second},
		{"a closed connection", originconn.Forced{Cause: policy.CauseOriginClosed}, false, 0, "CF-ERR-04", policy.CauseOriginClosed, 1, 0},
		{"an origin slower than the response timeout", originconn.Forced{Latency: time.Minute}, false, 0, "CF-TIME-04", policy.CauseResponseTimeout, 3, 90 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := pipes(t)
				request := get()
				if row.post {
					request = post("hello")
				}
				row.forced.By = "fault-1"
				request.Forced = &row.forced
				target := defaults()
				target.CompletionTimeout = row.completion
				started := time.Now()
				result := client.Do(t.Context(), target, request)
				if took := time.Since(started); took != row.took {
					t.Errorf("it took %v, want %v", took, row.took)
				}
				c := result.Cause
				if c == nil || c.Name != row.cause || c.Rule != row.rule || len(result.Attempts) != row.attempts {
					t.Fatalf("got %v after %d attempts, want %s %s after %d", c, len(result.Attempts), row.rule, row.cause, row.attempts)
				}
				if !strings.Contains(c.Detail, "forced by fault-1") || c.Sentence != row.cause.Spec().Sentence || c.Hint == "" && row.completion == 0 {
					t.Errorf("the cause does not say that it was forced: %+v", c)
				}
			})
		})
	}
}

// TestForcedLatency proves that an origin is asked after a latency that the
// response timeout allows, and that a viewer who leaves meanwhile ends it.
func TestForcedLatency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := pipes(t, says("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"))
		request := get()
		request.Forced = &originconn.Forced{By: "fault-1", Latency: 20 * time.Second}
		started := time.Now()
		result := client.Do(t.Context(), defaults(), request)
		if took := time.Since(started); result.Cause != nil || took != 20*time.Second || result.Attempts[0].Phases.Wait != took {
			t.Fatalf("got %v after %v, of which %v were waiting", result.Cause, took, result.Attempts[0].Phases.Wait)
		}
		if body, err := io.ReadAll(result.Response.Body); string(body) != "ok" || err != nil {
			t.Errorf("body: got %q, %v", body, err)
		}
		result.Response.Body.Close()
	})
	synctest.Test(t, func(t *testing.T) {
		for _, forced := range []originconn.Forced{{Latency: 20 * time.Second}, {Cause: policy.CauseConnectTimeout}} {
			client := pipes(t)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			request := get()
			request.Forced = &forced
			started := time.Now()
			result := client.Do(ctx, defaults(), request)
			cancel()
			if took := time.Since(started); result.Cause == nil || result.Cause.Name != policy.CauseViewerAborted ||
				took != 5*time.Second || !errors.Is(result.Cause, context.DeadlineExceeded) {
				t.Errorf("%+v: got %v after %v", forced, result.Cause, took)
			}
		}
	})
}
