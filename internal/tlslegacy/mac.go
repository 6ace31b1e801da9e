package tlslegacy

import (
	"crypto"
	"crypto/hmac"
	"encoding/binary"
	"hash"
)

// recordInfo is what a record's MAC covers besides the content.
type recordInfo struct {
	sequence uint64
	kind     uint8
	version  uint16
}

// maxMACHeader is the largest form of a recordInfo with the content's length.
const maxMACHeader = 13

// header appends the 13 bytes that TLS puts before the content (RFC 5246
// section 6.2.3.1).
func (r recordInfo) header(dst []byte, length int) []byte {
	dst = binary.BigEndian.AppendUint64(dst, r.sequence)
	dst = append(dst, r.kind)
	dst = binary.BigEndian.AppendUint16(dst, r.version)
	return binary.BigEndian.AppendUint16(dst, uint16(length))
}

// headerSSL30 is the same for SSLv3, which omits the version.
func (r recordInfo) headerSSL30(dst []byte, length int) []byte {
	dst = binary.BigEndian.AppendUint64(dst, r.sequence)
	dst = append(dst, r.kind)
	return binary.BigEndian.AppendUint16(dst, uint16(length))
}

// recordMAC computes the MAC of records of one direction: HMAC in TLS, its
// predecessor in SSLv3 (RFC 6101 section 5.2.3.1).
type recordMAC struct {
	size int
	// keyed is the HMAC of TLS; nil in SSLv3, which hashes the prefixes.
	keyed          hash.Hash
	plain          hash.Hash
	prefix, suffix []byte
	// burner takes the blocks of burn.
	burner hash.Hash
	// before is how many bytes the inner hash processes before the content.
	before int
	// tail is the minimum of what the hash pads at its end: a bit and a length.
	tail   int
	header [maxMACHeader]byte
	sum    [maxMACLen]byte
	filler [maxBlockLen]byte
}

// The largest MAC of the suites and the largest block of a hash: SHA-384's.
const maxMACLen, maxBlockLen = 48, 128

func newRecordMAC(version uint16, h crypto.Hash, key []byte) *recordMAC {
	m := &recordMAC{size: h.Size(), burner: h.New()}
	m.tail = 1 + 8
	if m.burner.BlockSize() > 64 {
		m.tail = 1 + 16 // SHA-384 has a 128-bit length
	}
	if version > VersionSSL30 {
		m.keyed = hmac.New(h.New, key)
		m.before = m.keyed.BlockSize() + maxMACHeader
		return m
	}
	padLen := sslPadSHALen
	if h == crypto.MD5 {
		padLen = sslPadMD5Len
	}
	m.plain = h.New()
	m.prefix, m.suffix = padded(key, sslPad1, padLen), padded(key, sslPad2, padLen)
	m.before = len(m.prefix) + maxMACHeader - 2
	return m
}

func padded(key []byte, pad byte, padLen int) []byte {
	out := append([]byte(nil), key...)
	for range padLen {
		out = append(out, pad)
	}
	return out
}

// of returns the MAC of a record; it is valid until the next call.
func (m *recordMAC) of(r recordInfo, content []byte) []byte {
	if m.keyed != nil {
		m.keyed.Reset()
		m.keyed.Write(r.header(m.header[:0], len(content)))
		m.keyed.Write(content)
		return m.keyed.Sum(m.sum[:0])
	}
	m.plain.Reset()
	m.plain.Write(m.prefix)
	m.plain.Write(r.headerSSL30(m.header[:0], len(content)))
	m.plain.Write(content)
	inner := m.plain.Sum(m.sum[:0])
	m.plain.Reset()
	m.plain.Write(m.suffix)
	m.plain.Write(inner)
	return m.plain.Sum(m.sum[:0])
}

// blocks is how many blocks the inner hash compresses for this much content.
func (m *recordMAC) blocks(length int) int {
	size := m.burner.BlockSize()
	return (m.before + length + m.tail + size - 1) / size
}

// burn compresses as many blocks as the MAC of the longest content would have needed beyond
// that of the actual one. Without it, the time for a record would reveal the length of its
// padding, and with that its plaintext (Lucky Thirteen, CVE-2013-0169).
func (m *recordMAC) burn(actual, longest int) {
	for range m.blocks(longest) - m.blocks(actual) {
		m.burner.Write(m.filler[:m.burner.BlockSize()])
	}
}
