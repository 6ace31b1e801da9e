package invalidation_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/invalidation"
	"github.com/edgesim/edgesim/policy"
)

// registry is one for the distribution E1 alone, and what it removed.
func registry() (*invalidation.Registry, *int) {
	removed := 0
	return &invalidation.Registry{
		Find:   func(id string) (string, bool) { return "one", id == "E1" },
		Now:    func() time.Time { return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC) },
		Remove: func(_ string, items []policy.InvalidationItem) int { removed += len(items); return len(items) },
	}, &removed
}

func batch(quantity int, reference string, paths ...string) string {
	text := fmt.Sprintf(`<InvalidationBatch xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Paths><Quantity>%d</Quantity><Items>`, quantity)
	for _, p := range paths {
		text += "<Path>" + p + "</Path>"
	}
	return text + "</Items></Paths><CallerReference>" + reference + "</CallerReference></InvalidationBatch>"
}

func ask(h http.Handler, method, path, body string) (int, string, http.Header) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Body.String(), w.Header()
}

const at = "/2020-05-31/distribution/E1/invalidation"

// TestXML: CreateInvalidation, GetInvalidation and ListInvalidations (CF-INV-26,
// CF-INV-27, CF-INV-28, CF-INV-30, CF-INV-38, CF-INV-39, CF-INV-47).
func TestXML(t *testing.T) {
	t.Parallel()
	r, removed := registry()
	status, body, header := ask(r, "POST", at, batch(2, "ref", "/a*", "#tag"))
	id := regexp.MustCompile(`<Id>(I[A-Z0-9]+)</Id>`).FindStringSubmatch(body)
	if status != 201 || id == nil || *removed != 2 || !strings.Contains(body, "<Status>Completed</Status>") ||
		!strings.Contains(body, "<InvalidationBatch><Paths><Quantity>2</Quantity><Items><Path>/a*</Path><Path>#tag</Path></Items></Paths><CallerReference>ref</CallerReference></InvalidationBatch>") ||
		!strings.HasSuffix(header.Get("Location"), at+"/"+id[1]) {
		t.Fatalf("got %d %s, Location %q", status, body, header.Get("Location"))
	}
	if status, again, _ := ask(r, "POST", at, batch(2, "ref", "/a*", "#tag")); status != 201 || again != body || *removed != 2 {
		t.Errorf("CF-INV-30: got %d %s", status, again)
	}
	if status, got, _ := ask(r, "GET", at+"/"+id[1], ""); status != 200 || got != body {
		t.Errorf("CF-INV-38: got %d %s", status, got)
	}
	for n := range 4 {
		ask(r, "POST", at, batch(1, fmt.Sprint("more", n), "/x"))
	}
	ids := regexp.MustCompile(`<Id>([^<]+)</Id>`)
	_, first, _ := ask(r, "GET", at+"?MaxItems=3", "")
	page := ids.FindAllStringSubmatch(first, -1)
	if len(page) != 3 || !strings.Contains(first, "<IsTruncated>true</IsTruncated>") || !strings.Contains(first, "<NextMarker>"+page[2][1]+"</NextMarker>") {
		t.Fatalf("CF-INV-39: got %s", first)
	}
	_, second, _ := ask(r, "GET", at+"?MaxItems=3&Marker="+page[2][1], "")
	if last := ids.FindAllStringSubmatch(second, -1); len(last) != 2 || last[1][1] != id[1] || !strings.Contains(second, "<IsTruncated>false</IsTruncated>") {
		t.Errorf("CF-INV-39: got %s", second)
	}
}

// TestRefusals: the errors of the API.
func TestRefusals(t *testing.T) {
	t.Parallel()
	r, removed := registry()
	many := make([]string, 3001)
	for i := range many {
		many[i] = "/x"
	}
	ask(r, "POST", at, batch(1, "taken", "/a"))
	before := *removed
	for _, row := range []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"CF-INV-21", "DELETE", at + "/I1", "", 404, "UnknownOperationException"},
		{"CF-INV-31", "POST", at, batch(1, "taken", "/b"), 400, "InvalidationBatchAlreadyExists"},
		{"CF-INV-32", "POST", at, batch(2, "r", "/a"), 400, "InconsistentQuantities"},
		{"CF-INV-33", "POST", at, " ", 400, "MissingBody"},
		{"CF-INV-34", "POST", "/2020-05-31/distribution/E2/invalidation", batch(1, "r", "/a"), 404, "NoSuchDistribution"},
		{"CF-INV-34", "GET", "/2020-05-31/distribution/E2/invalidation", "", 404, "NoSuchDistribution"},
		{"CF-INV-34", "GET", "/2020-05-31/distribution/E2/invalidation/I1", "", 404, "NoSuchDistribution"},
		{"CF-INV-35, CF-INV-23", "POST", at, batch(3001, "r", many...), 413, "BatchTooLarge"},
		{"CF-INV-37, CF-INV-01", "POST", at, batch(1, "r", "a.jpg"), 400, "InvalidArgument"},
		{"CF-INV-38", "GET", at + "/I1", "", 404, "NoSuchInvalidation"},
		{"no XML", "POST", at, "<Invalid", 400, "MalformedXML"},
		{"other XML", "POST", at, "<Other/>", 400, "MalformedXML"},
		{"no reference", "POST", at, batch(1, "", "/a"), 400, "MalformedXML"},
		{"no path", "POST", at, batch(0, "r"), 400, "InvalidArgument"},
		{"MaxItems", "GET", at + "?MaxItems=x", "", 400, "InvalidArgument"},
		{"another operation", "GET", "/2020-05-31/distribution/E1/config", "", 404, "UnknownOperationException"},
	} {
		status, body, _ := ask(r, row.method, row.path, row.body)
		if status != row.status || !strings.Contains(body, "<Code>"+row.code+"</Code>") || !strings.Contains(body, "<RequestId>") {
			t.Errorf("%s: got %d %s, want %d %s", row.name, status, body[:min(len(body), 400)], row.status, row.code)
		}
	}
	if *removed != before {
		t.Error("a batch that was refused removed something")
	}
}

// TestBound: only the newest are remembered.
func TestBound(t *testing.T) {
	t.Parallel()
	r, _ := registry()
	first, _ := r.Create("E1", "", []string{"/a"})
	for range 1000 {
		r.Create("E1", "", []string{"/a"})
	}
	if _, bad := r.Get("E1", first.ID); bad == nil {
		t.Error("the oldest is still there")
	}
	r.Reset()
	if list, _, _ := r.List("E1", "", 10); len(list) != 0 {
		t.Errorf("%d are left after a reset", len(list))
	}
}

// FuzzServeHTTP: no body makes it panic, and every answer is XML.
func FuzzServeHTTP(f *testing.F) {
	f.Add(batch(1, "r", "/a"))
	f.Add("<InvalidationBatch><Paths><Quantity>99999999999999999999</Quantity></Paths></InvalidationBatch>")
	f.Fuzz(func(t *testing.T, body string) {
		r, _ := registry()
		if status, text, _ := ask(r, "POST", at, body); status < 200 || !strings.HasPrefix(text, "<?xml") {
			t.Fatalf("%d %q", status, text)
		}
	})
}
