// Package compact writes an exchange in few bytes, for stores: what repeats
// from exchange to exchange (chains, findings, the fields of headers) is written
// once and referred to from then on.
//
// # What to read first
//
// [Encoder] writes and remembers parts, [Decode] reads. exchange.go and
// attempt.go say which field has which number.
//
// # The format
//
// A record is a list of fields. A field begins with a varint, its number times
// four plus its kind, and goes on by kind:
//
//	0  a number, as a varint; signed ones in zigzag
//	1  bytes that follow: their length as a varint, then they
//	2  a part: the varint says where the bytes are that belong here
//	3  an entry of the static table, by number; 0 is the exchange's own id
//
// Text, bytes and nested lists of fields may come as 1, 2 or 3. Fields with an
// unknown number are skipped, so that an older edgesim reads what a newer one
// wrote; a number is never used for something else. Field 0 is a part on its
// own, which only stands there to be referred to.
package compact
