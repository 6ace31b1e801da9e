package tlslegacy

import (
	"crypto/cipher"
	"crypto/subtle"
	"io"
)

// cbcProtection is a block cipher in CBC mode with a MAC before encryption (RFC 5246
// section 6.2.3.2, RFC 2246 section 6.2.3.2, RFC 6101 section 5.2.3.2).
//
// One chain runs through all records of a direction in every version, as in SSLv3 and TLS
// 1.0. Later versions have an explicit IV, which is a random block put before the plaintext
// and encrypted along the chain: method (2)(b) of RFC 4346 section 6.2.3.2. Decrypting
// along any other chain only garbles that block, which is dropped.
type cbcProtection struct {
	version          uint16
	encrypt, decrypt cipher.BlockMode
	mac              *recordMAC
	random           io.Reader
}

// newCBC takes the IV from the key block, or none from TLS 1.1 on.
func newCBC(version uint16, block cipher.Block, iv []byte, mac *recordMAC, random io.Reader) *cbcProtection {
	if len(iv) == 0 {
		iv = make([]byte, block.BlockSize())
	}
	return &cbcProtection{
		version: version, mac: mac, random: random,
		encrypt: cipher.NewCBCEncrypter(block, iv), decrypt: cipher.NewCBCDecrypter(block, iv),
	}
}

// explicitIV reports whether records start with an additional block.
func (p *cbcProtection) explicitIV() bool { return p.version >= VersionTLS11 }

func (p *cbcProtection) seal(dst []byte, r recordInfo, content []byte) ([]byte, error) {
	size, start := p.encrypt.BlockSize(), len(dst)
	if p.explicitIV() {
		dst = append(dst, make([]byte, size)...)
		if _, err := io.ReadFull(p.random, dst[start:]); err != nil {
			return dst, err
		}
	}
	dst = append(dst, content...)
	dst = append(dst, p.mac.of(r, content)...)
	// The shortest padding that fits; each of its bytes and the one after it is its length.
	// That is legal in SSLv3, which does not prescribe the bytes.
	padding := size - 1 - (len(dst)-start)%size
	for range padding + 1 {
		dst = append(dst, byte(padding))
	}
	p.encrypt.CryptBlocks(dst[start:], dst[start:])
	return dst, nil
}

// open checks padding and MAC without letting the time or the memory accesses depend on
// them. SSLv3 does not define the bytes of the padding, so there they cannot be checked,
// and the protocol itself leaks (POODLE).
func (p *cbcProtection) open(r recordInfo, fragment []byte) ([]byte, bool) {
	size := p.decrypt.BlockSize()
	least := p.mac.size + 1
	if p.explicitIV() {
		least += size
	}
	if len(fragment)%size != 0 || len(fragment) < least {
		return nil, false
	}
	p.decrypt.CryptBlocks(fragment, fragment)
	if p.explicitIV() {
		fragment = fragment[size:]
	}
	padding, good := p.padding(fragment)
	longest := len(fragment) - 1 - p.mac.size
	length := longest - padding

	var sent [maxMACLen]byte
	p.extractMAC(sent[:p.mac.size], fragment, length)
	content := fragment[:length]
	computed := p.mac.of(r, content)
	p.mac.burn(length, longest)
	good &= subtle.ConstantTimeCompare(computed, sent[:p.mac.size])
	return content, good == 1
}

// padding returns the number of padding bytes, without the length byte, and 1 if they are
// valid. If they are not, it returns a padding of 0, and the work that follows is the same.
func (p *cbcProtection) padding(fragment []byte) (length, good int) {
	last := fragment[len(fragment)-1]
	good = subtle.ConstantTimeLessOrEq(int(last)+1+p.mac.size, len(fragment))
	if p.version == VersionSSL30 {
		good &= subtle.ConstantTimeLessOrEq(int(last)+1, p.decrypt.BlockSize())
		return subtle.ConstantTimeSelect(good, int(last), 0), good
	}
	for i := range min(maxPadding, len(fragment)) {
		within := subtle.ConstantTimeLessOrEq(i, int(last))
		same := subtle.ConstantTimeByteEq(fragment[len(fragment)-1-i], last)
		good &= (within ^ 1) | same
	}
	return subtle.ConstantTimeSelect(good, int(last), 0), good
}

// maxPadding is the maximum size of a padding, including its length.
const maxPadding = 256

// extractMAC copies the MAC that follows length bytes of content to mac. The length is
// secret: every byte where a MAC may be is read, and the MAC is collected as a ring, which
// is then rotated to its beginning.
func (p *cbcProtection) extractMAC(mac, fragment []byte, length int) {
	var ring, turned [maxMACLen]byte
	lowest := max(0, len(fragment)-maxPadding-len(mac))
	offset, position := 0, 0
	for i := lowest; i < len(fragment); i++ {
		begins := subtle.ConstantTimeEq(int32(i), int32(length))
		offset = subtle.ConstantTimeSelect(begins, position, offset)
		within := subtle.ConstantTimeLessOrEq(length, i) & subtle.ConstantTimeLessOrEq(i+1, length+len(mac))
		ring[position] |= fragment[i] & byte(-within)
		if position++; position == len(mac) {
			position = 0
		}
	}
	for step := 1; step < len(mac); step *= 2 {
		turn := subtle.ConstantTimeEq(int32(offset&step), int32(step))
		for i, from := 0, step; i < len(mac); i++ {
			turned[i] = byte(subtle.ConstantTimeSelect(turn, int(ring[from]), int(ring[i])))
			if from++; from == len(mac) {
				from = 0
			}
		}
		ring = turned
	}
	copy(mac, ring[:])
}
