package cflog_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/cflog"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares a text with a file.
func golden(t *testing.T, file, got string) {
	t.Helper()
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
		t.Errorf("%s: got\n%s\nwant\n%s", file, got, want)
	}
}

// dnsFailure is the exchange behind the documentation's sample values of a
// name that does not resolve.
func dnsFailure() *recording.Exchange {
	return &recording.Exchange{
		ID: "Rb2xT0c5yVwqkXbM0PYtOmgJ1oYQ8dUvk5rN3bZcW7lHfSxAaE9iGg==", Start: time.Date(2026, 1, 2, 23, 59, 59, 950e6, time.UTC),
		Duration: 102 * time.Millisecond, FirstByte: 101500 * time.Microsecond,
		Viewer: recording.Viewer{
			Address: "192.0.2.100:11040", Method: "GET", Scheme: "https", Host: "www.example.com", URI: "/a%20b/\u00e9?x=1&y=a b", Proto: "HTTP/2.0",
			TLSVersion: policy.VersionTLS13, TLSCipher: 0x1301,
			Header: http.Header{
				"User-Agent": {"Mozilla/5.0 (X11; Linux)"}, "Cookie": {"a=1; b=2", "c=3"}, "X-Forwarded-For": {"198.51.100.1"},
				"Referer": {"https://example.com/\tx\ny"}, "Accept": {"*/*"},
			},
		},
		Behavior: "/a*", Origin: "app", Sent: &recording.Sent{Host: "app.example.com:443"},
		Response: recording.Response{
			Status: 502, BodyBytes: 507,
			Header: http.Header{"Content-Type": {"text/html"}, "X-Amz-Cf-Pop": {"SIM50-P1"}, "X-Cache": {"Error from cloudfront"}},
		},
		Attempts:   []*originconn.Attempt{{Cause: policy.NewCause(policy.CauseDNSFailure, "no such host", nil)}},
		Cause:      policy.NewCause(policy.CauseDNSFailure, "no such host", nil),
		ResultType: "Error", DetailedResultType: "OriginDnsError",
	}
}

// standardLog returns the header and the values of one exchange by field.
func standardLog(t testing.TB, o cflog.Options, e *recording.Exchange) (string, map[string]string) {
	t.Helper()
	var b bytes.Buffer
	w := cflog.NewWriter(&b, o)
	if err := w.Write(e); err != nil {
		t.Fatal(err)
	}
	head, record, ok := strings.Cut(strings.TrimSuffix(b.String(), "\n"), "sc-range-end\n")
	if !ok || strings.Contains(record, "\n") {
		t.Fatalf("got %q", b.String())
	}
	_, names, _ := strings.Cut(head+"sc-range-end", "#Fields: ")
	return head + "sc-range-end\n", values(t, strings.Fields(names), record)
}

func values(t testing.TB, names []string, record string) map[string]string {
	t.Helper()
	got := strings.Split(record, "\t")
	if len(got) != len(names) {
		t.Fatalf("got %d values, want %d: %q", len(got), len(names), record)
	}
	by := map[string]string{}
	for i, name := range names {
		by[name] = got[i]
	}
	return by
}

// TestStandard checks the fields in their order and the value of each
// (CF-LOG-01, CF-LOG-02, CF-LOG-04, CF-LOG-16).
func TestStandard(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	w := cflog.NewWriter(&b, cflog.Options{Domain: "d111111abcdef8.cloudfront.net"})
	if err := w.Write(dnsFailure()); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/standard.log", b.String())
	b.Reset()
	if err := cflog.NewWriter(&b, cflog.Options{}).Close(); err != nil || strings.Count(b.String(), "\n") != 2 {
		t.Errorf("a log without a request: got %q, %v", b.String(), err)
	}
}

// TestRealTime checks all fields in their order, what two of them have in the
// place of their namesakes in the standard log, and that a choice of fields
// keeps the order (CF-LOG-14, CF-LOG-15, CF-LOG-16).
func TestRealTime(t *testing.T) {
	t.Parallel()
	e := dnsFailure()
	e.Viewer.Header["Cookie"] = []string{strings.Repeat("c", 801)}
	record := realTimeLog(t, e)
	golden(t, "testdata/realtime.log", record)
	all := values(t, cflog.RealTimeFields(), strings.TrimSuffix(record, "\n"))
	if len(all) != 71 || len(all["cs-cookie"]) != 800 || all["cs-host"] != "www.example.com" || all["x-host-header"] != "d111111abcdef8.cloudfront.net" {
		t.Errorf("got %d fields: %v", len(all), all)
	}
	e.Viewer.Fields = []policy.Field{{Name: "x-b", Value: "1"}, {Name: "HOST", Value: "a"}}
	if got := realTimeLog(t, e, "cs-headers", "cs-header-names", "cs-headers-count"); got != "x-b:1%0AHOST:a%0A\tx-b%0AHOST%0A\t2\n" {
		t.Errorf("as they came: got %q", got)
	}
	if got := realTimeLog(t, e, "sc-status", "c-ip"); got != "192.0.2.100\t502\n" {
		t.Errorf("got %q", got)
	}
	if _, err := cflog.NewRealTimeWriter(&bytes.Buffer{}, cflog.Options{}, "sc-stat"); err == nil || !strings.Contains(err.Error(), `no field "sc-stat"; it has timestamp, c-ip,`) {
		t.Errorf("got %v", err)
	}
}

