// Package lookup turns the questions that a [recording.Filter] asks into SQL, in
// one way for every database.
//
// # What to read first
//
// Most of what a filter looks at is the same for thousands of exchanges: status,
// cause, rules, method, host, behavior, origin and edge make a [Kind], of which
// there are few. Each exchange names its kind, and an index of kind and number
// answers every filter on those, alone or together, newest first. [Select] makes
// the statement.
package lookup
