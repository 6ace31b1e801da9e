package inspector_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/har"
	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// page is an answer of /api/exchanges. A summary is read as an exchange, of
// which it is a part.
type page struct {
	Exchanges []*recording.Exchange `json:"exchanges"`
	Next      string                `json:"next"`
}

func (p page) ids() string {
	ids := make([]string, len(p.Exchanges))
	for i, e := range p.Exchanges {
		ids[i] = e.ID
	}
	return strings.Join(ids, " ")
}

// recorded returns a ring with an old success, a failure and a new success.
func recorded() *recording.Ring {
	ring := recording.NewRing(recording.RingConfig{})
	ring.Record(&recording.Exchange{
		ID: "old", Start: time.Now().Add(-time.Hour), Response: recording.Response{Status: 200},
		Viewer: recording.Viewer{Method: "GET", Host: "a.example", URI: "/a/1?q=1"},
	})
	ring.Record(&recording.Exchange{
		ID: "bad==", Start: time.Now(), Response: recording.Response{Status: 502, Body: []byte("<HTML>")},
		Viewer: recording.Viewer{Method: "GET", Host: "b.example:8443", URI: "/b", Header: http.Header{"Cookie": {"a=hunter2"}}},
		Cause:  policy.NewCause(policy.CauseConnectRefused, "nothing listens there", nil), Behavior: "/b*",
	})
	ring.Record(&recording.Exchange{
		ID: "new", Start: time.Now(), Response: recording.Response{Status: 200},
		Viewer: recording.Viewer{Method: "POST", Host: "a.example", URI: "/a/2"}, Origin: "app", Edge: "edge-1",
	})
	return ring
}

func TestExchanges(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded()})
	for _, row := range []struct{ query, want string }{
		{"", "new bad== old"},
		{"status=502", "bad=="},
		{"status=5xx", "bad=="},
		{"status=2xx&order=oldest", "old new"},
		{"behavior=/b*", "bad=="},
		{"origin=app", "new"},
		{"edge=edge-1", "new"},
		{"whole=true", "new bad== old"},
		{"cause=connect-refused", "bad=="},
		{"cause=dns-failure", ""},
		{"rule=CF-CONN-08", "bad=="},
		{"host=a.example", "new old"},
		{"host=b.example", "bad=="},
		{"path=/a/1", "old"},
		{"path=/a/*", "new old"},
		{"method=post", "new"},
		{"since=10m", "new bad=="},
		{"since=" + url.QueryEscape(time.Now().Add(-10*time.Minute).Format(time.RFC3339)), "new bad=="},
		{"since=10m&status=200", "new"},
		{"limit=2", "new bad=="},
	} {
		t.Run(row.query, func(t *testing.T) {
			t.Parallel()
			a := ask(t, "GET", base+"/api/exchanges?"+row.query)
			if got := decode[page](t, a).ids(); got != row.want || a.StatusCode != 200 {
				t.Errorf("got %d %q, want %q", a.StatusCode, got, row.want)
			}
		})
	}
}

func TestExchangesByPage(t *testing.T) {
	t.Parallel()
	ring := recorded()
	base := start(t, inspector.Config{Recordings: ring})
	var got []string
	cursor := ""
	for range 3 {
		p := decode[page](t, ask(t, "GET", base+"/api/exchanges?limit=1"+cursor))
		got = append(got, p.ids())
		cursor = "&cursor=" + url.QueryEscape(p.Next)
		ring.Record(&recording.Exchange{ID: "later", Response: recording.Response{Status: 200}})
		if p.Next == "" {
			break
		}
	}
	if want := []string{"new", "bad==", "old"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestExchange(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded()})
	for _, path := range []string{"/api/exchanges/bad==", "/api/exchanges/bad%3D%3D"} {
		a := ask(t, "GET", base+path)
		e := decode[recording.Exchange](t, a)
		if e.ID != "bad==" || e.Cause == nil || e.Cause.Name != policy.CauseConnectRefused || string(e.Response.Body) != "<HTML>" {
			t.Errorf("got %s", a.body)
		}
		if strings.Contains(a.body, "hunter2") || !strings.Contains(a.body, `"<HTML>"`) {
			t.Errorf("a secret is shown or the body is escaped: %s", a.body)
		}
	}
	decode[map[string]int](t, ask(t, "POST", base+"/api/reset"))
	if p := decode[page](t, ask(t, "GET", base+"/api/exchanges")); p.ids() != "" {
		t.Errorf("got %q after a reset", p.ids())
	}
}

