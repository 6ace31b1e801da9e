package compact

import (
	"encoding/binary"
	"hash/crc32"
	"hash/maphash"
	"strings"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

const (
	// shortest is the length below which a text is written in place: a reference is hardly
	// shorter.
	shortest = 7
	// long is the length from which a text becomes a part when first seen; shorter ones
	// become parts when seen again.
	long = 256
	// longestText is the length above which a text of one exchange is not looked up: it
	// will hardly recur, and the memory for it is limited.
	longestText = 16 << 10
	// remembered limits the bytes of the parts that an Encoder remembers, in each of two
	// generations.
	remembered = 512 << 10
	// sightings is how many texts seen once are noted, by hash.
	sightings = 1 << 13
	// shared limits how many handshakes and lists of findings are remembered by their
	// address in memory.
	shared = 256
	// nearby is the number of slots where a part is looked up before the map.
	nearby   = 1 << nearBits
	nearBits = 10
)

// Encoder encodes exchanges one after another and remembers which parts it has written. It
// must not be used concurrently. Its memory is limited.
type Encoder struct {
	// External stores a part elsewhere and returns the reference to it. Default: parts are
	// written into the records themselves, and a reference is the number of bytes before
	// the length of the part, in the place where all records of the Encoder are stored
	// consecutively.
	External func(part []byte) uint64
	// Shortest is the length of the shortest text that becomes a part. Default: whatever
	// saves bytes.
	Shortest int

	seed maphash.Seed
	seen [sightings]uint32
	// parts and older are the two generations of remembered parts with their references;
	// parts includes the static table, so that one lookup suffices.
	parts, older map[string]part
	// near has the parts again, by a hash that is cheaper than a map's.
	near       [nearby]part
	partBytes  int
	handshakes map[*originconn.Handshake]uint64
	findings   map[findingsKey]uint64

	id   string
	base uint64
	out  []byte   // the record
	free [][]byte // buffers for nested lists
}

// part is a text that has been written, with its reference.
type part struct {
	text string
	ref  uint64
}

// findingsKey identifies a list of findings in memory; attempts on one connection share
// theirs.
type findingsKey struct {
	first  *policy.Finding
	length int
}

// Forget makes the Encoder forget all parts: later records refer to nothing before them.
func (c *Encoder) Forget() {
	if c.parts == nil {
		c.seed = maphash.MakeSeed()
	}
	c.parts, c.older, c.partBytes = withStatic(), nil, 0
	clear(c.near[:])
	c.handshakes, c.findings = map[*originconn.Handshake]uint64{}, map[findingsKey]uint64{}
}

// Encode returns the record of an exchange without its bodies. base is the number of bytes
// before the record in its file. The result is valid until the next call.
func (c *Encoder) Encode(e *recording.Exchange, base uint64) []byte {
	if c.parts == nil {
		c.Forget()
	}
	c.id, c.base, c.out = e.ID, base, c.out[:0]
	list := c.exchange(c.list(), e)
	c.out = append(c.out, list...)
	c.done(list)
	return c.out
}

// list returns an empty buffer for a nested list of fields; done takes it back.
func (c *Encoder) list() []byte {
	if n := len(c.free); n > 0 {
		b := c.free[n-1]
		c.free = c.free[:n-1]
		return b[:0]
	}
	return make([]byte, 0, 512)
}

func (c *Encoder) done(list []byte) { c.free = append(c.free, list) }

// text writes a text in the shortest form, unless it is empty.
func (c *Encoder) text(b []byte, field int, s string) []byte {
	if s == "" {
		return b
	}
	return c.item(b, field, s)
}

// item writes a text in the shortest form, even an empty one.
func (c *Encoder) item(b []byte, field int, s string) []byte {
	if s == c.id && s != "" {
		return binary.AppendUvarint(appendTag(b, field, kindStatic), 0)
	}
	near := &c.near[nearOf(s)]
	known, ok := *near, true
	if known.text != s || s == "" {
		if known, ok = c.parts[s]; ok {
			*near = known
		}
	}
	switch {
	case ok && known.ref >= firstStatic:
		return binary.AppendUvarint(appendTag(b, field, kindStatic), known.ref-firstStatic)
	case ok:
		return binary.AppendUvarint(appendTag(b, field, kindPart), known.ref)
	case len(s) < max(shortest, c.Shortest) || len(s) > longestText:
		return appendBytes(b, field, s)
	}
	if known, ok = c.older[s]; ok { // it is still in use
		c.remember(known)
		return binary.AppendUvarint(appendTag(b, field, kindPart), known.ref)
	}
	if len(s) < long && !c.seenBefore(s) {
		return appendBytes(b, field, s)
	}
	ref := c.keep(s)
	return binary.AppendUvarint(appendTag(b, field, kindPart), ref)
}

// partSum is the length of the checksum before the bytes of a part. The record that
// contains a part has a checksum, too, but a reader of another record that refers to the
// part does not know where that one starts.
const partSum = 4

// OpenPart returns the bytes of a part that was written into a record, from what follows
// its length, and whether they are intact.
func OpenPart(sealed []byte) (part []byte, ok bool) {
	if len(sealed) < partSum {
		return nil, false
	}
	part = sealed[partSum:]
	return part, binary.BigEndian.Uint32(sealed) == crc32.ChecksumIEEE(part)
}

// keep makes a text a part and returns its reference.
func (c *Encoder) keep(s string) uint64 {
	var ref uint64
	if c.External != nil {
		ref = c.External([]byte(s))
	} else {
		c.out = appendTag(c.out, 0, kindBytes)
		ref = c.base + uint64(len(c.out))
		c.out = binary.AppendUvarint(c.out, uint64(len(s))+partSum)
		c.out = binary.BigEndian.AppendUint32(c.out, crc32.ChecksumIEEE([]byte(s)))
		c.out = append(c.out, s...)
	}
	c.remember(part{strings.Clone(s), ref})
	return ref
}

// remember notes a part. When there are too many, those not used since the last time are
// dropped.
func (c *Encoder) remember(p part) {
	const overhead = 64
	if c.partBytes += len(p.text) + overhead; c.partBytes > remembered {
		c.parts, c.older, c.partBytes = withStatic(), c.parts, len(p.text)+overhead
		clear(c.near[:])
	}
	c.parts[p.text] = p
}

// nearOf returns the slot of a text in near, by its length and its ends.
func nearOf(s string) uint64 {
	h := uint64(len(s))
	if n := len(s); n >= 8 {
		h ^= word(s) * 0x9e3779b97f4a7c15
		h ^= word(s[n-8:]) * 0xd6e8feb86659fd93
	} else {
		for i := range n {
			h = h<<8 ^ uint64(s[i])
		}
	}
	return h * 0x9e3779b97f4a7c15 >> (64 - nearBits)
}

// word is the first eight bytes of a text.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// seenBefore reports whether a text was seen before, by a hash: a mistake costs a few
// bytes.
func (c *Encoder) seenBefore(s string) bool {
	h := maphash.String(c.seed, s)
	slot, mark := &c.seen[h%sightings], uint32(h>>32)|1
	if *slot == mark {
		return true
	}
	*slot = mark
	return false
}

// part writes a nested list that repeats as a whole.
func (c *Encoder) part(list []byte) uint64 {
	if known, ok := c.parts[string(list)]; ok { // this form does not copy the text
		return known.ref
	}
	if known, ok := c.older[string(list)]; ok {
		c.remember(known)
		return known.ref
	}
	return c.keep(string(list))
}
