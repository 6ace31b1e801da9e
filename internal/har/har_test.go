package har_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"math"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	cdphar "github.com/chromedp/cdproto/har"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/edgesim/edgesim/internal/har"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// failed returns the exchange of package recording's golden file: a refused
// handshake with everything in it.
func failed(t testing.TB) *recording.Exchange {
	t.Helper()
	data, err := os.ReadFile("../../recording/testdata/exchange.json")
	if err != nil {
		t.Fatal(err)
	}
	e := new(recording.Exchange)
	if err := json.Unmarshal(data, e); err != nil {
		t.Fatal(err)
	}
	return e
}

// fetched returns a success with the given body, all of it recorded.
func fetched(body []byte, header http.Header) *recording.Exchange {
	start := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	return &recording.Exchange{
		ID: "fetched", Start: start, FirstByte: 30 * time.Millisecond, Duration: 40 * time.Millisecond,
		Viewer: recording.Viewer{
			Address: "127.0.0.1:5000", Method: "GET", Scheme: "https", Host: "www.example.com", URI: "/a%20b?x=1&y=%zz&z",
			Proto: "HTTP/2.0", Form: "origin", Header: http.Header{"Cookie": {"a=[redacted 3 bytes #00000000]; b=2"}},
		},
		Behavior: "*", Origin: "app",
		Sent: &recording.Sent{Method: "GET", Host: "app.example.com:443", TLS: true, URI: "/a%20b?x=1"},
		Attempts: []*originconn.Attempt{
			{Number: 1, Start: start, Address: "[::1]:443", Cause: policy.NewCause(policy.CauseConnectRefused, "nothing listens there", nil)},
			{
				Number: 2, Start: start.Add(10 * time.Millisecond), Address: "127.0.0.1:443",
				Phases: originconn.Phases{
					Resolve: time.Millisecond, Dial: 2 * time.Millisecond, Handshake: 3 * time.Millisecond,
					Send: 4 * time.Millisecond, Wait: 5 * time.Millisecond,
				},
			},
			{Number: 3, Start: start.Add(35 * time.Millisecond), Phases: originconn.Phases{Wait: time.Hour}},
		},
		Response: recording.Response{
			Status: 200, Header: header, OriginHead: "HTTP/1.1 200 OK\r\n", Body: body, BodyBytes: int64(len(body)),
		},
		ResultType: "Miss", DetailedResultType: "Miss",
	}
}

func gzipped(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.Bytes()
}

// archive writes exchanges as an archive.
func archive(t testing.TB, exchanges ...*recording.Exchange) []byte {
	t.Helper()
	var b bytes.Buffer
	w := har.NewWriter(&b, har.Creator{Name: "edgesim", Version: "devel"})
	for _, e := range exchanges {
		if err := w.Write(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// samples are exchanges of every kind that the writer treats in its own way.
func samples(t testing.TB) map[string]*recording.Exchange {
	text := http.Header{"Content-Type": {"text/plain"}, "Set-Cookie": {"s=1; Path=/; Expires=Wed, 21 Oct 2026 07:28:00 GMT; HttpOnly; Secure"}}
	coded := http.Header{"Content-Type": {"text/plain"}, "Content-Encoding": {"gzip"}}
	cut := fetched(gzipped("hello")[:10], coded)
	cut.Response.BodyBytes, cut.Response.Truncated = 100, true
	redirect := fetched(nil, http.Header{"Location": {"https://www.example.com/"}})
	redirect.Response.Status, redirect.Attempts, redirect.Sent = 301, nil, nil
	odd := fetched(nil, nil)
	odd.Viewer.URI, odd.Viewer.Host = "/\xff <>\"{}|\\^`%?q=\x01", "www.example.com:8443"
	posted := func(body string, size int64) *recording.Exchange {
		e := fetched(nil, nil)
		e.Viewer.Method, e.Viewer.Body, e.Viewer.BodyBytes = "POST", []byte(body), size
		e.Viewer.Truncated = size > int64(len(body))
		return e
	}
	return map[string]*recording.Exchange{
		"posted":        posted("a=b", 3),
		"posted cut":    posted("a=b", 4),
		"posted binary": posted("\xff", 2),
		"failed":        failed(t),
		"text":          fetched([]byte("hello <b>&"), text),
		"binary":        fetched([]byte{0xff, 0, 1}, nil),
		"gzip":          fetched(gzipped("hello"), coded),
		"not gzip":      fetched([]byte("hello, this is not gzip"), coded),
		"cut":           cut,
		"redirect":      redirect,
		"odd":           odd,
	}
}

// TestSchema checks every kind of entry against the published schema.
func TestSchema(t *testing.T) {
	t.Parallel()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	schema, err := compiler.Compile("testdata/har-1.2.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, e := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, data := range [][]byte{archive(t), archive(t, e), archive(t, e, e)} {
				instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
				if err != nil {
					t.Fatalf("%v in %s", err, data)
				}
				if err := schema.Validate(instance); err != nil {
					t.Errorf("%v", err)
				}
			}
		})
	}
}

