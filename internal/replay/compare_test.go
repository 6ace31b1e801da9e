package replay_test

import (
	"errors"
	"net/http"
	"reflect"
	"testing"

	"github.com/edgesim/edgesim/internal/replay"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

func TestCompare(t *testing.T) {
	t.Parallel()
	before := func() *recording.Exchange {
		return &recording.Exchange{ID: "BEFORE", Response: recording.Response{
			Status: 200, Header: http.Header{"Content-Type": {"text/plain"}, "Date": {"then"}, "Set-Cookie": {"a=[redacted 3 bytes #00000000]"}},
			Body: []byte("id BEFORE"), BodyBytes: 9,
		}}
	}
	after := func() *replay.Seen {
		return &replay.Seen{
			Status: 200, Body: []byte("id AFTER"),
			Header: http.Header{"Content-Type": {"text/plain"}, "Date": {"now"}, "X-Amz-Cf-Id": {"AFTER"}, "X-Edgesim-Exchange": {"AFTER"}, "Set-Cookie": {"a=new"}},
		}
	}
	for _, row := range []struct {
		name   string
		before func(*recording.Exchange)
		after  func(*replay.Seen)
		want   []replay.Change
	}{
		{"nothing", nil, nil, nil},
		{"status", nil, func(s *replay.Seen) { s.Status = 201 }, []replay.Change{{"status", "200", "201"}}},
		{"a cause", nil, func(s *replay.Seen) { s.Header.Set("X-Edgesim-Cause", "CF-DNS-01 dns-failure") }, []replay.Change{{"cause", "", "CF-DNS-01 dns-failure"}}},
		{"no cause any more", func(e *recording.Exchange) { e.Cause = policy.NewCause(policy.CauseDNSFailure, "", nil) }, nil, []replay.Change{{"cause", "CF-DNS-01 dns-failure", ""}}},
		{"a cause, and an edge that tells none", func(e *recording.Exchange) { e.Cause = policy.NewCause(policy.CauseDNSFailure, "", nil) },
			func(s *replay.Seen) { s.Header.Del("X-Edgesim-Exchange") }, nil},
		{"cut short", nil, func(s *replay.Seen) { s.Err = errors.New("unexpected EOF") }, []replay.Change{{"cause", "", "cut short: unexpected EOF"}}},
		{"header", nil, func(s *replay.Seen) { s.Header["Content-Type"], s.Header["X-New"] = nil, []string{"1", "2"} },
			[]replay.Change{{"header Content-Type", "text/plain", ""}, {"header X-New", "", "1, 2"}}},
		{"redacted and gone", nil, func(s *replay.Seen) { s.Header.Del("Set-Cookie") }, []replay.Change{{"header Set-Cookie", "a=[redacted 3 bytes #00000000]", ""}}},
		{"body", nil, func(s *replay.Seen) { s.Body = []byte("other") }, []replay.Change{{"body", "9 bytes, sha256 ca3b39e175fd", "5 bytes, sha256 d9298a10d1b0"}}},
		{"body recorded in part", func(e *recording.Exchange) { e.Response.Body, e.Response.Truncated = []byte("id"), true },
			func(s *replay.Seen) { s.Body = []byte("id 123456") }, nil},
		{"of another size", func(e *recording.Exchange) { e.Response.Body, e.Response.Truncated = []byte("id"), true },
			func(s *replay.Seen) { s.Body = []byte("id 12") }, []replay.Change{{"body", "9 bytes, sha256 a56145270ce6 of the first 2", "5 bytes, sha256 a56145270ce6 of the first 2"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e, s := before(), after()
			if row.before != nil {
				row.before(e)
			}
			if row.after != nil {
				row.after(s)
			}
			if got := replay.Compare(e, s); !reflect.DeepEqual(got, row.want) {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}

func TestObstacle(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		v    recording.Viewer
		want string
	}{
		{"none", recording.Viewer{Method: "GET", Host: "a", URI: "/"}, ""},
		{"body", recording.Viewer{Method: "POST", Host: "a", URI: "/", BodyBytes: 3}, "its body of 3 bytes is not recorded whole"},
		{"no host", recording.Viewer{Method: "GET", URI: "/"}, "its request line is not one that can be sent again"},
	} {
		e := &recording.Exchange{Viewer: row.v}
		if got := replay.Obstacle(e); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	e := &recording.Exchange{Viewer: recording.Viewer{Header: http.Header{"Cookie": {"a=[redacted 1 bytes #00000000]"}, "Accept": {"*/*"}}}}
	if got := replay.RedactedFields(e); !reflect.DeepEqual(got, []string{"Cookie"}) {
		t.Errorf("got %v", got)
	}
}
