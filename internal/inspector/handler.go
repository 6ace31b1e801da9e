package inspector

import (
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/inspector/page"
	"github.com/edgesim/edgesim/internal/invalidation"
	"github.com/edgesim/edgesim/recording"
)

// maxQueryBytes limits the query of a request: more than any filter needs, and short enough
// to quote in an error.
const maxQueryBytes = 8 << 10

// Config is what the inspector shows and where it listens.
type Config struct {
	// Recordings are the exchanges; required.
	Recordings recording.Store
	// Feed tells /api/events that the store has something new. Default: none, and events
	// arrive within a second.
	Feed *recording.Feed
	// Counts are shown by /metrics along with the health of Recordings. Default: none.
	Counts *recording.Counts
	// Distribution returns the effective distribution as JSON. Default: none,
	// and /api/distribution is not found.
	Distribution func() ([]byte, error)
	// Distributions returns all distributions served, for the page. Default: none, and
	// /api/distributions is not found.
	Distributions func() ([]ServedDistribution, error)
	// Rules returns what /api/rules shows, for encoding as JSON. Default: the catalogue.
	Rules func() any
	// Faults are the faults on demand, to show and change. Default: a set of its own,
	// without effect.
	Faults *faults.Set
	// Started is when the edge started, and Edge its name in Recordings, which may also
	// have exchanges of others and from earlier: a reset deletes only those of this edge
	// since then. Default: all are its own.
	Started time.Time
	Edge    string
	// Reset is called to reset everything besides the recordings and the faults. Default:
	// nothing else.
	Reset func()
	// Ready returns why the edge cannot serve yet, or nil. Default: always ready.
	Ready func() error
	// Reload rereads the configuration and returns why it was refused, or nil. Default:
	// none, and /api/reload is not found.
	Reload func() error
	// Warning returns what /readyz says although the edge serves; "" for nothing. Default:
	// nothing.
	Warning func() string
	// Live shows the page what happens. Default: the page polls lists.
	Live *Live
	// Actions are what the page can trigger.
	Actions Actions
	// Listeners are the addresses of the edge, for suggestions on the page; Where says for
	// people where exchanges are recorded; Served names the distributions.
	Listeners Listeners
	Where     string
	Served    func() []string
	// Clock is the edge's clock. Default: none, and /api/clock is not found.
	Clock *Clock
	// Cache returns up to n cache entries, newest first, that are older than the one with
	// the id before. Default: none, and the cache is off.
	Cache func(before uint64, n int) Cache
	// Invalidations handles /api/invalidations and CloudFront's own API. Default: none, and
	// those paths are not found.
	Invalidations *invalidation.Registry
	// Version is what /version returns.
	Version Version
	// Listen is the listening address, such as "127.0.0.1:4040", ":4040" or "[::]:4040".
	// Requests are served if their Host is a loopback name or address or that of Listen; if
	// Listen means every address, any IP address. Default: loopback only. The port of a
	// Host is ignored, as containers publish ports under other numbers.
	Listen string
	// Hosts are further names under which the inspector may be reached, such as its service
	// name in a compose network.
	Hosts []string
}

// Listeners are where viewers reach the edge; "" where it does not listen.
type Listeners struct {
	HTTP  string `json:"http,omitempty"`
	HTTPS string `json:"https,omitempty"`
}

// Version says what is running.
type Version struct {
	// Version is the version of edgesim, e.g. "v1.2.0" or "(devel)".
	Version string `json:"version"`
	// Go is the version of the toolchain, e.g. "go1.26.8".
	Go string `json:"go"`
	// Revision is the commit it was built from; "" if unknown.
	Revision string `json:"revision,omitempty"`
}

// Handler returns the inspector. It is safe for concurrent use.
func Handler(c Config) http.Handler {
	if c.Faults == nil {
		c.Faults = new(faults.Set)
	}
	i := &inspector{Config: c, hosts: newHosts(c.Listen, c.Hosts), lists: make(chan struct{}, maxLists), page: page.New()}
	i.routes = i.table()
	return i
}

type inspector struct {
	Config
	routes    []route
	hosts     hosts
	crossSite http.CrossOriginProtection
	watchers  atomic.Int32  // of /api/events
	lists     chan struct{} // a slot for each list of exchanges being written
	page      *page.Page
	checking  atomic.Bool
}

// ServeHTTP refuses what must not be served and passes the rest to its route.
func (i *inspector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if !i.hosts.allow(r.Host) {
		refuse(w, http.StatusMisdirectedRequest, problem{
			Error: "the inspector is not known as " + quote(r.Host),
			Hint:  "ask for it by an address it listens on, e.g. http://127.0.0.1 and its port",
		})
		return
	}
	if err := i.crossSite.Check(r); err != nil {
		refuse(w, http.StatusForbidden, problem{
			Error: "a write from another site is refused",
			Hint:  "send it from a program, or from a page of the inspector itself",
		})
		return
	}
	if isData(r.URL.Path) && fromElsewhere(r) {
		refuse(w, http.StatusForbidden, problem{
			Error: "a read from another site is refused",
			Hint:  "open the address itself, or ask from a program",
		})
		return
	}
	if len(r.URL.RawQuery) > maxQueryBytes {
		refuse(w, http.StatusRequestURITooLong, problem{Error: "the query is longer than 8192 bytes"})
		return
	}
	if !fromPage(r) {
		refuse(w, http.StatusForbidden, problem{
			Error: "a browser's request that changes something needs the field X-Edgesim-Page",
			Hint:  "the inspector's own page sends it; programs need nothing",
		})
		return
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		if strings.HasPrefix(r.URL.Path, page.Prefix) && i.page.ServeAsset(w, r) {
			return
		}
		if page.Has(r.URL.Path) || r.URL.Path == "/" && page.Wants(r) {
			i.page.ServeHTML(w, r)
			return
		}
	}
	i.route(w, r)
}

// route finds the requested path and checks the method.
func (i *inspector) route(w http.ResponseWriter, r *http.Request) {
	if i.Invalidations != nil && strings.HasPrefix(r.URL.Path, invalidation.Prefix) {
		i.Invalidations.ServeHTTP(w, r)
		return
	}
	var allowed []string
	path := ""
	for _, route := range i.routes {
		if !route.matches(r.URL.Path) {
			continue
		}
		if route.allows(r.Method) {
			route.serve(w, r)
			return
		}
		allowed, path = append(allowed, route.methods()...), route.path
	}
	if path != "" {
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		refuse(w, http.StatusMethodNotAllowed, problem{
			Error: quote(r.Method) + " is not allowed for " + path,
			Hint:  "use " + instead(r.Method, allowed),
		})
		return
	}
	refuse(w, http.StatusNotFound, problem{
		Error: "there is nothing at " + quote(r.URL.Path),
		Hint:  "GET / lists the addresses",
	})
}

// instead returns the method that was probably meant: one that changes something if the
// requested one does.
func instead(method string, allowed []string) string {
	if method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions {
		for _, a := range allowed {
			if a == http.MethodPut || a == http.MethodPost {
				return a
			}
		}
	}
	return allowed[0]
}
