package faults_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/policy"
)

// request is one that every field of a fault can go by.
var request = faults.Request{Method: "GET", Path: "/api/users", Behavior: "/api/*", Origin: "app"}

// forced counts how many of n requests a set forces.
func forced(s *faults.Set, r faults.Request, n int) int {
	count := 0
	for range n {
		if s.Decide(r) != nil {
			count++
		}
	}
	return count
}

func TestFits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		fault faults.Fault
		want  bool
	}{
		{"everything", faults.Fault{}, true},
		{"the origin", faults.Fault{Origin: "app"}, true},
		{"another origin", faults.Fault{Origin: "App"}, false},
		{"the behavior", faults.Fault{Behavior: "/api/*"}, true},
		{"another behavior", faults.Fault{Behavior: "*"}, false},
		{"the path", faults.Fault{Path: "/api/users"}, true},
		{"a pattern of paths", faults.Fault{Path: "/api/*"}, true},
		{"any path", faults.Fault{Path: "*"}, true},
		{"another path", faults.Fault{Path: "/api/user"}, false},
		{"the method", faults.Fault{Method: "get"}, true},
		{"another method", faults.Fault{Method: "POST"}, false},
		{"all of it", faults.Fault{Origin: "app", Behavior: "/api/*", Path: "/api/u*", Method: "GET"}, true},
		{"all but one of it", faults.Fault{Origin: "app", Behavior: "/api/*", Path: "/api/u*", Method: "PUT"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.fault.Cause = policy.CauseConnectRefused
			var s faults.Set
			if err := s.Add(row.fault); err != nil {
				t.Fatal(err)
			}
			if got := s.Decide(request) != nil; got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

// TestNext proves that a fault ends after its requests, that the next one is used then, and
// that the list says what happened.
func TestNext(t *testing.T) {
	t.Parallel()
	var s faults.Set
	err := s.Add(
		faults.Fault{Cause: policy.CauseDNSFailure, Next: 2},
		faults.Fault{ID: "mine", Cause: policy.CauseConnectReset, Next: 1, Latency: faults.Duration(time.Second)},
	)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 4 {
		if f := s.Decide(request); f != nil {
			got = append(got, f.ID+" "+string(f.Cause)+" "+f.Latency.String())
		}
	}
	if want := "fault-1 dns-failure 0s, fault-1 dns-failure 0s, mine connect-reset 1s"; strings.Join(got, ", ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
	data, err := json.Marshal(s.List())
	const want = `[{"id":"fault-1","cause":"dns-failure","next":2,"forced":2,"remaining":0},` +
		`{"id":"mine","cause":"connect-reset","latency":"1s","next":1,"forced":1,"remaining":0}]`
	if err != nil || string(data) != want {
		t.Errorf("got %s (%v)", data, err)
	}
	if n := s.Reset(); n != 2 || len(s.List()) != 0 || s.Decide(request) != nil {
		t.Errorf("Reset: got %d, and %v is left", n, s.List())
	}
}

// TestShare proves that a share takes about its part, the same requests for the
// same seed and others for another.
func TestShare(t *testing.T) {
	t.Parallel()
	sequence := func(seed uint64) string {
		var s faults.Set
		if err := s.Add(faults.Fault{Cause: policy.CauseOriginClosed, Share: 0.25, Seed: seed}); err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for range 1000 {
			b.WriteString(map[bool]string{true: "x", false: "."}[s.Decide(request) != nil])
		}
		return b.String()
	}
	first := sequence(7)
	if n := strings.Count(first, "x"); n < 200 || n > 300 {
		t.Errorf("a quarter of 1000 came to %d", n)
	}
	if sequence(7) != first {
		t.Error("the same seed took other requests")
	}
	if sequence(8) == first {
		t.Error("another seed took the same requests")
	}
	var s faults.Set
	if err := s.Add(faults.Fault{Cause: policy.CauseOriginClosed, Share: 0.5, Next: 3}); err != nil {
		t.Fatal(err)
	}
	if got := forced(&s, request, 1000); got != 3 {
		t.Errorf("the next 3 at one half: got %d, want 3", got)
	}
}

// TestReplace proves that a list is taken whole or not at all.
func TestReplace(t *testing.T) {
	t.Parallel()
	s := faults.For(&distribution.Distribution{
		Origins: []distribution.Origin{{ID: "app"}}, DefaultBehavior: distribution.CacheBehavior{PathPattern: "*"},
		Behaviors: []distribution.CacheBehavior{{PathPattern: "/api/*"}},
	})
	good := faults.Fault{Cause: policy.CauseCertExpired, Origin: "app", Behavior: "/api/*"}
	if err := s.Replace([]faults.Fault{good}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		field string
		fault faults.Fault
	}{
		{"cause", faults.Fault{}},
		{"cause", faults.Fault{Cause: "expired"}},
		{"cause", faults.Fault{Cause: policy.CauseViewerUnknownHost}},
		{"latency", faults.Fault{Cause: policy.CauseCertExpired, Latency: -1}},
		{"latency", faults.Fault{Cause: policy.CauseCertExpired, Latency: faults.Duration(time.Hour)}},
		{"path", faults.Fault{Cause: policy.CauseCertExpired, Path: "api"}},
		{"path", faults.Fault{Cause: policy.CauseCertExpired, Path: "/" + strings.Repeat("a", 255)}},
		{"next", faults.Fault{Cause: policy.CauseCertExpired, Next: -1}},
		{"share", faults.Fault{Cause: policy.CauseCertExpired, Share: 1.5}},
		{"share", faults.Fault{Cause: policy.CauseCertExpired, Share: math.NaN()}},
		{"origin", faults.Fault{Cause: policy.CauseCertExpired, Origin: "ap"}},
		{"behavior", faults.Fault{Cause: policy.CauseCertExpired, Behavior: "/ap"}},
		{"id", faults.Fault{Cause: policy.CauseCertExpired, ID: "fault-1"}},
	} {
		err := s.Replace([]faults.Fault{good, row.fault})
		var bad *faults.Error
		if !errors.As(err, &bad) || bad.Field != row.field {
			t.Errorf("%+v: got %v, want an error about %s", row.fault, err, row.field)
		}
	}
	err := s.Replace(make([]faults.Fault, faults.MaxFaults+1))
	if err == nil {
		t.Error("more than the largest number were taken")
	}
	if list := s.List(); len(list) != 1 || list[0].Fault.Cause != policy.CauseCertExpired || list[0].ID != "fault-1" {
		t.Errorf("after refusals: got %+v, want the first list as it was", list)
	}
}

// TestNil proves that no set at all forces nothing.
func TestNil(t *testing.T) {
	t.Parallel()
	var s *faults.Set
	if s.Decide(request) != nil || s.Reset() != 0 || len(s.List()) != 0 {
		t.Error("a nil set does something")
	}
}

// TestConcurrent proves that the next 100 are 100, also with concurrent requests.
func TestConcurrent(t *testing.T) {
	t.Parallel()
	var s faults.Set
	if err := s.Add(faults.Fault{Cause: policy.CauseOriginClosed, Next: 100}); err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() { forced(&s, request, 50); s.List() })
	}
	wait.Wait()
	if left := *s.List()[0].Remaining; left != 0 {
		t.Errorf("%d remain", left)
	}
}
