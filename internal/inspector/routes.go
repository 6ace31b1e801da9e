package inspector

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/invalidation"
)

// route is one path of the inspector. A "{id}" in a path is one segment.
type route struct {
	method string
	path   string
	says   string
	serve  http.HandlerFunc
}

// table returns all paths, in the order in which GET / lists them.
func (i *inspector) table() []route {
	return []route{
		{"GET", "/", "the page in a browser, this list elsewhere", i.index},
		{"GET", "/api/exchanges", "the exchanges, newest first; filters: " + parameterNames(), i.exchanges},
		{"GET", exchangePath + "{id}", "one exchange with all its evidence; {id} is also the beginning of an id, last, or failed", i.exchange},
		{"DELETE", exchangePath + "{id}", "forgets it", i.deleteExchange},
		{"GET", exchangePath + "{id}/har", "the same as an HTTP Archive, for a browser's developer tools", i.har},
		{"GET", exchangePath + "{id}/changes", "what became of each field on its way, and by what", i.changes},
		{"POST", exchangePath + "{id}/replay", "sends its request through the edge again", i.replay},
		{"GET", "/api/events", "server-sent events, one for each exchange from now on; filters as above; resumes after Last-Event-ID", i.events},
		{"GET", "/api/stats", "how many exchanges there are, by status and cause", i.stats},
		{"GET", "/api/rules", "the catalogue of documented behavior", i.rules},
		{"GET", "/api/distribution", "the effective distribution, defaults filled in", i.distribution},
		{"GET", "/api/distributions", "all that are served, with the names of their policies", i.distributions},
		{"GET", "/api/explain", "what the edge would do with a request: ?url=…&method=…&header=…", i.explain},
		{"GET", "/api/check", "judges the origins, or the one of ?origin=, with an event for each step", i.check},
		{"GET", "/api/summary", "the last minutes, where is recorded and how, for the page", i.summary},
		{"GET", "/api/live", "server-sent events for the page: the newest exchanges, and how many were skipped", i.live},
		{"GET", "/api/faults", "the faults on demand in force, with what they did", i.faults},
		{"PUT", "/api/faults", "replaces them: " + faultsExample, i.putFaults},
		{"DELETE", "/api/faults", "ends them all", i.deleteFaults},
		{"GET", "/api/cache", "what the cache keeps, newest first; limit, cursor", i.cache},
		{"POST", "/api/invalidations", "removes copies from the cache: " + invalidationExample + "; CloudFront's own API for it is at " + invalidation.Prefix, i.invalidate},
		{"GET", "/api/clock", "the time by which the edge decides", i.clock},
		{"POST", "/api/clock", "moves it: " + clockExample, i.advanceClock},
		{"POST", "/api/reset", "forgets this edge's exchanges since it started and what the cache keeps, ends every fault and sets the clock back; ?all=true: every exchange of the recordings", i.reset},
		{"POST", "/api/reload", "reads the configuration again: taken whole, or refused with the errors while the old one goes on", i.reload},
		{"GET", "/metrics", "counts of exchanges and causes, and the state of the recordings, for Prometheus", i.metrics},
		{"GET", "/healthz", "200 while the process answers", i.healthz},
		{"GET", "/readyz", "200 when the edge serves, else 503 with the reason", i.readyz},
		{"GET", "/version", "what is running", i.version},
	}
}

// matches reports whether a request's path is this one.
func (t *route) matches(path string) bool {
	before, after, takesID := strings.Cut(t.path, "{id}")
	if !takesID {
		return path == t.path
	}
	rest, begins := strings.CutPrefix(path, before)
	id, ends := strings.CutSuffix(rest, after)
	return begins && ends && id != "" && !strings.Contains(id, "/")
}

// allows reports whether the path has this method; GET includes HEAD.
func (t *route) allows(method string) bool { return slices.Contains(t.methods(), method) }

func (t *route) methods() []string {
	if t.method == http.MethodGet {
		return []string{http.MethodGet, http.MethodHead}
	}
	return []string{t.method}
}

// index lists the paths.
func (i *inspector) index(w http.ResponseWriter, _ *http.Request) {
	var b strings.Builder
	b.WriteString("edgesim inspector\n\n")
	for _, t := range i.routes {
		fmt.Fprintf(&b, "%-7s%-29s %s\n", t.method, t.path, t.says)
	}
	writeText(w, http.StatusOK, b.String())
}

func (i *inspector) healthz(w http.ResponseWriter, _ *http.Request) {
	writeText(w, http.StatusOK, "ok\n")
}

func (i *inspector) readyz(w http.ResponseWriter, _ *http.Request) {
	if i.Ready != nil {
		if err := i.Ready(); err != nil {
			writeText(w, http.StatusServiceUnavailable, "not ready: "+err.Error()+"\n")
			return
		}
	}
	text := "ready\n"
	if n := i.Recordings.Health().Damaged; n > 0 {
		text += fmt.Sprintf("warning: %d recorded exchanges are damaged: edgesim recordings check --repair drops them\n", n)
	}
	if i.Warning != nil {
		if warning := i.Warning(); warning != "" {
			text += "warning: " + strings.ReplaceAll(warning, "\n", "\nwarning: ") + "\n"
		}
	}
	writeText(w, http.StatusOK, text)
}

func (i *inspector) version(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, i.Version)
}

// writeText sends a short text. A write error means that the client has left.
func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
