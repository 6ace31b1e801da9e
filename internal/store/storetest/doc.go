// Package storetest is the test suite for every [recording.Store]: the same exchanges, the
// same queries, the same answers.
//
// # What to read first
//
// [Run] is called by a test of each store, with a function that opens an empty one.
// [Success], [Failure] and [Handshake] make exchanges.
package storetest
