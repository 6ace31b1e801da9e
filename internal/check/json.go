package check

import (
	_ "embed"
	"encoding/json"
	"io"
)

// Schema is the JSON schema (2020-12) of a report, published as [SchemaID].
//
//go:embed schema-1.json
var Schema []byte

// WriteJSON writes the report for programs.
func (r *Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
