// Package queue decouples requests from a store that writes slowly: exchanges wait in it,
// limited in bytes, and one goroutine of the store takes them out in batches.
//
// # What to read first
//
// [Queue.Put] and [Queue.Take] are its two ends. If more arrives than can be written, Put
// waits, and nothing is dropped. If nothing can be written at all, after [Queue.Fail], it
// no longer waits: what does not fit is lost and counted. [Late] holds the exchanges to be
// rewritten.
package queue
