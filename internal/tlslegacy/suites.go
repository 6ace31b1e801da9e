package tlslegacy

import "crypto"

// The protocol versions of this package.
const (
	VersionSSL30 uint16 = 0x0300
	VersionTLS10 uint16 = 0x0301
	VersionTLS11 uint16 = 0x0302
	VersionTLS12 uint16 = 0x0303
)

// exchange is how the two sides agree on a secret, and which kind of key the server proves
// to have.
type exchange uint8

const (
	staticRSA exchange = iota
	ecdheRSA
	ecdheECDSA
)

// bulk is a cipher with its mode.
type bulk uint8

const (
	rc4Stream bulk = iota
	tripleDESCBC
	aesCBC
	aesGCM
)

// suite is a cipher suite, split into its parts.
type suite struct {
	id       uint16
	exchange exchange
	bulk     bulk
	keyLen   int
	// mac is the hash of the record MAC; GCM has none.
	mac crypto.Hash
	// prf is the hash of the pseudorandom function in TLS 1.2.
	prf crypto.Hash
	// oldest is the oldest version that the suite is defined for. ECDHE came with TLS
	// extensions (RFC 4492), so SSLv3 does not have it.
	oldest uint16
}

// suites are the sixteen documented suites (CF-TLS-09, CF-TLS-10) in the order of the page.
var suites = []suite{
	{0xC02C, ecdheECDSA, aesGCM, 32, 0, crypto.SHA384, VersionTLS12},
	{0xC024, ecdheECDSA, aesCBC, 32, crypto.SHA384, crypto.SHA384, VersionTLS12},
	{0xC00A, ecdheECDSA, aesCBC, 32, crypto.SHA1, crypto.SHA256, VersionTLS10},
	{0xC02B, ecdheECDSA, aesGCM, 16, 0, crypto.SHA256, VersionTLS12},
	{0xC023, ecdheECDSA, aesCBC, 16, crypto.SHA256, crypto.SHA256, VersionTLS12},
	{0xC009, ecdheECDSA, aesCBC, 16, crypto.SHA1, crypto.SHA256, VersionTLS10},
	{0xC030, ecdheRSA, aesGCM, 32, 0, crypto.SHA384, VersionTLS12},
	{0xC028, ecdheRSA, aesCBC, 32, crypto.SHA384, crypto.SHA384, VersionTLS12},
	{0xC014, ecdheRSA, aesCBC, 32, crypto.SHA1, crypto.SHA256, VersionTLS10},
	{0xC02F, ecdheRSA, aesGCM, 16, 0, crypto.SHA256, VersionTLS12},
	{0xC027, ecdheRSA, aesCBC, 16, crypto.SHA256, crypto.SHA256, VersionTLS12},
	{0xC013, ecdheRSA, aesCBC, 16, crypto.SHA1, crypto.SHA256, VersionTLS10},
	{0x0035, staticRSA, aesCBC, 32, crypto.SHA1, crypto.SHA256, VersionSSL30},
	{0x002F, staticRSA, aesCBC, 16, crypto.SHA1, crypto.SHA256, VersionSSL30},
	{0x000A, staticRSA, tripleDESCBC, 24, crypto.SHA1, crypto.SHA256, VersionSSL30},
	{0x0004, staticRSA, rc4Stream, 16, crypto.MD5, crypto.SHA256, VersionSSL30},
}

// suiteByID returns the suite with this number, nil if it is not one of ours.
func suiteByID(id uint16) *suite {
	for i := range suites {
		if suites[i].id == id {
			return &suites[i]
		}
	}
	return nil
}

// Suites returns the cipher suites that this client supports, in the documented order.
func Suites() []uint16 {
	ids := make([]uint16, len(suites))
	for i, s := range suites {
		ids[i] = s.id
	}
	return ids
}

// SuiteSince returns the oldest version that a suite is defined for, or 0 if this client
// does not support the suite.
func SuiteSince(id uint16) uint16 {
	if s := suiteByID(id); s != nil {
		return s.oldest
	}
	return 0
}
