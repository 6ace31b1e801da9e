package inspector

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/recording"
)

const (
	// maxWatchers limits how many may follow the events at once.
	maxWatchers = 64
	// eventPage is how many exchanges a watcher gets from the store at a time: all that is
	// ever held for a slow one.
	eventPage = 100
	// eventPause combines a burst of exchanges into one query of the store.
	eventPause = 50 * time.Millisecond
	// eventTick is how often the store is queried without notification, as other edges may
	// write to it, and how soon a disconnected watcher is noticed.
	eventTick = time.Second
	// eventHeartbeat keeps connections through proxies open.
	eventHeartbeat = 15 * time.Second
	// slowWatcher is how long a watcher may take for one page. A slower one is dropped; it
	// resumes with Last-Event-ID where it stopped.
	slowWatcher = 10 * time.Second
)

// events sends one event for every exchange that finishes from now on, or after the one
// named by Last-Event-ID. Its data is the summary of the exchange, its id the position in
// the store. What a watcher has not read yet stays only in the store.
func (i *inspector) events(w http.ResponseWriter, r *http.Request) {
	filter, bad := parseFilter(r.URL.RawQuery, time.Now(), "limit", "cursor", "order", "whole")
	if bad != nil {
		refuse(w, http.StatusBadRequest, *bad)
		return
	}
	if !i.enter() {
		refuse(w, http.StatusServiceUnavailable, problem{Error: fmt.Sprintf("%d others follow the events already", maxWatchers)})
		return
	}
	defer i.leave()
	filter.OldestFirst, filter.Limit = true, eventPage
	var err error
	if filter.Cursor, err = i.resume(r.Context(), r.Header.Get("Last-Event-ID")); err != nil {
		i.refuseError(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	s := &eventStream{w: w, control: http.NewResponseController(w)}
	s.send("retry: 1000\n\n")
	i.follow(r.Context(), filter, s)
}

// resume returns the cursor after which events start.
func (i *inspector) resume(ctx context.Context, last string) (string, error) {
	newest, err := i.Recordings.List(ctx, recording.Filter{Limit: 1})
	if err != nil {
		return "", err
	}
	if last == "" {
		if len(newest.Positions) == 0 {
			return "", nil
		}
		return newest.Positions[0], nil
	}
	number, err := recording.ParseCursor(last)
	if err != nil || len(newest.Positions) == 0 {
		return last, err
	}
	if most, err := recording.ParseCursor(newest.Positions[0]); err == nil && number > most {
		// The store has started over since: everything in it is new to the watcher.
		return "", nil
	}
	return last, nil
}

// follow sends what the store has after the filter's cursor, and then what is recorded
// later, until the watcher leaves or is too slow.
func (i *inspector) follow(ctx context.Context, filter recording.Filter, s *eventStream) {
	tick := time.NewTicker(eventTick)
	defer tick.Stop()
	heard := time.Now()
	for s.err == nil {
		next := i.next() // before the query, so that nothing is missed in between
		page, err := i.Recordings.List(ctx, filter)
		if err != nil {
			if ctx.Err() == nil {
				s.send("event: error\ndata: " + oneLine(problem{Error: err.Error()}) + "\n\n")
			}
			return
		}
		for n, e := range page.Exchanges {
			filter.Cursor = page.Positions[n]
			s.send("id: " + filter.Cursor + "\nevent: exchange\ndata: " + oneLine(e.Summary()) + "\n\n")
		}
		if len(page.Exchanges) > 0 {
			heard = time.Now()
		}
		if page.Next != "" {
			filter.Cursor = page.Next // also skips what is damaged
			continue
		}
		if time.Since(heard) >= eventHeartbeat {
			heard = time.Now()
			s.send(": still here\n\n")
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-next:
			if !pause(ctx, eventPause) {
				return
			}
		}
	}
}

// next is closed at the next exchange; without a feed it is nil, which never is.
func (i *inspector) next() <-chan struct{} {
	if i.Feed == nil {
		return nil
	}
	return i.Feed.Next()
}

func (i *inspector) enter() bool {
	if i.watchers.Add(1) > maxWatchers {
		i.watchers.Add(-1)
		return false
	}
	return true
}

func (i *inspector) leave() { i.watchers.Add(-1) }

// eventStream is the connection to one watcher.
type eventStream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

// send sends immediately. A watcher that does not accept it in time is dropped.
func (s *eventStream) send(text string) {
	if s.err != nil {
		return
	}
	// A writer without deadlines belongs to a test: it accepts everything.
	_ = s.control.SetWriteDeadline(time.Now().Add(slowWatcher))
	if _, s.err = s.w.Write([]byte(text)); s.err == nil {
		s.err = s.control.Flush()
	}
}

// oneLine returns JSON without line ends, as the data of an event is one line.
func oneLine(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return `{"error":"the event cannot be written as JSON"}`
	}
	return string(data)
}

// pause waits and reports whether the watcher is still connected.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
