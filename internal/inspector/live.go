package inspector

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// Live is a [recording.Recorder] for the page: while someone is watching it keeps the
// summaries of the newest exchanges for one tick, and it always counts. Exchanges that come
// faster than a person can read are counted and not shown; the store has them. The zero
// value is ready for use.
type Live struct {
	// Redactor hides secrets. Default: credentials are hidden.
	Redactor *recording.Redactor

	mu       sync.Mutex
	watchers map[*watcher]bool
	minutes  [liveMinutes]Minute
}

const (
	// liveMinutes is how far back [Live.Minutes] goes.
	liveMinutes = 15
	// liveTick is how often a watcher is notified. It gets liveBurst exchanges at once, and
	// liveRate per second if more arrive: this limits the cost.
	liveTick  = 80 * time.Millisecond
	liveBurst = 50
	liveRate  = 50
)

// Minute counts the exchanges that ended in one minute.
type Minute struct {
	// Start is the start of the minute.
	Start time.Time `json:"start"`
	// Requests counts all exchanges, Failed those with a cause, and Causes the latter by
	// cause.
	Requests int            `json:"requests"`
	Failed   int            `json:"failed"`
	Causes   map[string]int `json:"causes,omitempty"`
}

// watcher is one watching page.
type watcher struct {
	summaries []json.RawMessage
	skipped   int
	// budget is how many more exchanges it may get; refilled is when it was last increased.
	budget   int
	refilled time.Time
	wake     chan struct{}
}

var _ recording.Recorder = (*Live)(nil)

// Record counts an exchange and shows it to the watchers.
func (l *Live) Record(e *recording.Exchange) {
	now := e.Start.Add(e.Duration)
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.minute(now)
	m.Requests++
	if e.Cause != nil {
		m.Failed++
		if m.Causes == nil {
			m.Causes = map[string]int{}
		}
		m.Causes[string(e.Cause.Name)]++
	}
	var summary json.RawMessage
	for w := range l.watchers {
		if w.budget == 0 {
			w.skipped++
			w.stir()
			continue
		}
		if summary == nil {
			data, err := json.Marshal(l.redact(e).Summary())
			if err != nil {
				continue
			}
			summary = data
		}
		w.budget--
		w.summaries = append(w.summaries, summary)
		w.stir()
	}
}

// stir makes the watcher be notified at the next tick.
func (w *watcher) stir() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// refill increases the budget for the time that has passed.
func (w *watcher) refill(now time.Time) {
	if more := int(now.Sub(w.refilled).Seconds() * liveRate); more > 0 {
		w.budget, w.refilled = min(liveBurst, w.budget+more), now
	}
}

func (l *Live) redact(e *recording.Exchange) *recording.Exchange {
	if l.Redactor == nil {
		return recording.Redact(e)
	}
	return l.Redactor.Redact(e)
}

// minute returns the counts of a minute, cleared if they were those of an earlier one.
func (l *Live) minute(at time.Time) *Minute {
	start := at.Truncate(time.Minute)
	m := &l.minutes[start.Unix()/60%liveMinutes]
	if !m.Start.Equal(start) {
		*m = Minute{Start: start}
	}
	return m
}

// Minutes returns the counts of the last minutes, oldest first, including minutes without
// exchanges.
func (l *Live) Minutes(now time.Time) []Minute {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Minute, 0, liveMinutes)
	for n := liveMinutes - 1; n >= 0; n-- {
		start := now.Truncate(time.Minute).Add(-time.Duration(n) * time.Minute)
		m := l.minutes[start.Unix()/60%liveMinutes]
		if !m.Start.Equal(start) {
			m = Minute{Start: start}
		}
		causes := make(map[string]int, len(m.Causes))
		for name, count := range m.Causes {
			causes[name] = count
		}
		m.Causes = causes
		all = append(all, m)
	}
	return all
}

