// Package sqlitestore keeps exchanges in a folder: an index in SQLite, and the exchanges
// themselves in segment files next to it. The whole folder can be copied when no edge is
// writing to it.
//
// # What to read first
//
// [Open] makes a [Store]. Record puts an exchange into a queue (package queue); one
// goroutine takes batches out of it (writer.go), encodes them at the end of a segment
// (segment.go) and commits a block of rows to the index (index.go, rows.go, block.go).
// ask.go queries the index, read.go reads the exchanges that it names, retain.go drops the
// oldest.
//
// # The folder
//
//   - index.db is the index: some forty bytes for each exchange, with what filters examine
//     and where the exchange is, in blocks of up to a thousand. PRAGMA user_version is the
//     version of the schema (schema.go).
//   - segment-N.log holds the exchanges in the form of package compact, each with a header
//     and its bodies; identical bodies are stored once. A segment refers to nothing outside
//     it: when its last exchange is dropped, the file is deleted.
//
// Segments are written before the index, so that, no matter what ends the process, a row of
// the index has its exchange. What a segment has beyond its rows is ignored. Batches are
// not synced: a killed process loses nothing that was committed, a power failure may lose
// the last seconds, and the checksum reveals an exchange that came back damaged.
//
// # Damage
//
// A damaged exchange is left out and reported, and has no other effect (damage.go). A lost
// or damaged index is rebuilt from the segments, whose entries start with a mark
// (rebuild.go). On a full disk, a reserve is freed so that deleting works (reserve.go).
//
// # Several processes
//
// Any number may read while an edge writes. Several may also write: each has its own
// segment, and SQLite serializes the rest.
package sqlitestore