// TestResetAll: state other than the recordings is reset with them.
func TestResetAll(t *testing.T) {
	t.Parallel()
	called := make(chan struct{}, 1)
	base := start(t, inspector.Config{Recordings: recorded(), Reset: func() { called <- struct{}{} }})
	if a := ask(t, "POST", base+"/api/reset"); !strings.Contains(a.body, "removed") || len(called) != 1 {
		t.Errorf("got %q, and the hook was called %d times", a.body, len(called))
	}
}

// TestResetOwn: of recordings that last, a reset forgets what this edge recorded
// since it started, however much that is, and only all=true the rest.
func TestResetOwn(t *testing.T) {
	t.Parallel()
	ring := recording.NewRing(recording.RingConfig{Exchanges: 10000})
	started := time.Now()
	record := func(id, edge string, start time.Time) {
		ring.Record(&recording.Exchange{ID: id, Edge: edge, Start: start, Response: recording.Response{Status: 200}})
	}
	record("earlier", "mine", started.Add(-time.Minute))
	record("another's", "other", started.Add(time.Second))
	for n := range 2500 {
		record(strconv.Itoa(n), "mine", started.Add(time.Duration(n)))
	}
	base := start(t, inspector.Config{Recordings: ring, Started: started, Edge: "mine"})
	for _, row := range []struct {
		query   string
		status  int
		removed int
		left    string
	}{
		{"?al=true", 400, 0, ""},
		{"?all=yes", 400, 0, ""},
		{"?all=false&all=true", 400, 0, ""},
		{"", 200, 2500, "another's earlier"},
		{"?all=false", 200, 0, "another's earlier"},
		{"?all=true", 200, 2, ""},
	} {
		a := ask(t, "POST", base+"/api/reset"+row.query)
		if a.StatusCode != row.status {
			t.Errorf("%s: got %d %s", row.query, a.StatusCode, a.body)
		}
		if row.status != 200 {
			if s := decode[recording.Stats](t, ask(t, "GET", base+"/api/stats")); s.Exchanges != 2502 {
				t.Errorf("%s: refused, and left %d exchanges", row.query, s.Exchanges)
			}
			continue
		}
		if got := decode[map[string]int](t, a)["removed"]; got != row.removed {
			t.Errorf("%s: removed %d, want %d", row.query, got, row.removed)
		}
		if got := decode[page](t, ask(t, "GET", base+"/api/exchanges")).ids(); got != row.left {
			t.Errorf("%s: left %q, want %q", row.query, got, row.left)
		}
	}
}

// TestWhole checks that whole exchanges include the positions from which a program
// continues.
func TestWhole(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded()})
	type wholePage struct {
		Exchanges []*recording.Exchange
		Positions []string
	}
	first := decode[wholePage](t, ask(t, "GET", base+"/api/exchanges?whole=true&order=oldest&limit=2"))
	if len(first.Positions) != 2 || string(first.Exchanges[1].Response.Body) != "<HTML>" {
		t.Fatalf("got %+v", first)
	}
	rest := decode[wholePage](t, ask(t, "GET", base+"/api/exchanges?whole=true&order=oldest&cursor="+first.Positions[1]))
	if len(rest.Exchanges) != 1 || rest.Exchanges[0].ID != "new" {
		t.Errorf("got %+v", rest)
	}
}

