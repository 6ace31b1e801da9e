package tlswire

import (
	"crypto/ecdh"
	"encoding/binary"
	"slices"
)

// Extension numbers (RFC 8446 section 4.2, RFC 8422, RFC 7627, RFC 5746).
const (
	extServerName           = 0
	extSupportedGroups      = 10
	extECPointFormats       = 11
	extSignatureAlgorithms  = 13
	extALPN                 = 16
	extExtendedMasterSecret = 23
	extSessionTicket        = 35
	extSupportedVersions    = 43
	extKeyShare             = 51
	extRenegotiationInfo    = 0xff01
)

// extensions appends the extensions of the hello. Their order is ours: CloudFront's is
// unknown (CF-TLS-25).
func (h ClientHello) extensions(b *builder, keys map[uint16]*ecdh.PrivateKey) {
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
	if len(h.ALPN) > 0 {
		b.extension(extALPN, func(b *builder) {
			b.vector(2, func(b *builder) {
				for _, name := range h.ALPN {
					b.vector(1, func(b *builder) { *b = append(*b, name...) })
				}
			})
		})
	}
	b.extension(extRenegotiationInfo, func(b *builder) { *b = append(*b, 0) })
	if h.ExtendedMasterSecret {
		b.extension(extExtendedMasterSecret, func(*builder) {})
	}
	if h.SessionTicket {
		b.extension(extSessionTicket, func(*builder) {})
	}
	if slices.Contains(h.Versions, versionTLS13) {
		newestFirst := slices.Sorted(slices.Values(h.Versions))
		slices.Reverse(newestFirst)
		b.extension(extSupportedVersions, func(b *builder) { b.vector(1, func(b *builder) { b.u16s(newestFirst) }) })
		b.extension(extKeyShare, func(b *builder) {
			b.vector(2, func(b *builder) {
				for _, group := range h.KeyShares {
					b.u16(group)
					b.vector(2, func(b *builder) { *b = append(*b, keys[group].PublicKey().Bytes()...) })
				}
			})
		})
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

// vector appends what fill writes, prefixed with its length in size bytes.
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
