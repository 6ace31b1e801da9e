// Package story tells one exchange to a person, in the order in which it
// happened: what was asked, what was sent, each attempt with its handshake, what
// was decided and by which rule, how to fix it, and what the viewer got.
//
// # What to read first
//
// [Write] is all there is; tell.go has the chapters in their order. The words
// are for people and may change: programs read the JSON of package recording.
package story
