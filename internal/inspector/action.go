package inspector

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/edgesim/edgesim/recording"
)

// Actions are what the page can request and the inspector cannot do itself, because it has
// no access to the edge or the origins. A nil one is answered with 404.
type Actions struct {
	// Replay sends the request of an exchange through the edge again and returns the id of
	// the new exchange.
	Replay func(ctx context.Context, e *recording.Exchange) (id string, err error)
	// Explain returns as JSON what the edge would do with a request, as config --explain
	// --json prints it.
	Explain func(ctx context.Context, q ExplainQuery) ([]byte, error)
	// Check checks the origins, or the one with this id, and returns the report as JSON.
	// progress is called with a description of each step.
	Check func(ctx context.Context, origin string, progress func(string)) ([]byte, error)
}

// ExplainQuery is a viewer's request that was not sent.
type ExplainQuery struct {
	// URL is absolute. Method defaults to GET.
	URL    string `json:"url"`
	Method string `json:"method"`
	// Header are lines like "Name: value".
	Header []string `json:"header"`
}

// replay sends a recorded request again.
func (i *inspector) replay(w http.ResponseWriter, r *http.Request) {
	if i.Actions.Replay == nil {
		refuse(w, http.StatusNotFound, problem{Error: "requests cannot be sent again here"})
		return
	}
	e, err := i.named(r.Context(), exchangeID(r))
	if err != nil {
		i.refuseError(w, err)
		return
	}
	id, err := i.Actions.Replay(r.Context(), e)
	if err != nil {
		refuse(w, http.StatusBadGateway, problem{Error: "sending it again: " + err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, struct {
		ID string `json:"id"`
	}{id})
}

// explain explains what would happen to a request.
func (i *inspector) explain(w http.ResponseWriter, r *http.Request) {
	if i.Actions.Explain == nil {
		refuse(w, http.StatusNotFound, problem{Error: "requests cannot be explained here"})
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, problem{Error: "the query cannot be read: " + err.Error()})
		return
	}
	q := ExplainQuery{URL: query.Get("url"), Method: query.Get("method"), Header: query["header"]}
	if q.URL == "" {
		refuse(w, http.StatusBadRequest, badValue("url", "", "an absolute URL, e.g. https://www.example.com/api?x=1"))
		return
	}
	data, err := i.Actions.Explain(r.Context(), q)
	if err != nil {
		refuse(w, http.StatusBadRequest, problem{Error: err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, json.RawMessage(data))
}

// check checks origins, with a server-sent event for each step and one for the report.
func (i *inspector) check(w http.ResponseWriter, r *http.Request) {
	if i.Actions.Check == nil {
		refuse(w, http.StatusNotFound, problem{Error: "origins cannot be checked here"})
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		refuse(w, http.StatusBadRequest, problem{Error: "the query cannot be read: " + err.Error()})
		return
	}
	if !i.checking.CompareAndSwap(false, true) {
		refuse(w, http.StatusConflict, problem{Error: "a check is under way already"})
		return
	}
	defer i.checking.Store(false)
	w.Header().Set("Content-Type", "text/event-stream")
	s := &eventStream{w: w, control: http.NewResponseController(w)}
	data, err := i.Actions.Check(r.Context(), query.Get("origin"), func(step string) {
		s.send("event: progress\ndata: " + oneLine(step) + "\n\n")
	})
	if err != nil {
		s.send("event: failed\ndata: " + oneLine(problem{Error: err.Error()}) + "\n\n")
		return
	}
	s.send("event: report\ndata: " + oneLine(json.RawMessage(data)) + "\n\n")
}

// fromPage reports whether a request that changes something is allowed: one sent by a
// browser must come from the page, which sets a header field that other sites cannot send
// without a preflight.
func fromPage(r *http.Request) bool {
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return true
	}
	browser := r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != ""
	return !browser || r.Header.Get("X-Edgesim-Page") != ""
}
