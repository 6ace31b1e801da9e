package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHistogram(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{0, 1, 7, 8, 15, 16, 17, 1000, time.Millisecond, time.Second, time.Hour} {
		b := bucketOf(d)
		if low, next := floor(b), floor(b+1); d < low || d >= next {
			t.Errorf("%d is in bucket %d, from %d to below %d", d, b, low, next)
		}
	}
	var h, other histogram
	if h.quantile(0.5) != 0 {
		t.Error("nothing has a median")
	}
	for i := range 100 {
		which := &h
		if i%2 == 0 {
			which = &other
		}
		which.note(time.Duration(i+1) * time.Millisecond)
	}
	h.add(&other)
	for share, want := range map[float64]time.Duration{0.5: 50 * time.Millisecond, 0.99: 99 * time.Millisecond} {
		if got := h.quantile(share); got > want || got < want*7/8 {
			t.Errorf("quantile %v: got %v, want %v or up to an eighth less", share, got, want)
		}
	}
}

// TestOwnLoad: every request is counted, and those that fail as errors.
func TestOwnLoad(t *testing.T) {
	t.Parallel()
	body := strings.Repeat("x", 5000)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "5000")
		if r.URL.Path == "/gone" {
			w.WriteHeader(http.StatusGone)
		}
		w.Write([]byte(body))
	}))
	defer server.Close()
	for path, fails := range map[string]bool{"/fine": false, "/gone": true} {
		s, err := ownLoad{}.run(t.Context(), server.URL+path, 3, 50*time.Millisecond)
		switch {
		case err != nil:
			t.Fatal(err)
		case s.Requests == 0 || s.P99 < s.P50 || s.Elapsed < 50*time.Millisecond:
			t.Errorf("%s: %+v", path, s)
		case fails && s.Errors != s.Requests, !fails && s.Errors != 0:
			t.Errorf("%s: %d requests, %d errors", path, s.Requests, s.Errors)
		}
	}
	server.Close()
	if s, _ := (ownLoad{}).run(t.Context(), server.URL, 1, 20*time.Millisecond); s.Errors == 0 || s.Requests != 0 {
		t.Errorf("nobody listens: %+v", s)
	}
}
