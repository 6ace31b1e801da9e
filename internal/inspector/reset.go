package inspector

import (
	"context"
	"net/http"
	"net/url"

	"github.com/edgesim/edgesim/recording"
)

// reset removes all faults, and deletes other state and the exchanges of this edge since it
// started, or with all=true every exchange: what a test suite does before each test.
func (i *inspector) reset(w http.ResponseWriter, r *http.Request) {
	all, bad := parseReset(r.URL.RawQuery)
	if bad != nil {
		refuse(w, http.StatusBadRequest, *bad)
		return
	}
	ended := i.Faults.Reset()
	if i.Config.Reset != nil {
		i.Config.Reset()
	}
	forget := i.forgetOwn
	if all || i.Started.IsZero() {
		forget = i.Recordings.Reset
	}
	removed, err := forget(r.Context())
	if err != nil {
		refuse(w, http.StatusInternalServerError, problem{Error: err.Error()})
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Removed int `json:"removed"`
		Faults  int `json:"faults"`
	}{removed, ended})
}

// parseReset parses the query of a reset: all=true, or nothing.
func parseReset(query string) (all bool, bad *problem) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return false, &problem{Error: "the query cannot be read: " + err.Error()}
	}
	for name, given := range values {
		p := badValue(name, given[0], "true or false")
		switch {
		case name != "all":
			p.Error, p.Allowed = "there is no parameter "+quote(name), "all"
		case len(given) > 1:
			p.Error = "the parameter all is given twice"
		case given[0] == "true" || given[0] == "false":
			return given[0] == "true", nil
		}
		return false, &p
	}
	return false, nil
}

// forgottenAtOnce is how many exchanges are deleted in one change of a store.
const forgottenAtOnce = 1000

// forgetOwn deletes the exchanges of this edge since it started. Those recorded meanwhile
// are kept, or a busy edge would never finish.
func (i *inspector) forgetOwn(ctx context.Context) (removed int, err error) {
	own := recording.Filter{Since: i.Started, Edge: i.Edge, Limit: forgottenAtOnce}
	for {
		page, err := i.Recordings.List(ctx, own)
		if err != nil {
			return removed, err
		}
		ids := make([]string, len(page.Exchanges))
		for n, e := range page.Exchanges {
			ids[n] = e.ID
		}
		if len(ids) > 0 {
			n, err := i.Recordings.Delete(ctx, ids...)
			removed += n
			if err != nil {
				return removed, err
			}
		}
		if page.Next == "" {
			return removed, nil
		}
		own.Cursor = page.Next
	}
}
