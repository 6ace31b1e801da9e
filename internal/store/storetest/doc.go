// Package storetest is the one suite that every [recording.Store] answers to:
// the same exchanges, the same questions, the same answers.
//
// # What to read first
//
// [Run] is called by a test of each store, with a function that opens an empty
// one. [Success], [Failure] and [Handshake] make exchanges.
package storetest
