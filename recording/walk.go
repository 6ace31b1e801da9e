package recording

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// place is the kind of a string in an exchange, which decides how it is redacted.
type place uint8

const (
	// inField is the value of a header field, inPart the value that a change has for a part
	// of a message; both come with the name.
	inField place = iota
	inPart
	// inTarget is a request target, inHead a response head as received, or bytes that may
	// be one.
	inTarget
	inHead
	// inKey is a cache key: a target, and a line for each field.
	inKey
	// inProse is a sentence, or anything else that may quote foreign bytes.
	inProse
	// inWord is text of edgesim or the configuration: names, ids, addresses.
	inWord
)

// walker visits the strings of an exchange. It is the only list of them, used by redaction,
// the size and the tests; a test using reflection checks that it is complete.
type walker struct {
	// hiding or sizing is the visitor if set, otherwise visit: it gets each string and
	// returns its replacement.
	hiding *hiding
	sizing bool
	visit  func(p place, name, value string) string
	// size is the result of sizing.
	size int
	// owned means that the current map is a copy.
	owned bool
	// reading leaves everything unchanged.
	reading bool
	// changed means that something was replaced or, while reading, would be.
	changed bool
}

// at visits one string.
func (w *walker) at(p place, name, value string) string {
	switch { // by name, as a func value would move all of it to the heap
	case w.hiding != nil:
		w.hiding.reading = w.reading
		return w.hiding.hide(p, name, value)
	case w.sizing:
		w.size += sizeAt(p, value)
		return value
	}
	return w.visit(p, name, value)
}

// exchange walks the exchange and stores replacements in it. What it shares with others
// (maps, lists, attempts) is copied first. Places that hold secrets come before those that
// may quote them.
func (w *walker) exchange(e *Exchange) {
	w.viewer(&e.Viewer)
	w.sent(&e.Sent)
	w.response(&e.Response)
	w.changes(&e.Changes)
	own(w, &e.ErrorPage, w.errorPage)
	list(w, &e.Functions, w.function)
	own(w, &e.Cache, func(c *CacheFacts) {
		w.text(inKey, "", &c.Key)
		w.text(inProse, "", &c.Reason)
		w.text(inWord, "", (*string)(&c.Decision), (*string)(&c.Rule), &c.From)
	})
	own(w, &e.GRPC, func(g *GRPC) {
		w.text(inProse, "", &g.Status, &g.Message)
	})
	own(w, &e.Tunnel, func(t *Tunnel) { w.text(inWord, "", &t.Protocol, (*string)(&t.Ended)) })
	list(w, &e.Failover, func(s *FailoverStep) {
		w.text(inWord, "", &s.Origin)
		own(w, &s.Cause, w.cause)
	})
	list(w, &e.Findings, w.finding)
	own(w, &e.Cause, w.cause)
	list(w, &e.Attempts, func(a **originconn.Attempt) { own(w, a, w.attempt) })
	w.text(inWord, "", &e.ID, &e.Edge, &e.Distribution, &e.Behavior, &e.Origin, &e.Forced, &e.Replayed, &e.ResultType, &e.DetailedResultType)
}

func (w *walker) viewer(v *Viewer) {
	w.header(&v.Header)
	list(w, &v.Fields, w.field)
	w.text(inTarget, "", &v.URI, &v.Host)
	w.text(inProse, "", &v.Method, &v.Proto)
	w.text(inWord, "", &v.Address, &v.Scheme, &v.Form)
}

func (w *walker) sent(s **Sent) {
	own(w, s, func(s *Sent) {
		list(w, &s.Header, w.field)
		w.text(inTarget, "", &s.URI)
		w.text(inProse, "", &s.Method)
		w.text(inWord, "", &s.Host)
	})
}

func (w *walker) response(r *Response) {
	w.header(&r.Header)
	w.header(&r.Trailer)
	w.text(inHead, "", &r.OriginHead)
}

func (w *walker) errorPage(p *ErrorPage) {
	w.sent(&p.Sent)
	w.changes(&p.Changes)
	w.text(inHead, "", &p.Replaced)
	w.text(inWord, "", &p.Behavior, &p.Origin)
}

func (w *walker) function(r *FunctionRun) {
	w.changes(&r.Changed)
	list(w, &r.Log, func(line *string) { w.text(inProse, "", line) })
	own(w, &r.Error, func(e *FunctionError) { w.text(inProse, "", &e.Class, &e.Message) })
	w.text(inWord, "", &r.Event, &r.Name, &r.Runtime)
}

func (w *walker) attempt(a *originconn.Attempt) {
	own(w, &a.Handshake, w.handshake)
	if w.hiding == nil || a.Cause != nil { // otherwise they are about the connection, and were made before the request
		list(w, &a.Findings, w.finding)
	}
	own(w, &a.Cause, w.cause)
	w.text(inWord, "", &a.Target, &a.Address)
	list(w, &a.Addresses, func(s *string) { w.text(inWord, "", s) })
}

