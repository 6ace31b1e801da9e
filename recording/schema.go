package recording

import _ "embed"

//go:embed exchange.schema.json
var exchangeSchema string

// Schema returns the JSON Schema (draft 2020-12) of an exchange's JSON. Fields
// may be added to it but are never removed.
func Schema() string { return exchangeSchema }
