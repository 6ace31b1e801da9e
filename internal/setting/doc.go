// Package setting is the only table of what can be set: by a flag, by an environment
// variable, and by a key of the overlay, all with the same name.
//
// # What to read first
//
// [All] is the table; table.go and table_origin.go have its rows. A new setting is a new row:
// its flag, its variable, its key, docs/CONFIGURATION.md, the JSON Schema for editors and the
// test of its example are made from it. What it does is up to the command that looks it up by
// name.
//
// # What it is not
//
// It reads nothing: package ingest uses it to read overlays, cmd/edgesim to read flags.
package setting
