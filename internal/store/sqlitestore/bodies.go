package sqlitestore

import (
	"hash/crc32"
	"hash/maphash"
)

// bodies remembers where in the segment bodies are, so that identical ones are not written
// again: a site's files are requested again and again. It stores no bytes: bodies with the
// same bodyKey are taken for identical.
type bodies struct {
	seed  maphash.Seed
	known map[bodyKey]body
}

// bodyKey is what a body is known by: its length and two checksums, of which the hash has
// a secret key, so that nobody can make two bodies that share it. Among maxBodies, one
// body in 10^16 is taken for another by the hash alone.
type bodyKey struct {
	hash   uint64
	sum    uint32
	length int
}

// body is the position of the bodies of an exchange, and their checksum.
type body struct {
	at  int64
	sum uint32
}

const (
	// shortestBody is the size from which looking up a body is cheaper than writing it.
	shortestBody = 2 << 10
	// maxBodies limits how many are remembered.
	maxBodies = 2048
)

// find returns where the bodies of an exchange are: earlier in the segment, or at the given
// position, where they are written now.
func (b *bodies) find(viewer, response []byte, at int64) body {
	if len(viewer) > 0 || len(response) < shortestBody {
		return body{at, crc32.Update(crc32.Checksum(viewer, castagnoli), castagnoli, response)}
	}
	key := bodyKey{maphash.Bytes(b.seed, response), crc32.Checksum(response, castagnoli), len(response)}
	if known, ok := b.known[key]; ok {
		return known
	}
	if len(b.known) >= maxBodies {
		clear(b.known)
	}
	known := body{at, key.sum}
	b.known[key] = known
	return known
}

// forget forgets all of them.
func (b *bodies) forget() {
	b.seed, b.known = maphash.MakeSeed(), map[bodyKey]body{}
}
