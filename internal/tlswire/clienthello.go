package tlswire

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
)

// ClientHello is what a hand-built ClientHello offers. Only the server's first
// flight can be read after it: there is no key behind its key share.
type ClientHello struct {
	// Versions are the protocol versions, in any order; a set, holes are legal
	// where TLS 1.3 is among them.
	Versions []uint16
	// Suites are the cipher suites in the order offered.
	Suites []uint16
	// Groups are the named groups in the order offered. TLS 1.3 gets an empty
	// key share, which draws a HelloRetryRequest that names the suite.
	Groups []uint16
	// Signatures are the signature schemes in the order offered.
	Signatures []uint16
	// SNI is the server name; "" sends none.
	SNI string
}

// Extension numbers (RFC 8446 section 4.2, RFC 8422, RFC 5746).
const (
	extServerName          = 0
	extSupportedGroups     = 10
	extECPointFormats      = 11
	extSignatureAlgorithms = 13
	extSupportedVersions   = 43
	extKeyShare            = 51
	extRenegotiationInfo   = 0xff01
)

const (
	versionTLS10 = 0x0301
	versionTLS12 = 0x0303
	versionTLS13 = 0x0304
)

// Marshal returns the hello as one TLS record.
func (h ClientHello) Marshal() []byte {
	newest := min(slices.Max(h.Versions), versionTLS12)
	var body builder
	body.u16(newest)
	random := make([]byte, 32)
	rand.Read(random)
	body = append(body, random...)
	body = append(body, 0) // no session id
	body.vector(2, func(b *builder) { b.u16s(h.Suites) })
	body = append(body, 1, 0) // null compression
	if newest >= versionTLS10 {
		body.vector(2, h.extensions)
	}
	var handshake builder
	handshake = append(handshake, 1)
	handshake.vector(3, func(b *builder) { *b = append(*b, body...) })
	var record builder
	record = append(record, 22)
	record.u16(min(newest, versionTLS10))
	record.vector(2, func(b *builder) { *b = append(*b, handshake...) })
	return record
}

func (h ClientHello) extensions(b *builder) {
	if h.SNI != "" {
		b.extension(extServerName, func(b *builder) {
			b.vector(2, func(b *builder) {
				*b = append(*b, 0)
				b.vector(2, func(b *builder) { *b = append(*b, h.SNI...) })
			})
		})
	}
	if len(h.Groups) > 0 {
		b.extension(extSupportedGroups, func(b *builder) { b.vector(2, func(b *builder) { b.u16s(h.Groups) }) })
		b.extension(extECPointFormats, func(b *builder) { *b = append(*b, 1, 0) })
	}
	if slices.Max(h.Versions) >= versionTLS12 && len(h.Signatures) > 0 {
		b.extension(extSignatureAlgorithms, func(b *builder) { b.vector(2, func(b *builder) { b.u16s(h.Signatures) }) })
	}
	b.extension(extRenegotiationInfo, func(b *builder) { *b = append(*b, 0) })
	if slices.Contains(h.Versions, versionTLS13) {
		b.extension(extSupportedVersions, func(b *builder) { b.vector(1, func(b *builder) { b.u16s(h.Versions) }) })
		b.extension(extKeyShare, func(b *builder) { b.u16(0) })
	}
}

// builder appends big-endian numbers and length-prefixed vectors.
type builder []byte

func (b *builder) u16(v uint16) { *b = binary.BigEndian.AppendUint16(*b, v) }

func (b *builder) u16s(list []uint16) {
	for _, v := range list {
		b.u16(v)
	}
}

// vector appends what fill writes behind its length in size bytes.
func (b *builder) vector(size int, fill func(*builder)) {
	var inner builder
	fill(&inner)
	for shift := 8 * (size - 1); shift >= 0; shift -= 8 {
		*b = append(*b, byte(len(inner)>>shift))
	}
	*b = append(*b, inner...)
}

func (b *builder) extension(number uint16, fill func(*builder)) {
	b.u16(number)
	b.vector(2, fill)
}

// AllVersions returns TLS 1.0 to 1.3. SSLv3 is not among them: a hello with
// extensions is not for it.
func AllVersions() []uint16 { return []uint16{0x0304, 0x0303, 0x0302, 0x0301} }

// AllGroups returns the groups of RFC 8422, RFC 7919 and RFC 8446 that servers have.
func AllGroups() []uint16 {
	return []uint16{23, 29, 24, 25, 30, 26, 27, 28, 256, 257, 258, 259, 260, 22, 21, 19}
}

// AllSignatures returns the signature schemes of RFC 8446 and the older pairs.
func AllSignatures() []uint16 {
	return []uint16{
		0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0807, 0x0808,
		0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0203, 0x0201, 0x0402, 0x0502, 0x0602, 0x0202,
	}
}

// AllSuites returns the cipher suites that servers of these days may have, the
// ones outside CloudFront's list included.
func AllSuites() []uint16 {
	return []uint16{
		0x1301, 0x1302, 0x1303, 0x1304, 0x1305, // TLS 1.3
		0xcca9, 0xcca8, 0xccaa, 0xccac, 0xccab, 0xccad, 0xccae, // ChaCha20-Poly1305
		0x009f, 0x009e, 0x006b, 0x0067, 0x0039, 0x0033, 0x0016, 0x00a3, 0x00a2, // DHE
		0x009d, 0x009c, 0x003d, 0x003c, // static RSA GCM and CBC-SHA256
		0xc0ad, 0xc0ac, 0xc0af, 0xc0ae, 0xc09f, 0xc09e, 0xc09d, 0xc09c, 0xc0a3, 0xc0a2, 0xc0a1, 0xc0a0, // CCM
		0xc05d, 0xc05c, 0xc061, 0xc060, 0xc053, 0xc052, 0xc051, 0xc050, // ARIA
		0xc073, 0xc072, 0xc077, 0xc076, 0x00c4, 0x00be, 0x0088, 0x0045, 0x00c0, 0x00ba, 0x0084, 0x0041, // Camellia
		0xc087, 0xc086, 0xc08b, 0xc08a, 0xc07d, 0xc07c, 0xc07b, 0xc07a, // Camellia GCM
		0x00a9, 0x00a8, 0x00af, 0x00ae, 0x008d, 0x008c, 0xc036, 0xc035, 0xc038, 0xc037, // PSK
		0xc02c, 0xc02b, 0xc030, 0xc02f, 0xc024, 0xc023, 0xc028, 0xc027, 0xc00a, 0xc009, 0xc014, 0xc013,
		0xc008, 0xc012, 0xc007, 0xc011, // ECDHE with 3DES and RC4
		0x0035, 0x002f, 0x000a, 0x0005, 0x0004,
	}
}
