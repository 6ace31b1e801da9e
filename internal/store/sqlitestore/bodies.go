package sqlitestore

import (
	"hash/crc32"
	"hash/maphash"
)

// bodies remembers where in the segment bodies are, so that identical ones are not written
// again: a site's files are requested again and again. It uses a 128-bit hash with a secret
// key, and stores no bytes.
type bodies struct {
	first, second maphash.Seed
	known         map[[2]uint64]body
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
	key := [2]uint64{maphash.Bytes(b.first, response), maphash.Bytes(b.second, response)}
	if known, ok := b.known[key]; ok {
		return known
	}
	if len(b.known) >= maxBodies {
		clear(b.known)
	}
	known := body{at, crc32.Checksum(response, castagnoli)}
	b.known[key] = known
	return known
}

// forget forgets all of them.
func (b *bodies) forget() {
	b.first, b.second, b.known = maphash.MakeSeed(), maphash.MakeSeed(), map[[2]uint64]body{}
}
