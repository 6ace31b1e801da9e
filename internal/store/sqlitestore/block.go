package sqlitestore

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"slices"
)

// The index has a row for each block of exchanges instead of each exchange: SQLite takes as
// long for a row of one as we take for a hundred exchanges in a block. A block is a
// checksum, the number of the first exchange, the number of exchanges, and all keys,
// followed by, for each exchange, the differences of its number, start and place from the
// previous one, its kind, and its target without what it has in common with the previous
// one.

const (
	// fewRows is the number of rows below which the newest block is extended instead of
	// followed by another.
	fewRows = 64
	// mostRows is the maximum number of rows in a block: a batch, plus what the newest
	// block had before.
	mostRows = 1024
)

// row is the index's information on one exchange.
type row struct {
	number, key, start, kind, place int64
	// uri is valid until the block is decoded into again.
	uri []byte
}

// errBlock means that a block is not as it was written.
var errBlock = errors.New("a block of index.db is damaged")

// blockBuilder builds a block. The zero value is ready for use.
type blockBuilder struct {
	first, count   int64
	keys, rest     []byte
	last           row
	kinds, buckets []int64 // those that occur
	out            []byte
}

// bucketBits is how many bits of a key do not affect its bucket: the keys of 0.13 s, as
// edgesim makes them.
const bucketBits = 26

func bucketOf(key int64) int64 { return key >> bucketBits }

// reset starts a new block.
func (b *blockBuilder) reset() {
	*b = blockBuilder{
		keys: b.keys[:0], rest: b.rest[:0], out: b.out[:0], kinds: b.kinds[:0], buckets: b.buckets[:0],
		last: row{uri: b.last.uri[:0]},
	}
}

// addRow adds a row with a higher number than the previous ones.
func addRow[T string | []byte](b *blockBuilder, r row, uri T) {
	if b.count == 0 {
		if b.first == 0 {
			b.first = r.number
		}
		b.last.number = b.first
	}
	l := &b.last
	b.keys = binary.BigEndian.AppendUint64(b.keys, uint64(r.key))
	b.rest = binary.AppendUvarint(b.rest, uint64(r.number-l.number))
	b.rest = binary.AppendVarint(b.rest, r.start-l.start)
	b.rest = binary.AppendUvarint(b.rest, uint64(r.kind))
	b.rest = binary.AppendVarint(b.rest, r.place-l.place)
	same := 0
	for same < len(uri) && same < len(l.uri) && uri[same] == l.uri[same] {
		same++
	}
	b.rest = binary.AppendUvarint(b.rest, uint64(same))
	b.rest = binary.AppendUvarint(b.rest, uint64(len(uri)-same))
	b.rest = append(b.rest, uri[same:]...)
	if b.count == 0 || r.kind != l.kind {
		b.kinds = with(b.kinds, r.kind)
	}
	if bucket := bucketOf(r.key); b.count == 0 || bucket != bucketOf(l.key) {
		b.buckets = with(b.buckets, bucket)
	}
	r.uri = append(l.uri[:same], uri[same:]...)
	b.last = r
	b.count++
}

// with returns a set including a number.
func with(set []int64, n int64) []int64 {
	if slices.Contains(set, n) {
		return set
	}
	return append(set, n)
}

// bytes returns the block. It is valid until reset.
func (b *blockBuilder) bytes() []byte {
	b.out = append(b.out[:0], 0, 0, 0, 0)
	b.out = binary.AppendUvarint(b.out, uint64(b.first))
	b.out = binary.AppendUvarint(b.out, uint64(b.count))
	b.out = append(append(b.out, b.keys...), b.rest...)
	binary.BigEndian.PutUint32(b.out, crc32.Checksum(b.out[4:], castagnoli))
	return b.out
}

// block is a block that was read.
type block struct {
	rows []row
	uris []byte
}

// openBlock checks a block and returns the keys and what follows them.
func openBlock(data []byte, first int64) (keys, rest []byte, err error) {
	if len(data) < 4 || crc32.Checksum(data[4:], castagnoli) != binary.BigEndian.Uint32(data) {
		return nil, nil, errBlock
	}
	data = data[4:]
	says, n := binary.Uvarint(data)
	if n <= 0 || int64(says) != first {
		return nil, nil, errBlock
	}
	data = data[n:]
	count, n := binary.Uvarint(data)
	if n <= 0 || count > uint64(len(data))/8 {
		return nil, nil, errBlock
	}
	data = data[n:]
	return data[:8*count], data[8*count:], nil
}

// hasKey reports whether a key is among these.
func hasKey(keys []byte, key int64) bool {
	for ; len(keys) > 0; keys = keys[8:] {
		if binary.BigEndian.Uint64(keys) == uint64(key) {
			return true
		}
	}
	return false
}

// decode reads a block; previous contents are overwritten.
func (k *block) decode(data []byte, first int64) error {
	keys, rest, err := openBlock(data, first)
	if err != nil {
		return err
	}
	k.rows, k.uris = k.rows[:0], k.uris[:0]
	r, ok := row{number: first}, true
	unsigned := func() int64 {
		v, n := binary.Uvarint(rest)
		if ok = ok && n > 0; !ok {
			return 0
		}
		rest = rest[n:]
		return int64(v)
	}
	signed := func() int64 {
		v := uint64(unsigned())
		return int64(v>>1) ^ -int64(v&1)
	}
	for ; len(keys) > 0; keys = keys[8:] {
		r.key = int64(binary.BigEndian.Uint64(keys))
		r.number += unsigned()
		r.start += signed()
		r.kind = unsigned()
		r.place += signed()
		same, more := unsigned(), unsigned()
		if !ok || same < 0 || more < 0 || same > int64(len(r.uri)) || more > int64(len(rest)) {
			return errBlock
		}
		before := len(k.uris)
		k.uris = append(append(k.uris, r.uri[:same]...), rest[:more]...)
		r.uri, rest = k.uris[before:len(k.uris):len(k.uris)], rest[more:]
		k.rows = append(k.rows, r)
	}
	return nil
}
