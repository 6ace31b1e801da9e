// Package cache keeps entries by key, each with a head and a body of bytes, within a limit
// in bytes. What a head is, and how long an entry is valid, is up to the caller: the
// package knows nothing about HTTP, rules or clocks.
//
// # Bodies are read while they arrive
//
// [Flight.Keep] puts an entry into the [Store] before its body has arrived. A reader at the
// end of what has arrived fetches more from the source; all others read what is there and
// wait. So the first byte does not wait for the last, no reader waits for a slower one, and
// there is no goroutine in between. A body whose source fails is never mistaken for a whole
// one: its readers get the error, and the entry is dropped. It is also dropped when all of
// its readers leave before the end.
//
// # Who fetches and who waits
//
// [Store.Join] makes one caller for a key the leader, and all others wait for its result. A
// leader with a result that cannot be shared declines, and the others then proceed by
// themselves, a few at a time.
//
// # What is evicted first
//
// The least recently used entry: one list, under one lock. otter v2 was measured for
// comparison: over 100,000 keys, with two cores on a busy machine, a lookup took 0.4 to 1.6
// µs here and 0.8 to 1.3 µs there, of the 25 µs that a whole hit takes. A cache that admits
// by frequency may also refuse new entries, which looks like a bug to a person watching it,
// and weighs an entry when it is put, while a body here grows as it is read.
//
// # Files
//
// Bodies above [Config.FileFrom] are kept in files in [Config.Dir], without a name if the
// system supports that: they are gone when the process ends, however it ends. [New] removes
// files left by an earlier process.
package cache
