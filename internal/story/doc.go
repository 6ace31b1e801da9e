// Package story describes one exchange to a person, in the order in which it happened: what
// was requested, what was sent, each attempt with its handshake, what was decided and by
// which rule, how to fix it, and what the viewer got.
//
// # What to read first
//
// [Write] is all there is; tell.go has the chapters in order. The text is for people and
// may change: programs read the JSON of package recording.
package story
