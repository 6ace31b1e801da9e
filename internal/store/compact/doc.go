// Package compact encodes an exchange in few bytes, for stores: what repeats across
// exchanges (chains, findings, header fields) is written once and then referred to.
//
// # What to read first
//
// [Encoder] writes and remembers parts, [Decode] reads. exchange.go and attempt.go define
// the field numbers.
//
// # The format
//
// A record is a list of fields. A field starts with a varint, its number times four plus
// its kind, and continues by kind:
//
//	0  a number, as a varint; signed ones in zigzag
//	1  bytes that follow: their length as a varint, then the bytes
//	2  a part: the varint says where the bytes are
//	3  an entry of the static table, by number; 0 is the exchange's own id
//
// Text, bytes and nested lists of fields may be of kind 1, 2 or 3. Fields with an unknown
// number are skipped, so that an older edgesim can read what a newer one wrote; a number is
// never reused for something else. Field 0 is a separate part, which exists only to be
// referred to.
package compact
