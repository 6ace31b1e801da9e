package page_test

import (
	"net/http"
	"testing"
)

// TestDistribution: behaviors in their order, with policies by name.
func TestDistribution(t *testing.T) {
	t.Parallel()
	b := open(t, demo(t), "/distribution")
	b.shows(".order tbody tr", "/healthy-ecdsa*", "CachingDisabled · AllViewerExceptHostHeader")
	b.shows(".order tbody tr:last-child", "default (*)")
	b.shows("section", "incomplete-chain.lab.edgesim.example", "https-only")
}

// TestExplain: a URL that was typed is explained, a header is marked, and the
// address has it all.
func TestExplain(t *testing.T) {
	t.Parallel()
	b := open(t, demo(t), "/distribution")
	b.typed("input[type=url]", "http://127.0.0.1/expired?x=1")
	b.typed("textarea", "X-Asked: yes")
	b.button("Explain")
	b.shows(".explained", "/expired", "CachingDisabled", "Name sent (SNI)", "expired.lab.edgesim.example", "Cache key")
	b.shows(`.explained [data-change="kept"]`, "X-Asked")
	b.shows(`.explained [data-change="changed"]`, "Host")
	address := eval[string](b, `location.pathname + location.search`)
	b.load(address)
	b.shows(`.explained [data-change="kept"]`, "X-Asked")
	b.load("/distribution?method=POST&url=http://127.0.0.1/expired&header=nonsense")
	b.shows(".explained .problem", "is not 'Name: value'")
	b.excuse("400 (Bad Request)")
}

// TestExplainRefusal: an answer by the edge itself is shown with its cause.
func TestExplainRefusal(t *testing.T) {
	t.Parallel()
	e := serveCached(t, http.NotFoundHandler())
	b := open(t, e, "/distribution?method=GET&url=http://www.site.example/api/x")
	b.shows(`.explained .why [data-cause="viewer-https-only"]`, "viewer-https-only")
	b.shows(".order tbody tr:first-child", "/api/*", "CachingDisabled", "AllViewerExceptHostHeader", "https-only")
	b.shows(".quiet", "Aliases: www.site.example")
}

// TestCheck: an origin is judged from here, with the cause and the fix.
func TestCheck(t *testing.T) {
	t.Parallel()
	b := open(t, demo(t), "/distribution")
	b.button("Check expired")
	b.shows(`.checked [data-cause="cert-expired"]`, "cert-expired")
	b.shows(".checked .fix", "→")
	b.button("Check healthy-ecdsa")
	b.shows(".checked .tag.good", "✓")
}

// TestFaults: one is added, plays, is counted and ended.
func TestFaults(t *testing.T) {
	t.Parallel()
	e := serve(t, http.NotFoundHandler())
	b := open(t, e, "/faults")
	b.shows(".empty", "No faults are active")
	b.choose("form select", "cert-expired")
	b.typed(`input[placeholder="/api/*"]`, "/forced/*")
	b.typed(`input[type=number]`, "2")
	b.button("Add")
	b.shows("[data-fault]", "cert-expired", "path /forced/*", "2 of 2")
	id := e.get(t, "/forced/x")
	b.shows("[data-fault]", "1 of 2")
	b.button("End cert-expired at /forced/*")
	b.shows(".empty", "No faults are active")
	b.load("/exchanges/" + id)
	b.shows(".why", "Forced", "cert-expired")
	b.load("/faults")
	b.typed(`input[placeholder="5s"]`, "nonsense")
	b.button("Add")
	b.shows(".problem", "nonsense")
	b.excuse("400 (Bad Request)")
}

// TestCache: cached entries are listed, and gone after an invalidation; the clock that they
// expire by can be moved here.
func TestCache(t *testing.T) {
	t.Parallel()
	e := serveCached(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "max-age=600")
		_, _ = w.Write([]byte("kept"))
	}))
	b := open(t, e, "/cache")
	b.shows(".empty", "The cache is empty")
	id := e.get(t, "/kept.txt")
	b.shows("[data-entry]", "kept.txt", "200", "4 B", "10 min", id[:10])
	b.load("/faults")
	b.typed(`input[size="8"]`, "1h")
	b.button("Advance")
	b.shows("[role=status]", "1h0m0s ahead of real time")
	b.load("/cache")
	b.shows("[data-entry] .tag", "expired")
	b.typed("input.wide", "/kept*")
	b.button("Invalidate")
	b.shows("[role=status]", "is done: 1 entry removed")
	b.shows(".empty", "The cache is empty")
}

// TestCacheOff: the view says how to turn it on.
func TestCacheOff(t *testing.T) {
	t.Parallel()
	b := open(t, demo(t), "/cache")
	b.shows(".empty code", "--cache on")
}

// TestRules: the catalogue is searched, and a rule has its source and the lab's
// origin that shows it.
func TestRules(t *testing.T) {
	t.Parallel()
	b := open(t, demo(t), "/rules")
	b.typed("input[type=search]", "incomplete-chain")
	b.wait(`location.search === "?q=incomplete-chain"`)
	b.wait(`document.querySelector('tr[data-rule="CF-CERT-06"]') && document.querySelectorAll("tr[data-rule]").length < 20`)
	b.button("CF-CERT-06")
	b.wait(`location.pathname === "/rules/CF-CERT-06"`)
	b.shows("article", "docs.aws.amazon.com", "/incomplete-chain", "Simulated", "cert-incomplete-chain")
	b.wait(`document.querySelector('article a[href^="https://docs.aws.amazon.com/"]')`)
}
