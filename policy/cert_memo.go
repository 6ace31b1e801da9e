package policy

import (
	"crypto/sha256"
	"sync"
)

// LinkMemo remembers which key was found to have signed which certificate, so
// that an origin's chain, which is the same in every handshake, is verified once.
// A valid signature stays valid: only that is remembered, nothing about dates,
// names or trust. The zero value is empty and ready to use; it is safe for
// concurrent use.
type LinkMemo struct {
	mu       sync.Mutex
	verified map[[sha256.Size]byte]struct{}
}

// memoSize limits a memo: more links than a team's origins have. When full, it is emptied.
const memoSize = 4096

// linkKey identifies a certificate, to the bit, and the key that signed it.
func linkKey(child, issuer *chainCert) [sha256.Size]byte {
	h := sha256.New()
	h.Write(child.Raw)
	h.Write(issuer.RawSubjectPublicKeyInfo)
	return [sha256.Size]byte(h.Sum(nil))
}

func (m *LinkMemo) has(child, issuer *chainCert) bool {
	if m == nil {
		return false
	}
	key := linkKey(child, issuer)
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.verified[key]
	return ok
}

func (m *LinkMemo) add(child, issuer *chainCert) {
	if m == nil {
		return
	}
	key := linkKey(child, issuer)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.verified == nil || len(m.verified) >= memoSize {
		m.verified = make(map[[sha256.Size]byte]struct{})
	}
	m.verified[key] = struct{}{}
}
