package story_test

import (
	"encoding/json"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/story"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// recorded reads an exchange of package recording's golden files.
func recorded(t testing.TB, file string) *recording.Exchange {
	t.Helper()
	data, err := os.ReadFile("../../recording/testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	e := new(recording.Exchange)
	if err := json.Unmarshal(data, e); err != nil {
		t.Fatal(err)
	}
	return e
}

// told returns the story.
func told(t testing.TB, e *recording.Exchange, o story.Options) string {
	t.Helper()
	var b strings.Builder
	if err := story.Write(&b, e, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// certain is a failure by a rule with a hint, on a connection used before.
func certain(t testing.TB) *recording.Exchange {
	e := recorded(t, "success.json")
	e.Cause = policy.NewCause(policy.CauseCertExpired, "certificate 0 expired on 2026-01-01", nil)
	e.Cause.Hint, e.Cause.Inferred = "renew the certificate", true
	e.Edge, e.Forced, e.Replayed = "edge-1", "fault-1", "ok-7"
	e.Viewer.Form, e.Viewer.Body, e.Viewer.BodyBytes = "absolute", []byte("a=1"), 3
	e.Sent = nil
	e.Viewer.Fields = []policy.Field{{Name: "x-b", Value: "1"}, {Name: "HOST", Value: "a"}}
	e.Attempts = []*originconn.Attempt{{
		Address: "192.0.2.1:443", Reused: true, Idle: 2 * time.Second, StaleIdle: time.Hour,
		Phases:      originconn.Phases{Send: time.Millisecond, Wait: 3 * time.Second},
		Handshake:   &originconn.Handshake{Road: "internal/tlslegacy", Why: "the origin wants what Go does not speak", ClientCertificateSent: true},
		Explanation: originconn.Explained("", "it accepts SSLv3 only", nil),
	}, nil}
	e.Tunnel = &recording.Tunnel{Protocol: "wss", FromViewer: 1, FromOrigin: 2, Duration: 2 * time.Minute, Ended: recording.TunnelIdle}
	return e
}

// refused is an origin that answered none of three attempts, as serve records it.
func refused(t testing.TB) *recording.Exchange {
	e := recorded(t, "success.json")
	const at = "app.example.com:443"
	e.ID = "YNWxsopkTo5kv4Lk1SVtfYsv5Tw86q_ogql3dDqFSgAY7N288gYafQ=="
	e.Cause = policy.NewCause(policy.CauseConnectRefused, "nothing listens at app.example.com:443 (192.0.2.7:443): connection refused; 3 attempts were made", nil)
	e.Cause.Hint = "app.example.com:443 is reached at 192.0.2.7:443 here: start the origin there, or send it elsewhere with --connect app.example.com=127.0.0.1:PORT"
	e.Response = recording.Response{Status: 502, Header: map[string][]string{
		"Server": {"CloudFront"}, "X-Cache": {"Error from cloudfront"}, "X-Amz-Cf-Id": {e.ID}, "Via": {"1.1 51934d71637d43f75ef6d7270e7f08ce.cloudfront.net (CloudFront)"},
	}, BodyBytes: 1033}
	e.ResultType, e.DetailedResultType = "Error", "OriginConnectError"
	e.Attempts = nil
	for i := range 3 {
		e.Attempts = append(e.Attempts, &originconn.Attempt{
			Number: i + 1, Target: at, Addresses: []string{"192.0.2.7"}, Address: "192.0.2.7:443",
			Phases: originconn.Phases{Resolve: time.Duration(3-i) * time.Millisecond, Dial: time.Duration(1+i) * time.Millisecond},
			Cause:  policy.NewCause(policy.CauseConnectRefused, "nothing listens at app.example.com:443 (192.0.2.7:443): connection refused", nil),
		})
	}
	return e
}

// TestAgain: what every attempt has in common is told once; an attempt that differed is
// told in full.
func TestAgain(t *testing.T) {
	t.Parallel()
	e := refused(t)
	text := told(t, e, story.Options{})
	if n := strings.Count(text, "nothing listens at"); n != 1 {
		t.Errorf("the reason is said %d times:\n%s", n, text)
	}
	if !strings.Contains(text, "Attempts 2 and 3 failed in the same way\n  they took 4.0 ms and 4.0 ms\n") {
		t.Errorf("the story is\n%s", text)
	}
	for name, change := range map[string]func(*originconn.Attempt){
		"another address": func(a *originconn.Attempt) { a.Address = "192.0.2.8:443" },
		"another name":    func(a *originconn.Attempt) { a.Target = "other.example.com:443" },
		"another cause":   func(a *originconn.Attempt) { a.Cause = policy.NewCause(policy.CauseConnectTimeout, "no answer", nil) },
		"a connection":    func(a *originconn.Attempt) { a.Phases.Send, a.Phases.Wait = 1, 1 },
		"a finding": func(a *originconn.Attempt) {
			a.Findings = []policy.Finding{{Rule: "CF-CONN-10", Verdict: policy.Warn, Observed: "a private address"}}
		},
	} {
		e := refused(t)
		change(e.Attempts[1])
		if text := told(t, e, story.Options{}); !strings.Contains(text, "\nAttempt 2 at ") || strings.Contains(text, "in the same way") {
			t.Errorf("%s: the story is\n%s", name, text)
		}
	}
}

func TestWrite(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		golden  string
		e       *recording.Exchange
		options story.Options
	}{
		{"handshake.txt", recorded(t, "exchange.json"), story.Options{}},
		{"handshake_60.txt", recorded(t, "exchange.json"), story.Options{Width: 60}},
		{"handshake_80.txt", recorded(t, "exchange.json"), story.Options{Width: 80}},
		{"handshake_120.txt", recorded(t, "exchange.json"), story.Options{Width: 120}},
		{"refused_60.txt", refused(t), story.Options{Width: 60}},
		{"refused_80.txt", refused(t), story.Options{Width: 80}},
		{"refused_120.txt", refused(t), story.Options{Width: 120}},
		{"success.txt", recorded(t, "success.json"), story.Options{}},
		{"foreign.txt", &recording.Exchange{ID: "har-000001", Viewer: recording.Viewer{Method: "GET", Scheme: "http", Host: "a", URI: "/"}}, story.Options{}},
		{"certain.txt", certain(t), story.Options{}},
	} {
		t.Run(row.golden, func(t *testing.T) {
			t.Parallel()
			got, file := told(t, row.e, row.options), "testdata/"+row.golden
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("differs from %s (run with -update and read the difference):\n%s", file, got)
			}
		})
	}
}

// TestWidth checks that every line fits at every width, and that nothing is lost where
// lines are broken.
func TestWidth(t *testing.T) {
	t.Parallel()
	squeezed := regexp.MustCompile(`\s+`)
	e := recorded(t, "exchange.json")
	want := squeezed.ReplaceAllString(told(t, e, story.Options{}), "")
	for _, width := range []int{1, 30, 40, 79, 80, 200} {
		got := told(t, e, story.Options{Width: width})
		for line := range strings.Lines(got) {
			if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > max(width, 28) && !whole(line) {
				t.Errorf("width %d: %d columns in %q", width, n, line)
			}
		}
		if text := squeezed.ReplaceAllString(got, ""); text != want {
			t.Errorf("width %d: something was lost or added:\n%s", width, got)
		}
	}
}

// whole reports whether a line is one word or part of a command, which is never broken.
func whole(line string) bool {
	return len(columns.Wrap(strings.TrimSpace(line), 1)) == 1
}

// TestColor checks that color is used if it is wanted, and adds nothing else.
func TestColor(t *testing.T) {
	t.Parallel()
	e := recorded(t, "exchange.json")
	with, without := told(t, e, story.Options{Color: true, Width: 70}), told(t, e, story.Options{Width: 70})
	if !strings.HasPrefix(with, "\x1b[31m502 Bad Gateway") || regexp.MustCompile("\x1b\\[[0-9]*m").ReplaceAllString(with, "") != without {
		t.Errorf("got %q", with)
	}
}

// FuzzWrite checks that no recorded text reaches the terminal as an escape or
// breaks a line.
func FuzzWrite(f *testing.F) {
	f.Add("/\x1b[2J", "\r\nX: y", 40)
	f.Add("/\u009b31m", strings.Repeat("x", 300), 1)
	f.Fuzz(func(t *testing.T, uri, value string, width int) {
		e := recorded(t, "success.json")
		e.Viewer.URI = uri
		e.Viewer.Header = map[string][]string{"X-A": {value}}
		got := told(t, e, story.Options{Width: width})
		for _, r := range got {
			if r != '\n' && (r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0) {
				t.Fatalf("got %q", got)
			}
		}
	})
}

// TestCacheTold: what the cache did with a request, and where its answer came from.
func TestCacheTold(t *testing.T) {
	t.Parallel()
	e := recorded(t, "success.json")
	e.Cache = &recording.CacheFacts{
		Decision: recording.CacheHit, Key: "/a?x=1\nAccept-Encoding: br,gzip", TTL: time.Hour, Age: 90 * time.Second,
		Rule: "CF-CACHE-03", Reason: "the origin's max-age says 3600 s", From: "other",
	}
	e.Sent, e.Response.OriginHead = nil, ""
	text := told(t, e, story.Options{})
	for _, want := range []string{
		"a hit: the answer was in the cache", "key: /a?x=1", "Accept-Encoding: br,gzip", "fresh for 1h0m0s", "kept by exchange other, 1m30s ago",
		"CF-CACHE-03: the origin's max-age says 3600 s", "nothing: the answer was in the cache", ", from the cache",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the story lacks %q:\n%s", want, text)
		}
	}
	e.Cache = &recording.CacheFacts{Decision: recording.CachePass, Rule: "CF-CACHE-01", Reason: "answers to POST are never kept"}
	if text := told(t, e, story.Options{}); !strings.Contains(text, "not cached") || strings.Contains(text, "not kept for later") || strings.Contains(text, "key:") {
		t.Errorf("the story is\n%s", text)
	}
}

// TestDropped: what a policy left out of the request, and what was removed from the answer,
// is told with the reason.
func TestDropped(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	e := &recording.Exchange{
		ID: "x", Behavior: "*", Origin: "o", Sent: &recording.Sent{Method: "GET", Host: "o.example:443", URI: "/"}, Response: recording.Response{Status: 200},
		Changes: []policy.Change{
			{Leg: policy.LegRequest, Field: "cookie sid", Kind: policy.ChangeDropped, By: "cache policy CachingOptimized"},
			{Leg: policy.LegRequest, Field: "query q", Kind: policy.ChangeDropped, By: "cache policy CachingOptimized"},
			{Leg: policy.LegRequest, Field: "X-Added", Kind: policy.ChangeAdded, By: "origin custom header"},
			{Leg: policy.LegResponse, Field: "Set-Cookie", Kind: policy.ChangeDropped, By: "cache behavior"},
		},
	}
	if err := story.Write(&out, e, story.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"not sent on: the cookie sid, the query parameter q (by cache policy CachingOptimized)", "removed from the answer: Set-Cookie (by cache behavior)",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