// TestHAR reads an exchange as an archive.
func TestHAR(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded(), Version: inspector.Version{Version: "v1.0.0"}})
	a := ask(t, "GET", base+"/api/exchanges/bad==/har")
	if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="edgesim-bad.har"` {
		t.Errorf("got %s", got)
	}
	var got []string
	if _, err := har.Read(strings.NewReader(a.body), func(e *recording.Exchange) error {
		got = append(got, e.ID+" "+string(e.Response.Body))
		return nil
	}); err != nil || !reflect.DeepEqual(got, []string{"bad== <HTML>"}) {
		t.Errorf("got %v, %v from %s", got, err, a.body)
	}
	if a := ask(t, "GET", base+"/api/exchanges/nobody/har"); a.StatusCode != 404 {
		t.Errorf("got %d", a.StatusCode)
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded()})
	if a := ask(t, "DELETE", base+"/api/exchanges/bad=="); a.StatusCode != 200 || decode[map[string]int](t, a)["removed"] != 1 {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
	if a := ask(t, "DELETE", base+"/api/exchanges/bad=="); a.StatusCode != 404 {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
	s := decode[recording.Stats](t, ask(t, "GET", base+"/api/stats"))
	if s.Exchanges != 2 || s.Statuses[200] != 2 || len(s.Causes) != 0 || s.Cursor != "3" {
		t.Errorf("got %+v", s)
	}
}

func TestBadParameters(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded()})
	type problem struct{ Error, Hint, Parameter, Value, Allowed string }
	for _, row := range []struct {
		query string
		want  problem
	}{
		{"status=6xx", problem{`the value "6xx" is not allowed for status`, "", "status", "6xx", "a status, e.g. 502, or a class of them, e.g. 5xx"}},
		{"status=-50", problem{`the value "-50" is not allowed for status`, "", "status", "-50", "a status, e.g. 502, or a class of them, e.g. 5xx"}},
		{"order=up", problem{`the value "up" is not allowed for order`, "", "order", "up", "newest or oldest, which comes first"}},
		{"whole=1", problem{`the value "1" is not allowed for whole`, "", "whole", "1", "true for whole exchanges and their positions, false for summaries"}},
		{"limit=0", problem{`the value "0" is not allowed for limit`, "", "limit", "0", "1-1000"}},
		{"limit=1001", problem{`the value "1001" is not allowed for limit`, "", "limit", "1001", "1-1000"}},
		{"limit=99999999999999999999", problem{`the value "99999999999999999999" is not allowed for limit`, "", "limit", "99999999999999999999", "1-1000"}},
		{"cursor=!", problem{`the value "!" is not allowed for cursor`, "", "cursor", "!", `the "next" of an earlier answer`}},
		{"rule=CF-NONE-1", problem{`the value "CF-NONE-1" is not allowed for rule`, "", "rule", "CF-NONE-1", "the id of a rule, e.g. CF-CERT-05; GET /api/rules lists them"}},
		{"path=a", problem{`the value "a" is not allowed for path`, "", "path", "a", "a path, e.g. /a/b, or the beginning of one, e.g. /a/*"}},
		{"since=yesterday", problem{`the value "yesterday" is not allowed for since`, "", "since", "yesterday", "a time like 2026-01-02 or 2026-01-02T15:04:05Z, or a duration back from now like 5m or 7d"}},
		{"since=-5m", problem{`the value "-5m" is not allowed for since`, "", "since", "-5m", "a time like 2026-01-02 or 2026-01-02T15:04:05Z, or a duration back from now like 5m or 7d"}},
		{"host=a&host=b", problem{"the parameter host is given twice", "", "host", "b", "the viewer's host, with or without its port"}},
		{"verb=GET", problem{`there is no parameter "verb"`, "", "verb", "GET", "one of status, cause, rule, host, path, method, behavior, origin, edge, text, mark, since, limit, cursor, order, whole"}},
		{"host=%zz", problem{`the query cannot be read: invalid URL escape "%zz"`, "escape it, e.g. % as %25", "", "", ""}},
	} {
		t.Run(row.query, func(t *testing.T) {
			t.Parallel()
			a := ask(t, "GET", base+"/api/exchanges?"+row.query)
			if got := decode[problem](t, a); a.StatusCode != 400 || got != row.want {
				t.Errorf("got %d %+v, want 400 %+v", a.StatusCode, got, row.want)
			}
		})
	}
	got := decode[problem](t, ask(t, "GET", base+"/api/exchanges?cause=nothing"))
	if got.Parameter != "cause" || !strings.Contains(got.Allowed, "cert-wrong-order") {
		t.Errorf("got %+v, want the names of the causes", got)
	}
	long := ask(t, "GET", base+"/api/exchanges?host="+strings.Repeat("a", 10000))
	if long.StatusCode != http.StatusRequestURITooLong {
		t.Errorf("a query of 10,000 bytes: got %d, want 414", long.StatusCode)
	}
}

// FuzzHandler sends foreign requests: each gets an answer, and none a 500.
func FuzzHandler(f *testing.F) {
	f.Add("GET", "/api/exchanges", "status=502&limit=1", "127.0.0.1:4040")
	f.Add("POST", "/api/reset", "", "[::1")
	f.Add("HEAD", "/api/exchanges/bad==", "a=%zz;b", "localhost.")
	f.Add("\x00", "//..//", "since=9999999h&cursor=zzz", "")
	h := inspector.Handler(inspector.Config{Recordings: recorded(), Listen: "0.0.0.0:4040"})
	f.Fuzz(func(t *testing.T, method, path, query, host string) {
		r := &http.Request{Method: method, Host: host, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{"Origin": {host}}}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code >= 500 {
			t.Errorf("got %d %s", w.Code, w.Body)
		}
	})
}

// A test suite in any language asks for the newest failure like this.
func ExampleHandler() {
	ring := recording.NewRing(recording.RingConfig{})
	ring.Record(&recording.Exchange{ID: "one", Cause: policy.NewCause(policy.CauseConnectRefused, "nothing listens there", nil)})
	server := httptest.NewServer(inspector.Handler(inspector.Config{Recordings: ring}))
	defer server.Close()

	response, err := http.Get(server.URL + "/api/exchanges?cause=connect-refused&limit=1")
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	fmt.Println(response.Status, response.Header.Get("Content-Type"))
	// Output: 200 OK application/json
}
