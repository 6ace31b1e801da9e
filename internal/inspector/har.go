package inspector

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/internal/har"
)

// har sends one exchange as an HTTP Archive, to save as a file and open in a browser's
// developer tools.
func (i *inspector) har(w http.ResponseWriter, r *http.Request) {
	id := exchangeID(r)
	e, err := i.named(r.Context(), id)
	if err != nil {
		i.refuseError(w, err)
		return
	}
	var b bytes.Buffer
	archive := har.NewWriter(&b, har.Creator{Name: "edgesim", Version: i.Version.Version})
	if err = archive.Write(e); err == nil {
		err = archive.Close()
	}
	if err != nil {
		refuse(w, http.StatusInternalServerError, problem{Error: "writing the archive: " + err.Error()})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="edgesim-`+fileName(id)+`.har"`)
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	_, _ = w.Write(b.Bytes())
}

// fileName keeps those characters of an id that are safe in a file name.
func fileName(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return -1
	}, id)
}
