package replay

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Config says what is replayed and how.
type Config struct {
	// Store has the recording; required. Exchanges are fetched from it as needed, and those
	// recorded after Open are not replayed.
	Store recording.Store
	// Fallback lets the origin answer what the recording cannot. Default: such a request
	// fails with a cause that says so.
	Fallback bool
	// Headers are the names of the fields that must match. Default: none.
	Headers []string
}

// Source answers requests from a recording. Make one with [Open]. Its methods
// are safe for concurrent use.
type Source struct {
	config   Config
	redacted int
	total    int

	mu     sync.Mutex
	groups map[string][]*group // by the text of method, URL and selected fields
}

// group holds the exchanges that answer the same request, in order.
type group struct {
	body    signature
	entries []entry
	turn    int
}

// entry is one exchange, as the answer of one of the origins that it asked.
type entry struct {
	id string
	// target is the host:port of that origin; "" in a browser's archive.
	target string
	// page means that it is the answer to the request for the custom error page.
	page bool
	// unfit explains why the exchange cannot answer; "" if it can.
	unfit string
}

// HeaderError is a field that cannot be compared because its recorded values are redacted.
type HeaderError struct {
	// Name is the field's name; Exchange is the one with its first redacted value.
	Name, Exchange string
}

// Error names the field and what to do.
func (e *HeaderError) Error() string {
	return fmt.Sprintf("the recorded values of %s are redacted (exchange %s): requests cannot be compared by it; leave it out, or record with --keep-secrets", e.Name, e.Exchange)
}

// openPage is how many exchanges are read at a time.
const openPage = 500

// Open reads the recording and remembers which exchange answers which request.
func Open(ctx context.Context, c Config) (*Source, error) {
	s := &Source{config: c, groups: map[string][]*group{}}
	for i, name := range c.Headers {
		s.config.Headers[i] = http.CanonicalHeaderKey(name)
	}
	f := recording.Filter{OldestFirst: true, Limit: openPage}
	for {
		page, err := c.Store.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, e := range page.Exchanges {
			if e.Viewer.BodyBytes > 0 && len(e.Viewer.Body) == 0 { // a list may come without bodies
				if e, err = c.Store.Get(ctx, e.ID); err != nil {
					return nil, err
				}
			}
			if err := s.add(e); err != nil {
				return nil, err
			}
		}
		if page.Next == "" {
			return s, nil
		}
		f.Cursor = page.Next
	}
}

// Exchanges returns how many exchanges can answer a request.
func (s *Source) Exchanges() int { return s.total }

// Redacted returns how many of them have redacted values in their responses, which are
// replayed as they were recorded.
func (s *Source) Redacted() int { return s.redacted }

// add adds one exchange to the index: once for each origin that it asked, and once for its
// custom error page.
func (s *Source) add(e *recording.Exchange) error {
	if e.Sent == nil {
		if e.Behavior == "" && e.Cause == nil && e.Response.Status > 0 { // a browser's
			at := entry{id: e.ID, unfit: unfit(e, "")}
			s.count(e, at)
			return s.index(e, at, signatureOf(&e.Viewer), s.key("", e.Viewer.Method, e.Viewer.URI, valuesOf(e.Viewer.Header)), valuesOf(e.Viewer.Header))
		}
		return nil // the edge answered by itself, as it will again
	}
	var all []entry
	for _, target := range targets(e) {
		at := entry{id: e.ID, target: target, unfit: unfit(e, target)}
		all = append(all, at)
		if err := s.indexSent(e, at, e.Sent, signatureOf(&e.Viewer)); err != nil {
			return err
		}
	}
	if p := e.ErrorPage; p != nil && p.Sent != nil {
		at := entry{id: e.ID, target: p.Sent.Host, page: true, unfit: pageUnfit(e, all[0].unfit)}
		all = append(all, at)
		if err := s.indexSent(e, at, p.Sent, signatureOf(&recording.Viewer{})); err != nil {
			return err
		}
	}
	s.count(e, all...)
	return nil
}

// count counts an exchange if any of its entries can answer.
func (s *Source) count(e *recording.Exchange, all ...entry) {
	if !slices.ContainsFunc(all, func(at entry) bool { return at.unfit == "" }) {
		return
	}
	s.total++
	if strings.Contains(e.Response.OriginHead, "[redacted ") || e.ErrorPage != nil && strings.Contains(e.ErrorPage.Replaced, "[redacted ") {
		s.redacted++
	}
}

