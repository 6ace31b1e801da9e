// Package cache keeps things under keys, each a head and a body of bytes, within a
// bound of bytes. What a head is, and how long anything is good for, is its
// user's business: it knows no HTTP, no rule and no clock.
//
// # A body is read while it comes
//
// [Flight.Keep] puts an entry into the [Store] before its body is there. Whoever
// reads at the end of what has come fetches more from the source; all others read
// what is there and wait. So the first byte does not wait for the last, no reader
// waits for a slower one, and no goroutine stands between. A body whose source
// fails is never taken for a whole one: its readers get the error, and the entry is
// gone. It is gone, too, when all its readers have left before its end.
//
// # Who asks and who waits
//
// [Store.Join] makes one caller for a key the leader and all others wait for what
// the leader brings. A leader that can share nothing declines, and the others go on
// by themselves, a few at a time.
//
// # What leaves first
//
// The entry that was not used for the longest time: one list, under one lock. A
// cache with shards or with frequencies (otter, ristretto) was measured beside it:
// a look-up costs 60 ns here and 25 there, of the 15 µs that a hit takes as a whole,
// while they bound the weight of an entry when it is put, where a body here grows
// while it is read, and may refuse what is new, which a person who looks at a cache
// would take for a fault.
//
// # Files
//
// Bodies above [Config.FileFrom] are kept in files of [Config.Dir], which have no
// name where the system allows that: they are gone with the process, however it
// ends. What an earlier process left is removed by [New].
package cache
