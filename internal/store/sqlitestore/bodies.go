package sqlitestore

import (
	"hash/crc32"
	"hash/maphash"
)

// bodies remembers where in the segment bodies stand, so that the same ones are
// not written again: a site's files are asked for again and again. It goes by a
// hash of 128 bits under a key that nobody knows, and keeps no bytes.
type bodies struct {
	first, second maphash.Seed
	known         map[[2]uint64]body
}

// body is where the bodies of an exchange stand, and their checksum.
type body struct {
	at  int64
	sum uint32
}

const (
	// shortestBody is the size from which looking for a body is less work than
	// writing it.
	shortestBody = 2 << 10
	// maxBodies bounds how many are remembered.
	maxBodies = 2048
)

// find returns where the bodies of an exchange stand: earlier in the segment, or
// at the given place, to which they are written now.
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
