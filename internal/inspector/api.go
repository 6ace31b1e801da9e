package inspector

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// exchangePath precedes the id of an exchange.
const exchangePath = "/api/exchanges/"

// exchanges lists summaries, newest first, or as the query says.
func (i *inspector) exchanges(w http.ResponseWriter, r *http.Request) {
	filter, bad := parseFilter(r.URL.RawQuery, time.Now())
	if bad != nil {
		refuse(w, http.StatusBadRequest, *bad)
		return
	}
	i.list(w, r, filter)
}

// exchangeID returns the id in the path of an exchange.
func exchangeID(r *http.Request) string {
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, exchangePath), "/")
	return id
}

// exchange shows a complete exchange.
func (i *inspector) exchange(w http.ResponseWriter, r *http.Request) {
	e, err := i.named(r.Context(), exchangeID(r))
	if err != nil {
		i.refuseError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, e)
}

// deleteExchange deletes one exchange.
func (i *inspector) deleteExchange(w http.ResponseWriter, r *http.Request) {
	id := exchangeID(r)
	n, err := i.Recordings.Delete(r.Context(), id)
	if err == nil && n == 0 {
		err = &recording.NotFoundError{ID: id}
	}
	if err != nil {
		i.refuseError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Removed int `json:"removed"`
	}{n})
}

// stats counts the exchanges.
func (i *inspector) stats(w http.ResponseWriter, r *http.Request) {
	s, err := i.Recordings.Stats(r.Context())
	if err != nil {
		i.refuseError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, s)
}

// refuseError answers with an error of the store.
func (i *inspector) refuseError(w http.ResponseWriter, err error) {
	var cursor *recording.CursorError
	var absent *recording.NotFoundError
	switch {
	case errors.As(err, &cursor):
		refuse(w, http.StatusBadRequest, badValue("cursor", cursor.Cursor, `the "next" of an earlier answer`))
	case errors.As(err, &absent):
		refuse(w, http.StatusNotFound, problem{
			Error: "no exchange has the id " + quote(absent.ID),
			Hint:  "only the newest are kept; GET /api/exchanges lists them",
		})
	default:
		refuse(w, http.StatusInternalServerError, problem{Error: err.Error()})
	}
}

// rules shows the catalogue.
func (i *inspector) rules(w http.ResponseWriter, _ *http.Request) {
	var rules any = policy.Catalogue()
	if i.Config.Rules != nil {
		rules = i.Config.Rules()
	}
	writeJSON(w, http.StatusOK, struct {
		Rules any `json:"rules"`
	}{rules})
}

// distribution shows what is served.
func (i *inspector) distribution(w http.ResponseWriter, _ *http.Request) {
	if i.Distribution == nil {
		refuse(w, http.StatusNotFound, problem{Error: "no distribution is served here"})
		return
	}
	data, err := i.Distribution()
	if err != nil {
		refuse(w, http.StatusInternalServerError, problem{Error: "showing the distribution: " + err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, json.RawMessage(data))
}

// ServedDistribution is one of the distributions that are served.
type ServedDistribution struct {
	// Name is how the files refer to it, or its id; "" if it has neither.
	Name string `json:"name"`
	// ID is the distribution's id and DomainName its cloudfront.net name; "" if the files
	// have none.
	ID         string `json:"id,omitempty"`
	DomainName string `json:"domainName,omitempty"`
	// Config is the effective DistributionConfig as the API writes it.
	Config json.RawMessage `json:"config"`
	// Policies are the names of its policies, by id.
	Policies map[string]string `json:"policies"`
	// Notices are the remarks of the files' reader.
	Notices []string `json:"notices"`
}

// distributions shows all distributions served.
func (i *inspector) distributions(w http.ResponseWriter, _ *http.Request) {
	if i.Distributions == nil {
		refuse(w, http.StatusNotFound, problem{Error: "no distribution is served here"})
		return
	}
	all, err := i.Distributions()
	if err != nil {
		refuse(w, http.StatusInternalServerError, problem{Error: "showing the distributions: " + err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Distributions []ServedDistribution `json:"distributions"`
	}{all})
}

// problem is the answer to a request that cannot be served.
type problem struct {
	// Error describes the problem, Hint what to do about it.
	Error string `json:"error"`
	Hint  string `json:"hint,omitempty"`
	// Parameter, Value and Allowed are set for a bad query parameter.
	Parameter string `json:"parameter,omitempty"`
	Value     string `json:"value,omitempty"`
	Allowed   string `json:"allowed,omitempty"`
}

func refuse(w http.ResponseWriter, status int, p problem) { writeJSON(w, status, p) }

// writeJSON sends a value as indented JSON, so that it is readable with plain curl. A write
// error means that the client has left.
func writeJSON(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		refuse(w, http.StatusInternalServerError, problem{Error: "writing the answer as JSON: " + err.Error()})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// quote prepares foreign text for an error: quoted, and truncated if long.
func quote(text string) string {
	const longest = 100
	if len(text) > longest {
		return strconv.Quote(strings.ToValidUTF8(text[:longest], "")) + "…"
	}
	return strconv.Quote(text)
}
