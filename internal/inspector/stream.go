package inspector

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// Limits for lists of exchanges: an answer is written while it is read, so that what is
// requested at once takes the memory of a few exchanges and not of all.
const (
	// maxLists is how many lists are written at once. A further one waits for listWait, and
	// is then refused.
	maxLists = 4
	listWait = 5 * time.Second
	// listPart is how many summaries are read from the store at a time, and
	// wholePart how many exchanges with their bodies.
	listPart  = 50
	wholePart = 4
	// maxListBytes is where a list ends, regardless of its limit; its "next" says where it
	// continues. A single larger exchange is still sent.
	maxListBytes = 32 << 20
	// slowReader is how long a reader may take for one part.
	slowReader = 30 * time.Second
)

// list writes the exchanges that a filter selects.
func (i *inspector) list(w http.ResponseWriter, r *http.Request, filter recording.Filter) {
	if !i.takeTurn(r) {
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, problem{Error: "others are reading lists of exchanges already", Hint: "ask again, or for fewer with limit="})
		return
	}
	defer func() { <-i.lists }()
	l := &listing{w: w, control: http.NewResponseController(w), filter: filter}
	page, err := l.part(i.Recordings, r)
	if err != nil {
		i.refuseError(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if r.Method == http.MethodHead {
		return
	}
	l.write("{\n  \"exchanges\": [")
	for l.add(page) && err == nil {
		page, err = l.part(i.Recordings, r)
	}
	if err != nil || l.err != nil {
		panic(http.ErrAbortHandler) // the reader must not mistake it for the end
	}
	l.end()
}

// takeTurn waits until few enough lists are being written.
func (i *inspector) takeTurn(r *http.Request) bool {
	timer := time.NewTimer(listWait)
	defer timer.Stop()
	select {
	case i.lists <- struct{}{}:
		return true
	case <-timer.C:
	case <-r.Context().Done():
	}
	return false
}

// listing is a list being sent to a reader.
type listing struct {
	w         http.ResponseWriter
	control   *http.ResponseController
	filter    recording.Filter
	sent      int
	bytes     int
	positions []string
	damaged   []recording.Damaged
	next      string
	buffer    bytes.Buffer
	err       error
}

// part reads the next few exchanges.
func (l *listing) part(store recording.Store, r *http.Request) (recording.Page, error) {
	f := l.filter
	f.Limit = listPart
	if f.Bodies {
		f.Limit = wholePart
	}
	if l.filter.Limit > 0 {
		f.Limit = min(f.Limit, l.filter.Limit-l.sent)
	}
	return store.List(r.Context(), f)
}

// add writes a part, and reports whether another is wanted.
func (l *listing) add(page recording.Page) (more bool) {
	l.damaged = append(l.damaged, page.Damaged...)
	l.next = page.Next
	_ = l.control.SetWriteDeadline(time.Now().Add(slowReader)) // a writer without deadlines belongs to a test
	for n, e := range page.Exchanges {
		l.exchange(e, page.Positions[n])
		last := n+1 == len(page.Exchanges)
		switch {
		case l.err != nil:
			return false
		case l.bytes >= maxListBytes && (!last || page.Next != ""):
			l.next = page.Positions[n]
			return false
		}
	}
	l.filter.Cursor = page.Next
	return page.Next != "" && (l.filter.Limit <= 0 || l.sent < l.filter.Limit)
}

// exchange writes one.
func (l *listing) exchange(e *recording.Exchange, position string) {
	separator := ",\n    "
	if l.sent == 0 {
		separator = "\n    "
	}
	l.write(separator)
	l.sent++
	if !l.filter.Bodies {
		l.value(e.Summary(), "    ")
		return
	}
	l.value(e, "    ")
	l.positions = append(l.positions, position)
}

// end writes what follows the exchanges.
func (l *listing) end() {
	if l.sent > 0 {
		l.write("\n  ")
	}
	l.write("]")
	for _, member := range []struct {
		name  string
		value any
		there bool
	}{{"positions", l.positions, len(l.positions) > 0}, {"next", l.next, l.next != ""}, {"damaged", l.damaged, len(l.damaged) > 0}} {
		if member.there {
			l.write(",\n  \"" + member.name + "\": ")
			l.value(member.value, "  ")
		}
	}
	l.write("\n}\n")
}

// value writes a value as JSON that is indented like the rest.
func (l *listing) value(v any, indent string) {
	l.buffer.Reset()
	enc := json.NewEncoder(&l.buffer)
	enc.SetEscapeHTML(false)
	enc.SetIndent(indent, "  ")
	if err := enc.Encode(v); err != nil {
		l.err = err
		return
	}
	l.put(bytes.TrimSuffix(l.buffer.Bytes(), []byte("\n")))
	if l.buffer.Cap() > 1<<20 {
		l.buffer = bytes.Buffer{}
	}
}

func (l *listing) write(text string) { l.put([]byte(text)) }

func (l *listing) put(p []byte) {
	if l.err == nil {
		_, l.err = l.w.Write(p)
		l.bytes += len(p)
	}
}
