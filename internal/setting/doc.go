// Package setting is the one table of what can be set: by a flag, by a variable of
// the environment, and by a key of the overlay, all under one name.
//
// # What to read first
//
// [All] is the table; table.go and table_origin.go have its rows. A new setting is a new row:
// its flag, its variable, its key, docs/CONFIGURATION.md, the JSON Schema for
// editors and the test of its example come from there. What it does is up to the
// command that asks for it by name.
//
// # What it is not
//
// It reads nothing: package ingest reads overlays by it, cmd/edgesim flags.
package setting
