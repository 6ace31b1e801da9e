package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
)

// record is the API's form of an exchange, as far as tests look at it.
type record struct {
	Attempts []struct {
		Handshake *struct {
			SNI          string
			Version      string
			CipherSuite  string
			Certificates []struct{ DER []byte }
		}
		Findings []finding
	}
}

// finding is one judgment in a record.
type finding struct{ Rule, Verdict, Observed string }

// exchange asks the API for the record of what a viewer got.
func (e *edgesim) exchange(t testing.TB, a *answer) record {
	t.Helper()
	id := a.Header.Get("X-Edgesim-Exchange")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+e.Inspect+"/api/exchanges/"+url.PathEscape(id), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := e.send(t, r)
	if got.Status != http.StatusOK {
		t.Fatalf("the API has no exchange %q: %d %s", id, got.Status, got.Body)
	}
	var known record
	if err := json.Unmarshal([]byte(got.Body), &known); err != nil {
		t.Fatal(err)
	}
	return known
}