// indexSent adds an entry for a request as sent to the entry's origin.
func (s *Source) indexSent(e *recording.Exchange, at entry, sent *recording.Sent, body signature) error {
	header := func(name string) []string {
		var values []string
		for _, f := range sent.Header {
			if strings.EqualFold(f.Name, name) {
				values = append(values, f.Value)
			}
		}
		return values
	}
	scheme := "http"
	if sent.TLS {
		scheme = "https"
	}
	return s.index(e, at, body, s.key(scheme+"://"+at.target, sent.Method, sent.URI, header), header)
}

func valuesOf(h http.Header) func(string) []string {
	return func(name string) []string { return h[name] }
}

// index adds an entry to the group of its request.
func (s *Source) index(e *recording.Exchange, at entry, body signature, key string, header func(string) []string) error {
	for _, name := range s.config.Headers {
		for _, value := range header(name) {
			if strings.Contains(value, "[redacted ") {
				return &HeaderError{Name: name, Exchange: e.ID}
			}
		}
	}
	for _, g := range s.groups[key] {
		if g.body == body {
			g.entries = append(g.entries, at)
			return nil
		}
	}
	s.groups[key] = append(s.groups[key], &group{body: body, entries: []entry{at}})
	return nil
}

// key is the text of everything that must match except the body.
func (s *Source) key(origin, method, uri string, header func(string) []string) string {
	var b strings.Builder
	b.WriteString(method + " " + strings.ToLower(origin) + " " + uri)
	for _, name := range s.config.Headers {
		fmt.Fprintf(&b, "\n%q", header(name))
	}
	return b.String()
}

// Answer answers a request from the recording. It returns nil if the origin is to be asked.
// It has the signature of originconn.Client.Answer.
func (s *Source) Answer(ctx context.Context, t *originconn.Target, r *originconn.Request) *originconn.Result {
	scheme := "http"
	if t.TLS {
		scheme = "https"
	}
	header := func(name string) []string {
		var values []string
		for _, f := range r.Header {
			if strings.EqualFold(f.Name, name) {
				values = append(values, f.Value)
			}
		}
		return values
	}
	groups := s.groups[s.key(scheme+"://"+t.Address(), r.Method, r.RequestURI, header)]
	if groups == nil {
		groups = s.groups[s.key("", r.Method, r.ViewerURI, header)]
	}
	at, why := s.choose(groups, r)
	if why == "" {
		result, err := s.result(ctx, at, t)
		if err == nil {
			return result
		}
		why = err.Error()
	}
	if s.config.Fallback {
		return nil
	}
	if r.Body != nil {
		r.Body.Close()
	}
	return &originconn.Result{Cause: noMatch(t, r, why)}
}

// choose returns the entry whose turn it is, or why there is none.
func (s *Source) choose(groups []*group, r *originconn.Request) (entry, string) {
	if len(groups) == 0 {
		return entry{}, "no recorded exchange has this method and URL" + s.besides()
	}
	g, err := matching(groups, r)
	if err != nil {
		return entry{}, err.Error()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at := g.entries[min(g.turn, len(g.entries)-1)]
	g.turn++
	return at, at.unfit
}

// besides says what else is compared.
func (s *Source) besides() string {
	if len(s.config.Headers) == 0 {
		return ""
	}
	return " and the same " + strings.Join(s.config.Headers, ", ")
}

// noMatchText is on the page for a request that the recording cannot answer.
const noMatchText = "edgesim replays a recording, which has no answer to this request. This is not an answer of CloudFront."

// noMatch is the cause of such a request. It is edgesim's own, not CloudFront's: CloudFront
// never uses this status.
func noMatch(t *originconn.Target, r *originconn.Request, why string) *policy.Cause {
	scheme := "http"
	if t.TLS {
		scheme = "https"
	}
	return &policy.Cause{
		Name: recording.CauseReplayNoMatch, Rule: recording.RuleReplay, Stage: policy.StageResolve, Status: http.StatusNotImplemented, Sentence: noMatchText,
		ResultType: "Error", DetailedResultType: "Error",
		Detail: fmt.Sprintf("%s %s://%s%s: %s", r.Method, scheme, t.Address(), r.RequestURI, why),
		Hint:   "record this request, or let the origin answer it: serve --replay-fallback",
	}
}
