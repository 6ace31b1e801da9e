package inspector

import (
	"net/http"
	"strings"
)

// reload rereads the configuration. The answer says what is wrong with it, one line per
// error.
func (i *inspector) reload(w http.ResponseWriter, _ *http.Request) {
	if i.Reload == nil {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no configuration to read again"})
		return
	}
	if err := i.Reload(); err != nil {
		writeJSON(w, http.StatusUnprocessableEntity, struct {
			Reloaded bool     `json:"reloaded"`
			Errors   []string `json:"errors"`
		}{false, strings.Split(err.Error(), "\n")})
		return
	}
	writeJSON(w, http.StatusOK, struct {
		Reloaded bool     `json:"reloaded"`
		Errors   []string `json:"errors"`
	}{true, []string{}})
}
