// Package pgstore keeps the exchanges of many edges in one PostgreSQL database.
//
// # What to read first
//
// [Open] makes a [Store]. As in the store in a folder, Record puts an exchange into a
// queue, and one goroutine takes batches out of it (writer.go), each of which is one
// transaction (batch.go). While the database cannot be reached, batches go into a folder on
// this machine, the spool (spool.go), and are delivered afterward. read.go answers queries,
// retain.go drops the oldest exchanges.
//
// # Exactly once
//
// Ids are unique, and an exchange is inserted only if its id is not present. So what was
// committed without our knowledge is not duplicated when delivered again, and exchanges are
// deleted from the spool only once they are committed here.
//
// # Order
//
// Every transaction that adds exchanges first updates the row of the table state, which
// stays locked until it ends: numbers become visible in order, and a reader that follows
// them misses none.
//
// # What is where
//
// All tables are in the schema edgesim. An exchange is a record in the form of package
// compact, whose parts (certificates and the like) are in the table part, under a hash of
// their contents. Reset and retention drop parts that edges still remember having written;
// generation and last tell them.
package pgstore
