package inspector

import (
	"encoding/json"
	"net/http"
	"time"
)

// mostAdvance limits one step of the clock: a hundred years.
const mostAdvance = 100 * 365 * 24 * time.Hour

// clockExample is the shortest useful body of a POST to /api/clock.
const clockExample = `{"advance": "25h"}`

// clockState is the answer of /api/clock.
type clockState struct {
	// Now is the edge's current time, Ahead how far it is ahead of the real time.
	Now   time.Time `json:"now"`
	Ahead string    `json:"ahead"`
}

// clock returns the edge's time.
func (i *inspector) clock(w http.ResponseWriter, _ *http.Request) {
	if i.Clock == nil {
		refuse(w, http.StatusNotFound, problem{Error: "there is no clock to tell"})
		return
	}
	writeJSON(w, http.StatusOK, clockState{i.Clock.Now().UTC(), i.Clock.Ahead().String()})
}

// advanceClock moves the edge's time.
func (i *inspector) advanceClock(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Advance *string `json:"advance"`
	}
	if i.Clock == nil || !readJSON(w, r, &asked, clockExample) {
		i.clockless(w)
		return
	}
	if asked.Advance == nil {
		refuse(w, http.StatusBadRequest, problem{Error: "advance is missing", Hint: "send JSON like " + clockExample})
		return
	}
	d, err := time.ParseDuration(*asked.Advance)
	if err != nil || d.Abs() > mostAdvance {
		refuse(w, http.StatusBadRequest, badValue("advance", *asked.Advance, "a duration such as 90s, 25h or -1h, up to a hundred years"))
		return
	}
	i.Clock.Advance(d)
	i.clock(w, r)
}

// clockless answers if there is no clock; otherwise there has already been an answer.
func (i *inspector) clockless(w http.ResponseWriter) {
	if i.Clock == nil {
		i.clock(w, nil)
	}
}

// Clock is the time by which the edge decides. All three fields are required.
type Clock struct {
	// Now returns the time, Ahead how far it has been moved; Advance moves it.
	Now     func() time.Time
	Ahead   func() time.Duration
	Advance func(d time.Duration)
}

// maxJSONBytes limits the body of a POST: more than 3,000 of the longest paths.
const maxJSONBytes = 16 << 20

// readJSON reads a small body; false means that the answer has been sent.
func readJSON(w http.ResponseWriter, r *http.Request, into any, example string) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxJSONBytes))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, problem{Error: "the body cannot be read: " + err.Error(), Hint: "send JSON like " + example})
		return false
	}
	return true
}
