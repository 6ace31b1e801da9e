// Package sqlitestore keeps exchanges in a folder: an index in SQLite, and the
// exchanges themselves in segment files beside it. The folder as a whole can be
// copied when no edge writes to it.
//
// # What to read first
//
// [Open] makes a [Store]. Record puts an exchange into a queue (package queue); one
// goroutine takes batches out of it (writer.go), encodes them at the end of a
// segment (segment.go) and commits a block of rows to the index (index.go, rows.go,
// block.go). ask.go asks the index, read.go reads what it names, retain.go forgets the
// oldest.
//
// # The folder
//
//   - index.db is the index: some forty bytes for each exchange, with what filters look
//     at and where the exchange is, in blocks of up to a thousand. PRAGMA user_version
//     is the version of the schema (schema.go).
//   - segment-N.log has the exchanges in the form of package compact, each with
//     a header and its bodies; bodies that are the same are there once. A segment
//     refers to nothing outside it: when its last exchange is forgotten the file is
//     deleted.
//
// The order of writing is segment, then index, so that whatever ends the
// process, a row of the index has its exchange. What a segment has beyond its rows is
// ignored. Nothing is synced for each batch: a killed process loses nothing that
// was committed, a power failure may lose the last seconds, and the checksum of
// an exchange that came back damaged says so.
//
// # Damage
//
// A damaged exchange is left out and named, and costs nothing else (damage.go). An
// index that is lost or damaged is made again from the segments, whose entries
// begin with a mark (rebuild.go). On a full disk a reserve is given back so that
// deleting works (reserve.go).
//
// # Several processes
//
// Any number may read while an edge writes. Several may write, too: each has a
// segment of its own, and SQLite serializes the rest.
package sqlitestore
