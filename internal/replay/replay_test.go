package replay_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/har"
	"github.com/edgesim/edgesim/internal/replay"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

const originHost = "app.example.com:443"

// recorded is an exchange whose origin answered with a body.
func recorded(id, uri, body string, change ...func(*recording.Exchange)) *recording.Exchange {
	e := &recording.Exchange{
		ID: id, Behavior: "*", Origin: "app", Viewer: recording.Viewer{Method: "GET", URI: uri},
		Sent:     &recording.Sent{Method: "GET", Host: originHost, TLS: true, URI: uri},
		Attempts: []*originconn.Attempt{{Number: 1, Target: originHost}},
		Response: recording.Response{
			Status: 200, OriginHead: fmt.Sprintf("HTTP/1.1 200 Fine\r\nx-order: 1\r\nContent-Length: %d\r\n", len(body)),
			Header: http.Header{"X-Order": {"1"}}, Body: []byte(body), BodyBytes: int64(len(body)),
		},
	}
	for _, c := range change {
		c(e)
	}
	return e
}

// open makes a source of exchanges, the oldest first.
func open(t *testing.T, c replay.Config, exchanges ...*recording.Exchange) *replay.Source {
	t.Helper()
	s, err := tryOpen(t, c, exchanges...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func tryOpen(t *testing.T, c replay.Config, exchanges ...*recording.Exchange) (*replay.Source, error) {
	t.Helper()
	ring := recording.NewRing(recording.RingConfig{Redactor: &recording.Redactor{KeepSecrets: true}})
	for _, e := range exchanges {
		ring.Record(e)
	}
	c.Store = ring
	return replay.Open(t.Context(), c)
}

// ask sends a request to the origin's place and returns the answer in a line.
func ask(t *testing.T, s *replay.Source, r originconn.Request, change ...func(*originconn.Target)) string {
	t.Helper()
	target := originconn.Target{Host: "app.example.com", Port: 443, TLS: true}
	for _, c := range change {
		c(&target)
	}
	if r.Method == "" {
		r.Method = "GET"
	}
	result := s.Answer(t.Context(), &target, &r)
	switch {
	case result == nil && r.Body != nil:
		rest, err := io.ReadAll(r.Body)
		return fmt.Sprintf("origin gets %q %v", rest, err)
	case result == nil:
		return "origin"
	case result.Cause != nil:
		return string(result.Cause.Name) + ": " + result.Cause.Detail
	}
	body, err := io.ReadAll(result.Response.Body)
	text := fmt.Sprintf("%s %d %s %s", result.Replayed, result.Response.Status, result.Response.Reason, body)
	if err != nil {
		text += " then " + err.Error()
	}
	return text
}

func withBody(r originconn.Request, body string) originconn.Request {
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	return r
}

// TestMatching checks each part of the rule that the package comment states.
func TestMatching(t *testing.T) {
	t.Parallel()
	post := func(body string, size int64) func(*recording.Exchange) {
		return func(e *recording.Exchange) {
			e.Sent.Method, e.Viewer.Body, e.Viewer.BodyBytes, e.Viewer.Truncated = "POST", []byte(body), size, int64(len(body)) < size
		}
	}
	french := func(e *recording.Exchange) { e.Sent.Header = []policy.Field{{Name: "accept-language", Value: "fr"}} }
	exchanges := []*recording.Exchange{
		recorded("one", "/a?x=1", "first"), recorded("two", "/a?x=1", "second"), recorded("fr", "/lang", "bonjour", french), recorded("en", "/lang", "hello"),
		recorded("p1", "/post", "posted", post("abc", 3)), recorded("p2", "/post", "posted", post("abd", 3)), recorded("p3", "/post", "long", post("xy", 4)),
		recorded("cut", "/unread", "early", post("", 0), func(e *recording.Exchange) { e.Viewer.Truncated = true }),
		recorded("own", "/own", "", func(e *recording.Exchange) { e.Sent = nil }),
	}
	const noURL, noBody = "no recorded exchange has this method and URL", "exchanges with this method and URL are recorded, none with this body"
	for _, row := range []struct {
		name    string
		config  replay.Config
		request originconn.Request
		change  func(*originconn.Target)
		want    []string // of one question after the other
	}{
		{"in turn, the last again", replay.Config{}, originconn.Request{RequestURI: "/a?x=1"}, nil, []string{"one 200 Fine first", "two 200 Fine second", "two 200 Fine second"}},
		{"other query", replay.Config{}, originconn.Request{RequestURI: "/a?x=2"}, nil, []string{"replay-no-match: GET https://app.example.com:443/a?x=2: " + noURL}},
		{"other method", replay.Config{}, originconn.Request{Method: "HEAD", RequestURI: "/a?x=1"}, nil, []string{"replay-no-match: HEAD https://app.example.com:443/a?x=1: " + noURL}},
		{"other host", replay.Config{}, originconn.Request{RequestURI: "/a?x=1"}, func(t *originconn.Target) { t.Host = "b.example.com" },
			[]string{"replay-no-match: GET https://b.example.com:443/a?x=1: " + noURL}},
		{"host in another case", replay.Config{}, originconn.Request{RequestURI: "/a?x=1"}, func(t *originconn.Target) { t.Host = "APP.example.com" }, []string{"one 200 Fine first"}},
		{"other scheme", replay.Config{}, originconn.Request{RequestURI: "/a?x=1"}, func(t *originconn.Target) { t.TLS = false },
			[]string{"replay-no-match: GET http://app.example.com:443/a?x=1: " + noURL}},
		{"headers do not count", replay.Config{}, originconn.Request{RequestURI: "/lang"}, nil, []string{"fr 200 Fine bonjour", "en 200 Fine hello"}},
		{"a header that was chosen", replay.Config{Headers: []string{"accept-Language"}}, originconn.Request{RequestURI: "/lang", Header: []policy.Field{{Name: "Accept-Language", Value: "fr"}}}, nil,
			[]string{"fr 200 Fine bonjour", "fr 200 Fine bonjour"}},
		{"without it", replay.Config{Headers: []string{"Accept-Language"}}, originconn.Request{RequestURI: "/lang"}, nil, []string{"en 200 Fine hello"}},
		{"with another value", replay.Config{Headers: []string{"Accept-Language"}}, originconn.Request{RequestURI: "/lang", Header: []policy.Field{{Name: "Accept-Language", Value: "de"}}}, nil,
			[]string{"replay-no-match: GET https://app.example.com:443/lang: " + noURL + " and the same Accept-Language"}},
		{"body", replay.Config{}, withBody(originconn.Request{Method: "POST", RequestURI: "/post"}, "abd"), nil, []string{"p2 200 Fine posted"}},
		{"body recorded in part", replay.Config{}, withBody(originconn.Request{Method: "POST", RequestURI: "/post"}, "xyz!"), nil, []string{"p3 200 Fine long"}},
		{"of another size", replay.Config{}, withBody(originconn.Request{Method: "POST", RequestURI: "/post"}, "xyz!!"), nil,
			[]string{"replay-no-match: POST https://app.example.com:443/post: " + noBody}},
		{"other body", replay.Config{}, withBody(originconn.Request{Method: "POST", RequestURI: "/post"}, "abx"), nil,
			[]string{"replay-no-match: POST https://app.example.com:443/post: " + noBody}},
		{"no body", replay.Config{}, originconn.Request{Method: "POST", RequestURI: "/post"}, nil,
			[]string{"replay-no-match: POST https://app.example.com:443/post: exchanges with this method and URL are recorded, all with a body"}},
		{"body that nobody read", replay.Config{}, withBody(originconn.Request{Method: "POST", RequestURI: "/unread"}, "anything"), nil, []string{"cut 200 Fine early"}},
		{"fallback", replay.Config{Fallback: true}, originconn.Request{RequestURI: "/none"}, nil, []string{"origin"}},
		{"fallback with the body whole", replay.Config{Fallback: true}, withBody(originconn.Request{Method: "POST", RequestURI: "/post"}, "abxyz"), nil, []string{`origin gets "abxyz" <nil>`}},
		{"answered by the edge itself", replay.Config{}, originconn.Request{RequestURI: "/own"}, nil, []string{"replay-no-match: GET https://app.example.com:443/own: " + noURL}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, row.config, exchanges...)
			for n, want := range row.want {
				change := row.change
				if change == nil {
					change = func(*originconn.Target) {}
				}
				if got := ask(t, s, row.request, change); got != want {
					t.Errorf("question %d: got  %s\nwant %s", n+1, got, want)
				}
			}
		})
	}
}

