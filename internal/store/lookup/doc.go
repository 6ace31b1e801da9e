// Package lookup translates a [recording.Filter] into SQL, in the same way for every
// database.
//
// # What to read first
//
// Most of what a filter examines is the same for thousands of exchanges: status, cause,
// rules, method, host, behavior, origin and edge form a [Kind], of which there are few.
// Each exchange refers to its kind, and an index on kind and number answers every filter on
// those, alone or combined, newest first. [Select] builds the statement.
package lookup
