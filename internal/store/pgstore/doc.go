// Package pgstore keeps the exchanges of many edges in one PostgreSQL database.
//
// # What to read first
//
// [Open] makes a [Store]. As with the store in a folder, Record puts an exchange
// into a queue and one goroutine takes batches out of it (writer.go), each of
// which is one transaction (batch.go). While the database cannot be reached, the
// batches go into a folder of this machine, the spool (spool.go), and are
// delivered afterwards. read.go answers questions, retain.go forgets the oldest.
//
// # Exactly once
//
// An exchange has an id that no other has, and is inserted unless its id is
// there. So what was committed without our hearing of it is not doubled when it
// is delivered again, and what is in the spool is deleted there only when it was
// committed here.
//
// # Order
//
// The row of the table state is updated first in every transaction that adds
// exchanges, and so is locked until it ends: numbers become visible in their
// order, and a reader that follows them misses none.
//
// # What is where
//
// All tables are in the schema edgesim. An exchange is a record in the form of
// package compact, whose parts (certificates and the like) are in the table
// part, under a hash of what they say. Reset and retention forget parts that
// edges still remember having written; generation and last tell them.
package pgstore
