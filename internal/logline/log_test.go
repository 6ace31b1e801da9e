package logline_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// exampleExchange is one that failed.
func exampleExchange() *recording.Exchange {
	e := &recording.Exchange{ID: "id==", Duration: 1234567 * time.Nanosecond, Origin: "shop"}
	e.Viewer = recording.Viewer{Method: "GET", Host: "a.example", URI: "/x?y"}
	e.Response = recording.Response{Status: 502, BodyBytes: 42}
	e.Attempts = []*originconn.Attempt{{Address: "192.0.2.1:443"}, {Address: "192.0.2.2:443"}}
	e.Cause = policy.NewCause(policy.CauseCertExpired, "it ended yesterday", nil)
	return e
}

// throughLogrus is its formatter without the short way.
type throughLogrus struct{}

func (throughLogrus) Format(e *logrus.Entry) ([]byte, error) {
	return (&logrus.JSONFormatter{}).Format(e)
}

func TestLog(t *testing.T) {
	t.Parallel()
	fine := exampleExchange()
	fine.Cause, fine.Attempts, fine.Origin = nil, nil, ""
	fine.Response.Status = 301
	quoted := exampleExchange()
	quoted.Cause, quoted.Attempts, quoted.Origin = nil, nil, ""
	quoted.Response.Status, quoted.Viewer.URI, quoted.Duration = 301, "/\"\\<é\x01", 2*time.Millisecond
	slashed := exampleExchange()
	slashed.Cause, slashed.Attempts, slashed.Origin = nil, nil, ""
	slashed.Response.Status, slashed.Viewer.URI, slashed.Duration = 301, `/a\b`, 2*time.Millisecond
	tests := []struct {
		name     string
		exchange *recording.Exchange
		level    logrus.Level
		want     map[string]any
	}{
		{"cause", exampleExchange(), logrus.InfoLevel, map[string]any{
			"level": "warning", "msg": "exchange", "exchange": "id==", "method": "GET", "host": "a.example", "uri": "/x?y",
			"status": 502.0, "cause": "cert-expired", "rule": "CF-CERT-01", "detail": "it ended yesterday", "origin": "shop",
			"address": "192.0.2.2:443", "attempts": 2.0, "duration_ms": 1.235, "bytes": 42.0,
		}},
		{"fine", fine, logrus.InfoLevel, map[string]any{
			"level": "info", "msg": "exchange", "exchange": "id==", "method": "GET", "host": "a.example", "uri": "/x?y",
			"status": 301.0, "duration_ms": 1.235, "bytes": 42.0,
		}},
		{"text that needs quotes", quoted, logrus.InfoLevel, map[string]any{
			"level": "info", "msg": "exchange", "exchange": "id==", "method": "GET", "host": "a.example", "uri": "/\"\\<é\x01",
			"status": 301.0, "duration_ms": 2.0, "bytes": 42.0,
		}},
		{"text with a backslash", slashed, logrus.InfoLevel, map[string]any{
			"level": "info", "msg": "exchange", "exchange": "id==", "method": "GET", "host": "a.example", "uri": `/a\b`,
			"status": 301.0, "duration_ms": 2.0, "bytes": 42.0,
		}},
		{"fine, at level warn", fine, logrus.WarnLevel, nil},
		{"cause, at level error", exampleExchange(), logrus.ErrorLevel, nil},
	}
	formatters := []logrus.Formatter{&logrus.JSONFormatter{}, throughLogrus{}}
	for _, test := range tests {
		for _, formatter := range formatters {
			t.Run(fmt.Sprintf("%s, %T", test.name, formatter), func(t *testing.T) {
				t.Parallel()
				var out bytes.Buffer
				logger := logrus.New()
				logger.SetOutput(&out)
				logger.SetLevel(test.level)
				logger.SetFormatter(formatter)
				(&logline.Log{Logger: logger}).Record(test.exchange)
				var got map[string]any
				if out.Len() > 0 {
					if err := json.Unmarshal(out.Bytes(), &got); err != nil {
						t.Fatal(err)
					}
					delete(got, "time")
				}
				if !reflect.DeepEqual(got, test.want) {
					t.Errorf("got  %v\nwant %v", got, test.want)
				}
			})
		}
	}
}

// TestLogOff: a level that is off costs nothing.
func TestLogOff(t *testing.T) {
	logger := logrus.New()
	logger.SetOutput(io.Discard)
	logger.SetLevel(logrus.ErrorLevel)
	log, e := &logline.Log{Logger: logger}, exampleExchange()
	if got := testing.AllocsPerRun(100, func() { log.Record(e) }); got != 0 {
		t.Errorf("got %v allocations, want 0", got)
	}
}
