package inspector_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/inspector"
)

// put sends a body by PUT and returns the answer.
func put(t *testing.T, url, body string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(text)}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	set := faults.For(&distribution.Distribution{Origins: []distribution.Origin{{ID: "app"}}, DefaultBehavior: distribution.CacheBehavior{PathPattern: "*"}})
	url := start(t, inspector.Config{Faults: set}) + "/api/faults"
	type list struct{ Faults []faults.Status }
	if got := decode[list](t, ask(t, "GET", url)); got.Faults == nil || len(got.Faults) != 0 {
		t.Errorf("at first: got %+v, want an empty list", got)
	}
	a := put(t, url, `{"faults": [{"cause": "connect-timeout", "origin": "app", "latency": "1s", "next": 2}]}`)
	if got := decode[list](t, a); a.StatusCode != 200 || len(got.Faults) != 1 || *got.Faults[0].Remaining != 2 {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
	if set.Decide(faults.Request{Origin: "app"}) == nil {
		t.Error("the fault is not in force")
	}
	for _, row := range []struct{ name, body, want string }{
		{"another cause", `{"faults": [{"cause": "broken"}]}`, `the value \"broken\" is not allowed for cause`},
		{"another origin", `{"faults": [{"cause": "dns-failure", "origin": "ap"}]}`, `"allowed": "one of app"`},
		{"another field", `{"faults": [{"reason": "dns-failure"}]}`, `there is no field \"reason\"`},
		{"no list", `{"cause": "dns-failure"}`, `there is no field \"cause\"`},
		{"nothing in it", `{}`, `the list \"faults\" is missing`},
		{"no JSON", `cause=dns-failure`, `send JSON like {\"faults\"`},
		{"no duration", `{"faults": [{"latency": "1"}]}`, `"allowed": "a duration like \"5s\" or \"300ms\""`},
		{"a list of its own", `[]`, `a JSON object with \"faults\" was expected, got an array`},
		{"more behind it", `{"faults": []} {}`, `more behind the JSON value`},
	} {
		t.Run(row.name, func(t *testing.T) {
			if a := put(t, url, row.body); a.StatusCode != 400 || !strings.Contains(a.body, row.want) {
				t.Errorf("got %d %s, want 400 with %s", a.StatusCode, a.body, row.want)
			}
		})
	}
	if a := put(t, url, strings.Repeat(" ", 1<<20)); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a megabyte: got %d", a.StatusCode)
	}
	if got := set.List(); len(got) != 1 || got[0].Forced != 1 {
		t.Errorf("after refusals: got %+v, want what was in force", got)
	}
	if a := ask(t, "DELETE", url); a.StatusCode != 200 || !strings.Contains(a.body, `"removed": 1`) || len(set.List()) != 0 {
		t.Errorf("DELETE: got %d %s", a.StatusCode, a.body)
	}
	put(t, url, `{"faults": [{"cause": "dns-failure"}]}`)
	if a := ask(t, "POST", strings.Replace(url, "faults", "reset", 1)); !strings.Contains(a.body, `"faults": 1`) || len(set.List()) != 0 {
		t.Errorf("reset: got %s", a.body)
	}
	if a := ask(t, "POST", url); a.StatusCode != 405 || a.Header.Get("Allow") != "GET, HEAD, PUT, DELETE" || !strings.Contains(a.body, `"use PUT"`) {
		t.Errorf("POST: got %d, Allow %q", a.StatusCode, a.Header.Get("Allow"))
	}
	if a := ask(t, "PUT", url, "Sec-Fetch-Site: cross-site"); a.StatusCode != 403 {
		t.Errorf("from another site: got %d", a.StatusCode)
	}
}
