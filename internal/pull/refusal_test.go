package pull_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pull"
)

// against pulls one distribution from a server of the test's own.
func against(t *testing.T, ctx context.Context, s *httptest.Server) (*pull.Report, error) {
	t.Helper()
	return pull.Run(ctx, pull.Options{IDs: []string{"E1"}, Folder: t.TempDir(), EndpointURL: s.URL, MaxBackoff: time.Millisecond, Load: newService(t).load()})
}

// TestWhichRefusalsAreTriedAgain counts the calls for one that is refused each time.
func TestWhichRefusalsAreTriedAgain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status    int
		body      string
		want      int32
		wantError string
	}{
		{429, "", 8, "after 8 attempts: GetDistribution: HTTP status 429"},
		{400, `<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`, 8, "Throttling: Rate exceeded"},
		{503, `<html>`, 8, "HTTP status 503"},
		{400, `<ErrorResponse><Error><Code>InvalidArgument</Code><Message>m</Message></Error></ErrorResponse>`, 1, "InvalidArgument: m"},
		{403, `<ErrorResponse><Error><Code>ExpiredToken</Code><Message>m</Message></Error></ErrorResponse>`, 1, "log in again"},
		{403, `<html>a proxy's page</html>`, 1, "GetDistribution: HTTP status 403"},
		{200, `not xml`, 1, "not XML"},
		{200, `<Distribution/>`, 1, "no configuration"},
	} {
		var calls atomic.Int32
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			calls.Add(1)
			w.WriteHeader(test.status)
			w.Write([]byte(test.body))
		}))
		defer s.Close()
		_, err := against(t, t.Context(), s)
		if calls.Load() != test.want || err == nil || !strings.Contains(err.Error(), test.wantError) {
			t.Errorf("status %d %s: %d calls, want %d; %v", test.status, test.body, calls.Load(), test.want, err)
		}
	}
}

// TestAClockThatIsWrongIsSetByTheAnswer has a service whose clock is an hour ahead.
func TestAClockThatIsWrongIsSetByTheAnswer(t *testing.T) {
	t.Parallel()
	inner := newService(t)
	fill(t, inner, "E1")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := time.Now().Add(time.Hour)
		w.Header().Set("Date", now.UTC().Format(http.TimeFormat))
		if at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date")); err != nil || now.Sub(at) > 5*time.Minute {
			fail(w, 403, "SignatureDoesNotMatch", "Signature expired")
			return
		}
		inner.ServeHTTP(w, r)
	}))
	defer s.Close()
	if report, err := against(t, t.Context(), s); err != nil || len(report.Distributions) != 1 || len(report.Denied) > 0 {
		t.Errorf("%v %+v", err, report)
	}
}

// TestAConnectionThatBreaksIsTriedAgain has a service that hangs up twice.
func TestAConnectionThatBreaksIsTriedAgain(t *testing.T) {
	t.Parallel()
	inner := newService(t)
	fill(t, inner, "E1")
	var calls atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch calls.Add(1) {
		case 1:
			panic(http.ErrAbortHandler)
		case 2: // in the middle of the answer
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("<Distribution>"))
			panic(http.ErrAbortHandler)
		}
		inner.ServeHTTP(w, r)
	}))
	defer s.Close()
	if report, err := against(t, t.Context(), s); err != nil || len(report.Distributions) != 1 {
		t.Errorf("%v %+v", err, report)
	}
}

func TestPullEndsWhenItIsCanceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cancel()
		w.WriteHeader(503)
	}))
	defer s.Close()
	if _, err := against(t, ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