// watch adds a watcher until leave is called.
func (l *Live) watch() (w *watcher, leave func()) {
	w = &watcher{wake: make(chan struct{}, 1), budget: liveBurst, refilled: time.Now()}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.watchers == nil {
		l.watchers = map[*watcher]bool{}
	}
	l.watchers[w] = true
	return w, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		delete(l.watchers, w)
	}
}

// take returns what a watcher has not received yet.
func (l *Live) take(w *watcher) liveEvent {
	l.mu.Lock()
	defer l.mu.Unlock()
	w.refill(time.Now())
	event := liveEvent{Exchanges: w.summaries, Skipped: w.skipped}
	if event.Exchanges == nil {
		event.Exchanges = []json.RawMessage{}
	}
	w.summaries, w.skipped = nil, 0
	return event
}

// liveEvent is what a watcher receives at a time, oldest first.
type liveEvent struct {
	Exchanges []json.RawMessage `json:"exchanges"`
	Skipped   int               `json:"skipped"`
}

// live follows the exchanges for the page. A page that was away requests the list when it
// is back: nothing is resumed here.
func (i *inspector) live(w http.ResponseWriter, r *http.Request) {
	if i.Live == nil {
		refuse(w, http.StatusNotFound, problem{Error: "nothing is shown live here"})
		return
	}
	if !i.enter() {
		refuse(w, http.StatusServiceUnavailable, problem{Error: "too many follow the events already"})
		return
	}
	defer i.leave()
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	watcher, leave := i.Live.watch()
	defer leave()
	s := &eventStream{w: w, control: http.NewResponseController(w)}
	s.send("retry: 500\n\nevent: hello\ndata: {}\n\n")
	heartbeat := time.NewTicker(eventHeartbeat)
	defer heartbeat.Stop()
	for s.err == nil {
		select {
		case <-r.Context().Done():
			return
		case <-heartbeat.C:
			s.send(": still here\n\n")
		case <-watcher.wake:
			if event := i.Live.take(watcher); len(event.Exchanges) > 0 || event.Skipped > 0 {
				s.send("event: exchanges\ndata: " + oneLine(event) + "\n\n")
			}
			if !pause(r.Context(), liveTick) {
				return
			}
		}
	}
}

// summary is what is at the top of every view of the page.
func (i *inspector) summary(w http.ResponseWriter, r *http.Request) {
	answer := struct {
		Version  Version     `json:"version"`
		Record   recordState `json:"record"`
		Listen   Listeners   `json:"listen"`
		Served   []string    `json:"served"`
		Minutes  []Minute    `json:"minutes"`
		Warnings []string    `json:"warnings"`
	}{Version: i.Version, Record: i.recordState(r.Context()), Listen: i.Listeners, Served: []string{}, Minutes: []Minute{}, Warnings: []string{}}
	if i.Live != nil {
		answer.Minutes = i.Live.Minutes(time.Now())
	}
	if i.Served != nil {
		answer.Served = i.Served()
	}
	if i.Ready != nil {
		if err := i.Ready(); err != nil {
			answer.Warnings = append(answer.Warnings, err.Error())
		}
	}
	if i.Warning != nil {
		if warning := i.Warning(); warning != "" {
			answer.Warnings = append(answer.Warnings, warning)
		}
	}
	writeJSON(w, http.StatusOK, answer)
}

// recordState is the state of the recordings, for people.
type recordState struct {
	// Where says where they are stored.
	Where   string `json:"where"`
	Lost    uint64 `json:"lost"`
	Spooled uint64 `json:"spooled"`
	Damaged uint64 `json:"damaged"`
	Failing string `json:"failing,omitempty"`
}

func (i *inspector) recordState(context.Context) recordState {
	h := i.Recordings.Health()
	s := recordState{Where: i.Where, Lost: h.Lost, Spooled: h.Spooled, Damaged: h.Damaged}
	if h.Err != nil {
		s.Failing = h.Err.Error()
	}
	return s
}