// TestIndependentReader reads an archive with the types of the DevTools
// project's Go packages, which know nothing of ours. (They take every text for
// base64, so the bodies here are none that is text.)
func TestIndependentReader(t *testing.T) {
	t.Parallel()
	var got cdphar.HAR
	bad := failed(t)
	bad.Response.Body = nil
	if err := json.Unmarshal(archive(t, fetched([]byte{0xff, 0}, http.Header{"Content-Type": {"image/png"}}), bad), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Log.Entries) != 2 || got.Log.Version != "1.2" || got.Log.Creator.Name != "edgesim" {
		t.Fatalf("got %+v", got.Log)
	}
	first := got.Log.Entries[0]
	if first.Request.URL != "https://www.example.com/a%20b?x=1&y=%25zz&z" || first.Request.Method != "GET" || first.Request.HTTPVersion != "HTTP/2.0" {
		t.Errorf("got %+v", first.Request)
	}
	if c := first.Response.Content; string(c.Text) != "\xff\x00" || c.Size != 2 || c.Encoding != "base64" || c.MimeType != "image/png" {
		t.Errorf("got %+v", c)
	}
	if first.ServerIPAddress != "127.0.0.1" || first.Connection != "443" {
		t.Errorf("got %q %q", first.ServerIPAddress, first.Connection)
	}
	if second := got.Log.Entries[1]; second.Response.Status != 502 || !strings.Contains(second.Comment, "tls-handshake-failure") {
		t.Errorf("got %d %q", second.Response.Status, second.Comment)
	}
}

// TestTimings checks that each phase is in its place and that they add up, as the format
// requires.
func TestTimings(t *testing.T) {
	t.Parallel()
	type timings struct{ Blocked, DNS, Connect, SSL, Send, Wait, Receive float64 }
	early := fetched(nil, nil)
	early.FirstByte = time.Millisecond // a clock that does not agree with the phases
	for _, row := range []struct {
		name string
		e    *recording.Exchange
		want timings
		time float64
	}{
		{"second attempt of three", fetched(nil, nil), timings{15, 1, 5, 3, 4, 5, 10}, 40},
		{"no attempt", samples(t)["redirect"], timings{-1, -1, -1, -1, 0, 30, 10}, 40},
		{"phases longer than the exchange", early, timings{1, -1, -1, -1, 0, 0, 39}, 40},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var got struct {
				Log struct {
					Entries []struct {
						Time    float64
						Timings timings
					}
				}
			}
			if err := json.Unmarshal(archive(t, row.e), &got); err != nil {
				t.Fatal(err)
			}
			h := got.Log.Entries[0]
			if h.Timings != row.want || math.Abs(h.Time-row.time) > 1e-9 {
				t.Errorf("got %+v and %v, want %+v and %v", h.Timings, h.Time, row.want, row.time)
			}
		})
	}
}

// TestOrder checks that the fields are in the order received, if that is known.
func TestOrder(t *testing.T) {
	t.Parallel()
	e := fetched(nil, nil)
	e.Viewer.Fields = []policy.Field{{Name: "x-b", Value: "1"}, {Name: "HOST", Value: "a"}, {Name: "X-A", Value: "2"}}
	want := `"headers":[{"name":"x-b","value":"1"},{"name":"HOST","value":"a"},{"name":"X-A","value":"2"}]`
	if got := string(archive(t, e)); !strings.Contains(got, want) {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestRoundTrip checks that an archive of ours is read back without loss.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for name, e := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []*recording.Exchange
			skipped, err := har.Read(bytes.NewReader(archive(t, e, e)), func(e *recording.Exchange) error {
				got = append(got, e)
				return nil
			})
			if err != nil || len(skipped) > 0 || len(got) != 2 {
				t.Fatalf("got %d, %v, %v", len(got), skipped, err)
			}
			for _, g := range got {
				before, after := normal(t, e), normal(t, g)
				if !bytes.Equal(before, after) || !bytes.Equal(e.Response.Body, g.Response.Body) || !bytes.Equal(e.Viewer.Body, g.Viewer.Body) {
					t.Errorf("got  %s\nwant %s", after, before)
				}
			}
		})
	}
}

// normal is the JSON of an exchange after one round through JSON, which loses
// what is not UTF-8.
func normal(t *testing.T, e *recording.Exchange) []byte {
	t.Helper()
	var again recording.Exchange
	data, err := json.Marshal(e)
	if err == nil {
		err = json.Unmarshal(data, &again)
	}
	if err == nil {
		data, err = json.Marshal(&again)
	}
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestComments checks that missing parts of a body are noted.
func TestComments(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"cut":        "edgesim recorded the first 10 of 100 bytes (--body-limit)",
		"posted cut": `"postData":{"mimeType":"","text":"a=b","comment":"edgesim recorded the first 3 of 4 bytes (--body-limit)"}`,
		"posted binary": `"postData":{"mimeType":"","comment":"the body is not text; _edgesim has it as viewer.bodyBase64; ` +
			`edgesim recorded the first 1 of 2 bytes (--body-limit)"}`,
		"gzip":     `"content":{"size":5,"compression":-24,"mimeType":"text/plain","text":"hello"}`,
		"not gzip": "the body is as it was sent, as it cannot be decompressed: gzip: invalid header",
	} {
		if got := string(archive(t, samples(t)[name])); !strings.Contains(got, want) {
			t.Errorf("%s: got %s, want %q in it", name, got, want)
		}
	}
}
