package tlslegacy

import (
	"crypto/cipher"
	"crypto/rc4"
	"crypto/subtle"
	"encoding/binary"
)

// protection encrypts and authenticates the records of one direction, once that direction
// has changed its cipher spec.
type protection interface {
	// seal appends the protected form of the content to dst. It fails only if there is no
	// randomness.
	seal(dst []byte, r recordInfo, content []byte) ([]byte, error)
	// open returns the content of a protected fragment, which it overwrites. It returns
	// false for any kind of invalid record, so that they cannot be distinguished.
	open(r recordInfo, fragment []byte) ([]byte, bool)
}

// streamProtection is RC4 with a MAC (RFC 5246 section 6.2.3.1).
type streamProtection struct {
	stream *rc4.Cipher
	mac    *recordMAC
}

func (p *streamProtection) seal(dst []byte, r recordInfo, content []byte) ([]byte, error) {
	start := len(dst)
	dst = append(dst, content...)
	dst = append(dst, p.mac.of(r, content)...)
	p.stream.XORKeyStream(dst[start:], dst[start:])
	return dst, nil
}

func (p *streamProtection) open(r recordInfo, fragment []byte) ([]byte, bool) {
	if len(fragment) < p.mac.size {
		return nil, false
	}
	p.stream.XORKeyStream(fragment, fragment)
	content, sent := fragment[:len(fragment)-p.mac.size], fragment[len(fragment)-p.mac.size:]
	return content, subtle.ConstantTimeCompare(p.mac.of(r, content), sent) == 1
}

// gcmProtection is AES-GCM as in RFC 5288: four bytes of the nonce are secret and eight
// precede each record.
type gcmProtection struct {
	aead       cipher.AEAD
	salt       []byte
	nonce      [12]byte
	additional [maxMACHeader]byte
}

const gcmExplicitLen = 8

// seal uses the sequence number as the explicit nonce: it never repeats with the same key.
func (p *gcmProtection) seal(dst []byte, r recordInfo, content []byte) ([]byte, error) {
	dst = binary.BigEndian.AppendUint64(dst, r.sequence)
	copy(p.nonce[:], p.salt)
	copy(p.nonce[gcmSaltLen:], dst[len(dst)-gcmExplicitLen:])
	return p.aead.Seal(dst, p.nonce[:], content, r.header(p.additional[:0], len(content))), nil
}

func (p *gcmProtection) open(r recordInfo, fragment []byte) ([]byte, bool) {
	if len(fragment) < gcmExplicitLen+p.aead.Overhead() {
		return nil, false
	}
	copy(p.nonce[:], p.salt)
	copy(p.nonce[gcmSaltLen:], fragment[:gcmExplicitLen])
	sealed := fragment[gcmExplicitLen:]
	header := r.header(p.additional[:0], len(sealed)-p.aead.Overhead())
	content, err := p.aead.Open(sealed[:0], p.nonce[:], sealed, header)
	return content, err == nil
}
