package inspector

import (
	"errors"
	"io"
	"net/http"

	"github.com/edgesim/edgesim/faults"
)

// maxFaultsBytes limits the body of a PUT: more than a full Set has.
const maxFaultsBytes = 256 << 10

// faultsExample is the shortest useful body of a PUT.
const faultsExample = `{"faults": [{"cause": "connect-timeout", "path": "/api/*", "next": 1, "latency": "5s"}]}`

// faultList is the answer of /api/faults.
type faultList struct {
	Faults []faults.Status `json:"faults"`
}

// faults shows the active faults.
func (i *inspector) faults(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, faultList{i.Faults.List()})
}

// putFaults replaces the active faults with all that were sent, or with none.
func (i *inspector) putFaults(w http.ResponseWriter, r *http.Request) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxFaultsBytes))
	if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
		refuse(w, http.StatusRequestEntityTooLarge, problem{Error: "the body is longer than 262144 bytes"})
		return
	}
	if err != nil {
		return // the client has left
	}
	list, err := faults.Decode(data)
	if err == nil {
		err = i.Faults.Replace(list)
	}
	var bad *faults.Error
	switch {
	case errors.As(err, &bad):
		p := badValue(bad.Field, bad.Value, bad.Allowed)
		refuse(w, http.StatusBadRequest, p)
	case err != nil:
		refuse(w, http.StatusBadRequest, problem{Error: "the faults cannot be read: " + err.Error(), Hint: "send JSON like " + faultsExample})
	default:
		i.faults(w, r)
	}
}

// deleteFaults removes all faults.
func (i *inspector) deleteFaults(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Removed int `json:"removed"`
	}{i.Faults.Reset()})
}