// TestUnfit checks that what would be played otherwise than it was is refused,
// and that the cause says why.
func TestUnfit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(*recording.Exchange)
		want   string
	}{
		{"truncated", func(e *recording.Exchange) { e.Response.BodyBytes, e.Response.Truncated = 100, true },
			"has a body of 100 bytes, of which not all were recorded; record with a larger --body-limit"},
		{"forced", func(e *recording.Exchange) { e.Forced = "fault-1" }, "is a fault that was forced and none of the origin's own"},
		{"tunnel", func(e *recording.Exchange) { e.Tunnel = &recording.Tunnel{} }, "is a tunnel, whose content is not recorded"},
		{"viewer left", func(e *recording.Exchange) { e.Cause = policy.NewCause(policy.CauseViewerAborted, "", nil) }, "ended because its viewer left"},
		{"custom error page", func(e *recording.Exchange) {
			e.ErrorPage = &recording.ErrorPage{Behavior: "*", Origin: "app"}
		}, "has a custom error page instead of the origin's answer"},
		{"no head", func(e *recording.Exchange) { e.Response.OriginHead = "" }, "has no response of the origin"},
		{"another length", func(e *recording.Exchange) { e.Response.Body = nil; e.Response.BodyBytes = 0 }, "cannot be played: its head announces 5 bytes, and 0 are recorded"},
		{"damaged head", func(e *recording.Exchange) { e.Response.OriginHead = "nonsense" }, "cannot be played: reading the recorded response head: malformed HTTP response"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, replay.Config{}, recorded("one", "/", "hello", row.change))
			got := ask(t, s, originconn.Request{RequestURI: "/"})
			if !strings.HasPrefix(got, "replay-no-match: GET https://app.example.com:443/: ") || !strings.Contains(got, row.want) || !strings.Contains(got, "one") {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// TestAnswers checks the answers made from exchanges that need more than their bytes.
func TestAnswers(t *testing.T) {
	t.Parallel()
	var compressed bytes.Buffer
	z := gzip.NewWriter(&compressed)
	z.Write([]byte("hello"))
	z.Close()
	late := policy.NewCause(policy.CauseOriginClosed, "closed early", nil)
	late.Stage = policy.StageBody
	refused := policy.NewCause(policy.CauseConnectRefused, "nothing listens", nil)
	for _, row := range []struct {
		name   string
		change func(*recording.Exchange)
		host   string
		want   string
	}{
		{"compressed by the edge", func(e *recording.Exchange) {
			e.Response.Body, e.Response.BodyBytes = compressed.Bytes(), int64(compressed.Len())
			e.Response.Header = http.Header{"Content-Encoding": {"gzip"}}
		}, "app", "one 200 Fine hello"},
		{"compressed by the origin", func(e *recording.Exchange) {
			e.Response.Header = http.Header{"Content-Encoding": {"gzip"}}
			e.Response.OriginHead += "Content-Encoding: gzip\r\n"
		}, "app", "one 200 Fine hello"},
		{"cut short by the origin", func(e *recording.Exchange) {
			e.Cause = late
			e.Response.Body, e.Response.BodyBytes = []byte("hel"), 3
		}, "app", "one 200 Fine hel then CF-ERR-04 origin-closed: closed early"},
		{"failure", func(e *recording.Exchange) {
			e.Cause, e.Attempts[0].Cause, e.Response = refused, refused, recording.Response{Status: 502}
		}, "app", "connect-refused: nothing listens"},
		{"first member of a group", func(e *recording.Exchange) {
			e.Attempts = []*originconn.Attempt{{Number: 1, Target: "first.example.com:443", Cause: refused}, {Number: 1, Target: originHost}}
		}, "first", "connect-refused: nothing listens"},
		{"second member of a group", func(e *recording.Exchange) {
			e.Attempts = []*originconn.Attempt{{Number: 1, Target: "first.example.com:443", Cause: refused}, {Number: 1, Target: originHost}}
		}, "app", "one 200 Fine hello"},
		{"custom error page of a failure", func(e *recording.Exchange) {
			e.Cause = refused
			e.Attempts = []*originconn.Attempt{{Number: 1, Target: originHost, Cause: refused}, {Number: 1, Target: originHost}}
			e.ErrorPage = &recording.ErrorPage{Behavior: "*", Origin: "app"}
		}, "app", "connect-refused: nothing listens"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := open(t, replay.Config{}, recorded("one", "/", "hello", row.change))
			got := ask(t, s, originconn.Request{RequestURI: "/"}, func(t *originconn.Target) { t.Host = row.host + ".example.com" })
			if got != row.want {
				t.Errorf("got %s, want %s", got, row.want)
			}
		})
	}
}

// TestHAR replays a browser's archive, whatever the origin's name.
func TestHAR(t *testing.T) {
	t.Parallel()
	f, err := os.Open("../har/testdata/chrome.har")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ring := recording.NewRing(recording.RingConfig{})
	if _, err := har.Read(f, func(e *recording.Exchange) error { ring.Record(e); return nil }); err != nil {
		t.Fatal(err)
	}
	s, err := replay.Open(t.Context(), replay.Config{Store: ring})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		request originconn.Request
		want    string
	}{
		{originconn.Request{RequestURI: "/origin/path", ViewerURI: "/a%20b?x=1"}, "har-000001 200 OK <p>hi</p>"},
		{withBody(originconn.Request{Method: "POST", RequestURI: "/", ViewerURI: "/"}, "a=b&c"), "har-000002 404 Not Found \xff\xfe"},
		{originconn.Request{RequestURI: "/gone", ViewerURI: "/gone"}, "replay-no-match: GET https://app.example.com:443/gone: no recorded exchange has this method and URL"},
	} {
		if got := ask(t, s, row.request); got != row.want {
			t.Errorf("got %q, want %q", got, row.want)
		}
	}
}

// TestRedacted checks that redacted values are counted, and refused where they
// would have to be compared.
func TestRedacted(t *testing.T) {
	t.Parallel()
	secret := recorded("one", "/", "hello", func(e *recording.Exchange) {
		e.Sent.Header = []policy.Field{{Name: "Authorization", Value: "Bearer [redacted 3 bytes #00000000]"}}
		e.Response.OriginHead = "Set-Cookie: a=[redacted 3 bytes #00000000]\r\n"
		e.Response.OriginHead = "HTTP/1.1 200 Fine\r\n" + e.Response.OriginHead
	})
	if s := open(t, replay.Config{}, secret, recorded("two", "/", "x")); s.Redacted() != 1 || s.Exchanges() != 2 {
		t.Errorf("%d of %d have redacted values", s.Redacted(), s.Exchanges())
	}
	_, err := tryOpen(t, replay.Config{Headers: []string{"authorization"}}, secret)
	var bad *replay.HeaderError
	if !errors.As(err, &bad) || bad.Name != "Authorization" || bad.Exchange != "one" {
		t.Errorf("got %v", err)
	}
}