func realTimeLog(t *testing.T, e *recording.Exchange, fields ...string) string {
	t.Helper()
	var b bytes.Buffer
	w, err := cflog.NewRealTimeWriter(&b, cflog.Options{Domain: "d111111abcdef8.cloudfront.net"}, fields...)
	if err == nil {
		err = w.Write(e)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestFields checks the values that depend on more than one thing.
func TestFields(t *testing.T) {
	t.Parallel()
	aborted := func(stage policy.Stage) *policy.Cause {
		c := policy.NewCause(policy.CauseViewerAborted, "the viewer left", nil)
		c.Stage = stage
		return c
	}
	for _, row := range []struct {
		name    string
		options cflog.Options
		change  func(*recording.Exchange)
		want    map[string]string
	}{
		{"viewer left before an answer (CF-LOG-03)", cflog.Options{}, func(e *recording.Exchange) { e.Cause = aborted(policy.StageViewer) },
			map[string]string{"sc-status": "000"}},
		{"viewer left within the body", cflog.Options{}, func(e *recording.Exchange) {
			e.Cause, e.Response.Status, e.Response.Header = aborted(policy.StageBody), 200, http.Header{"X-Cache": {"Miss from cloudfront"}}
		}, map[string]string{"sc-status": "200", "x-edge-result-type": "Error", "x-edge-response-result-type": "Miss", "sc-content-len": "-"}},
		{"custom error page with another status (CF-LOG-05)", cflog.Options{}, func(e *recording.Exchange) { e.Response.Status = 200 },
			map[string]string{"sc-status": "200", "x-edge-result-type": "Error"}},
		{"WebSocket (CF-LOG-07)", cflog.Options{}, func(e *recording.Exchange) {
			e.Cause, e.ResultType, e.DetailedResultType, e.Duration = nil, "Miss", "Miss", 10*time.Second
			e.Viewer.Header, e.Response = nil, recording.Response{Status: 101}
			e.Tunnel = &recording.Tunnel{Protocol: "wss", FromViewer: 1000, FromOrigin: 2000}
		}, map[string]string{
			"cs-protocol": "wss", "x-edge-result-type": "Miss", "date": "2026-01-03", "time": "00:00:09", "sc-bytes": "2036", "cs-bytes": "1059",
		}},
		{"request body", cflog.Options{}, func(e *recording.Exchange) { e.Viewer.Header, e.Viewer.BodyBytes = nil, 100 },
			map[string]string{"cs-bytes": "159"}},
		{"gRPC (CF-LOG-07)", cflog.Options{}, func(e *recording.Exchange) { e.GRPC = &recording.GRPC{Status: "0"} },
			map[string]string{"cs-protocol": "grpcs"}},
		{"cookies", cflog.Options{Cookies: true}, func(*recording.Exchange) {}, map[string]string{"cs(Cookie)": "a=1;%20b=2;%20c=3"}},
		{"no cookies", cflog.Options{}, func(*recording.Exchange) {}, map[string]string{"cs(Cookie)": "-"}},
		{"viewer asked for the distribution's name", cflog.Options{}, func(e *recording.Exchange) { e.Viewer.Host = "D1.cloudfront.net:8443" },
			map[string]string{"cs(Host)": "D1.cloudfront.net", "x-host-header": "D1.cloudfront.net:8443"}},
		{"name of the distribution is not known", cflog.Options{}, func(*recording.Exchange) {}, map[string]string{"cs(Host)": "-"}},
		{"HTTP", cflog.Options{}, func(e *recording.Exchange) { e.Viewer.TLSVersion, e.Viewer.TLSCipher, e.Viewer.Scheme = 0, 0, "http" },
			map[string]string{"ssl-protocol": "-", "ssl-cipher": "-", "cs-protocol": "http"}},
		{"part", cflog.Options{}, func(e *recording.Exchange) {
			e.Response.Header = http.Header{"Content-Range": {"bytes 5-9/100"}, "Content-Length": {"5"}}
		}, map[string]string{"sc-range-start": "5", "sc-range-end": "9", "sc-content-len": "5"}},
		{"no part", cflog.Options{}, func(e *recording.Exchange) { e.Response.Header = http.Header{"Content-Range": {"bytes */100"}} },
			map[string]string{"sc-range-start": "-", "sc-range-end": "-"}},
		{"no address", cflog.Options{}, func(e *recording.Exchange) { e.Viewer.Address = "" }, map[string]string{"c-ip": "-", "c-port": "-"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			e := dnsFailure()
			row.change(e)
			_, got := standardLog(t, row.options, e)
			for name, want := range row.want {
				if got[name] != want {
					t.Errorf("%s: got %q, want %q", name, got[name], want)
				}
			}
		})
	}
}

// TestOriginFields checks the fields of the real-time log about the origin.
func TestOriginFields(t *testing.T) {
	t.Parallel()
	e := dnsFailure()
	e.Cause, e.Response.OriginHead = nil, "HTTP/1.1 200 OK\r\n"
	e.FirstByte, e.Duration = 50*time.Millisecond, 80*time.Millisecond
	e.Failover = []recording.FailoverStep{{Origin: "app", Status: 500}} // CF-FAILOVER-14
	e.Attempts = append(e.Attempts, &originconn.Attempt{Phases: originconn.Phases{Send: 2 * time.Millisecond, Wait: 30 * time.Millisecond}})
	fields := []string{"c-ip-version", "origin-fbl", "origin-lbl", "r-host", "sr-reason"}
	if got, want := realTimeLog(t, e, fields...), "IPv4\t0.032\t0.062\tapp.example.com\tFailover:500\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	e.Failover[0].Cause = policy.NewCause(policy.CauseDNSFailure, "no such host", nil) // what cannot be connected counts as 503 (CF-FAILOVER-05)
	e.Viewer.Address = "[2001:db8::1]:1"
	if got, want := realTimeLog(t, e, fields...), "IPv6\t0.032\t0.062\tapp.example.com\tFailover:503\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnlogged checks that what CloudFront does not log is left out and counted
// (CF-ERR-28).
func TestUnlogged(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		cause policy.CauseName
		want  int
	}{{policy.CauseViewerURLTooLong, 2}, {policy.CauseViewerHeadersTooBig, 2}, {policy.CauseViewerBadRequest, 3}} {
		e := dnsFailure()
		e.Cause = policy.NewCause(row.cause, "", nil)
		var b bytes.Buffer
		w := cflog.NewWriter(&b, cflog.Options{})
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(b.String(), "\n"); got != row.want || w.Unlogged() != 3-row.want {
			t.Errorf("%s: got %d lines and %d left out, want %d lines", row.cause, got, w.Unlogged(), row.want)
		}
	}
}

// TestCauses writes every cause once and checks its result types: the detailed one is that
// of the catalog (CF-LOG-09, CF-LOG-10, CF-LOG-11).
func TestCauses(t *testing.T) {
	t.Parallel()
	for _, c := range policy.Causes() {
		if c.Name == policy.CauseViewerURLTooLong || c.Name == policy.CauseViewerHeadersTooBig {
			continue // not logged
		}
		e := dnsFailure()
		e.Cause = policy.NewCause(c.Name, "", nil)
		e.ResultType, e.DetailedResultType, e.Response.Status = e.Cause.ResultType, e.Cause.DetailedResultType, c.Status
		_, got := standardLog(t, cflog.Options{}, e)
		want := fmt.Sprintf("%d Error %s Error", c.Status, c.DetailedResultType)
		if c.Name == policy.CauseViewerAborted {
			want = "000 Error ClientHungUpRequest Error"
		}
		if c.Name == policy.CauseEdgeShutdown {
			want = "000 Error Error Error"
		}
		if line := strings.Join([]string{got["sc-status"], got["x-edge-result-type"], got["x-edge-detailed-result-type"], got["x-edge-response-result-type"]}, " "); line != want {
			t.Errorf("%s: got %q, want %q", c.Name, line, want)
		}
	}
}

// FuzzEncode checks that no value can end a field or a line, and that each can be decoded.
func FuzzEncode(f *testing.F) {
	f.Add("/a%20b", "a\tb\nc", "-")
	f.Add("/\xff", "", "%")
	f.Fuzz(func(t *testing.T, path, agent, host string) {
		e := dnsFailure()
		e.Viewer.URI, e.Viewer.Host = path, host
		e.Viewer.Header = http.Header{"User-Agent": {agent}}
		_, got := standardLog(t, cflog.Options{}, e)
		stem, query, _ := strings.Cut(path, "?")
		for name, want := range map[string]string{"cs-uri-stem": stem, "cs-uri-query": query, "cs(User-Agent)": agent, "x-host-header": host} {
			back, err := url.PathUnescape(got[name])
			if want == "" {
				want = "-"
			}
			if err != nil || back != want {
				t.Errorf("%s: got %q, %v, want %q", name, back, err, want)
			}
		}
	})
}

// A log of what an edge recorded can be read by any program that reads CloudFront's.
func ExampleWriter() {
	w := cflog.NewWriter(os.Stdout, cflog.Options{Domain: "d111111abcdef8.cloudfront.net"})
	if err := w.Write(&recording.Exchange{
		ID: "one", Start: time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC),
		Viewer:     recording.Viewer{Method: "GET", Scheme: "http", URI: "/", Proto: "HTTP/1.1"},
		Response:   recording.Response{Status: 200},
		ResultType: "Miss", DetailedResultType: "Miss",
	}); err != nil {
		panic(err)
	}
	// Output:
	// #Version: 1.0
	// #Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end
	// 2026-01-02	12:00:00	-	19	-	GET	d111111abcdef8.cloudfront.net	/	200	-	-	-	-	Miss	one	-	http	26	0.000	-	-	-	Miss	HTTP/1.1	-	-	-	0.000	Miss	-	-	-	-
}