func (w *walker) handshake(h *originconn.Handshake) {
	w.bytes(&h.FirstBytes)
	w.bytes(&h.Flight)
	w.text(inProse, "", &h.Why, &h.SNI)
	w.text(inWord, "", &h.Road)
	own(w, &h.ALPN, func(a *originconn.ALPN) {
		list(w, &a.Offered, func(s *string) { w.text(inWord, "", s) })
		w.text(inWord, "", &a.Agreed)
	})
}

func (w *walker) changes(all *[]policy.Change) {
	list(w, all, func(c *policy.Change) {
		w.text(inPart, c.Field, &c.From, &c.To)
		w.text(inWord, "", &c.Field, &c.By, (*string)(&c.Leg), (*string)(&c.Kind), (*string)(&c.Rule))
	})
}

func (w *walker) finding(f *policy.Finding) {
	w.text(inProse, "", &f.Subject, &f.Observed, &f.Expected, &f.Hint)
	w.text(inWord, "", (*string)(&f.Rule), (*string)(&f.Verdict), (*string)(&f.Cause))
}

// cause walks a cause. The underlying error is dropped if it quotes something that is
// replaced: it cannot be changed.
func (w *walker) cause(c *policy.Cause) {
	w.text(inProse, "", &c.Detail, &c.Hint)
	w.text(inWord, "", (*string)(&c.Name), (*string)(&c.Rule), (*string)(&c.Stage), &c.Sentence, &c.ResultType, &c.DetailedResultType)
	if c.Err == nil {
		return
	}
	if text := c.Err.Error(); w.at(inProse, "", text) != text {
		w.changed = true
		if !w.reading {
			c.Err = nil
		}
	}
}

func (w *walker) field(f *policy.Field) {
	w.text(inField, f.Name, &f.Value)
	w.text(inWord, "", &f.Name)
}

// header walks a map of fields; names are not changed. edgesim's own fields come last: they
// may quote the others.
func (w *walker) header(h *http.Header) {
	ours := false
	w.owned = false
	for name, values := range *h {
		if strings.HasPrefix(name, oursPrefix) {
			ours = true
			continue
		}
		w.values(h, name, values)
	}
	if !ours {
		return
	}
	for name, values := range *h {
		if strings.HasPrefix(name, oursPrefix) {
			w.values(h, name, values)
		}
	}
}

// oursPrefix is the prefix of edgesim's own fields.
const oursPrefix = "X-Edgesim-"

// values walks the values of one field. The map is copied before the first change: h then
// has the copy, while an iteration over the old one continues with the old one.
func (w *walker) values(h *http.Header, name string, values []string) {
	for i, value := range values {
		hidden := w.at(inField, name, value)
		if hidden == value {
			continue
		}
		w.changed = true
		if w.reading {
			continue
		}
		if !w.owned {
			*h, w.owned = maps.Clone(*h), true
		}
		if own := (*h)[name]; &own[0] == &values[0] {
			(*h)[name] = slices.Clone(values)
		}
		(*h)[name][i] = hidden
	}
}

func (w *walker) bytes(b *[]byte) {
	if len(*b) == 0 {
		return
	}
	text := string(*b)
	if hidden := w.at(inHead, "", text); hidden != text {
		w.changed = true
		if !w.reading {
			*b = []byte(hidden)
		}
	}
}

// text visits strings and replaces them in place.
func (w *walker) text(p place, name string, all ...*string) {
	if p == inWord && w.visit == nil {
		return // there are many, and they have no secrets
	}
	for _, s := range all {
		if *s == "" {
			continue
		}
		if hidden := w.at(p, name, *s); hidden != *s {
			w.changed = true
			if !w.reading {
				*s = hidden
			}
		}
	}
}

// own walks what a pointer points to, replacing it with a copy if something in it is
// replaced.
func own[T any](w *walker, p **T, walk func(*T)) {
	switch {
	case *p == nil:
	case w.reading:
		walk(*p)
	case would(w, *p, walk):
		copied := **p
		walk(&copied)
		*p = &copied
	}
}

// list walks the items of a list, which is copied if something in one is replaced.
func list[T any](w *walker, all *[]T, walk func(*T)) {
	cloned := false
	for i := range *all {
		if w.reading {
			walk(&(*all)[i])
			continue
		}
		if !would(w, &(*all)[i], walk) {
			continue
		}
		if !cloned {
			*all, cloned = slices.Clone(*all), true
		}
		walk(&(*all)[i])
	}
}

// would reports whether a walk replaces something.
func would[T any](w *walker, p *T, walk func(*T)) bool {
	before := w.changed
	w.reading, w.changed = true, false
	walk(p)
	found := w.changed
	w.reading, w.changed = false, before
	return found
}
