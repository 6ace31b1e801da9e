// Package queue is what stands between requests and a store that writes slowly:
// exchanges wait in it, bounded in bytes, and one goroutine of the store takes
// them out in batches.
//
// # What to read first
//
// [Queue.Put] and [Queue.Take] are its two ends. Where more comes than can be
// written, Put waits, and nothing is dropped. Where nothing can be written at
// all, after [Queue.Fail], it waits no more: what does not fit is lost and
// counted. [Late] has the exchanges that are to be written again.
package queue
