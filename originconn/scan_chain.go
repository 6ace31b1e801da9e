package originconn

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// finishRest decides what is left open of the groups and signatures.
func (v *versionScan) finishRest(ctx context.Context) {
	if v.groupsWanted() {
		v.finish(ctx, &v.groups, v.needsGroup,
			func(h *tlswire.ClientHello, list []uint16) { h.Groups = list },
			func(a answer) uint16 { return max(a.flight.KeyExchangeGroup, groupOf(a.flight.ServerHello)) })
	}
	if v.version != policy.VersionTLS12 {
		return
	}
	for _, key := range []string{"RSA", "ECDSA"} {
		v.finish(ctx, v.signatures[key], signed(key),
			func(h *tlswire.ClientHello, list []uint16) { h.Signatures = list },
			func(a answer) uint16 {
				if signsWith(a.flight.Signature) != key {
					return 0
				}
				return a.flight.Signature
			})
	}
}

// needsGroup says whether a suite is of no use without a group of the hello.
func (v *versionScan) needsGroup(suite uint16) bool {
	return v.version == policy.VersionTLS13 || ephemeralEC(suite)
}

// groupsWanted says whether the groups of this version are to be found out: in
// TLS 1.0 and 1.1 they are those of TLS 1.2, where that is spoken.
func (v *versionScan) groupsWanted() bool {
	switch v.version {
	case policy.VersionTLS13, policy.VersionTLS12:
		return true
	case policy.VersionSSL30:
		return false
	}
	return !v.s.tls12.spoken
}

// finish decides the open values of one list by questions of its own, with
// suites that are known to be accepted and need the list. An origin that
// follows the order is asked with the accepted values at the end; of another one
// the accepted values are left out, until it refuses.
func (v *versionScan) finish(ctx context.Context, f *facet, needs func(uint16) bool, set func(*tlswire.ClientHello, []uint16), chosen func(answer) uint16) {
	withCurves := false
	for {
		v.mu.Lock()
		h := v.hello()
		h.Suites = filtered(v.suites.accepted, needs)
		focus := slices.Clone(f.open)
		list := focus
		switch {
		case f.byClient:
			list = slices.Concat(focus, f.accepted)
			if f == &v.groups {
				list = slices.Concat(list, without(v.curves, list...))
			}
		case f == &v.groups && withCurves:
			list = slices.Concat(focus, without(v.curves, focus...))
		}
		set(&h, list)
		if f == &v.groups && slices.ContainsFunc(h.Suites, signed("RSA")) {
			h.Suites = filtered(h.Suites, signed("RSA"))
		}
		v.mu.Unlock()
		if len(focus) == 0 || len(h.Suites) == 0 {
			return
		}
		a := v.s.ask(ctx, h)
		v.s.facts(a, v.s.target.SNI)
		v.mu.Lock()
		done := v.conclude(f, focus, a, h.Suites, chosen(a), &withCurves)
		v.mu.Unlock()
		if done {
			return
		}
	}
}

// conclude takes the answer to a question of finish and says whether that was
// the last one. The lock is held.
func (v *versionScan) conclude(f *facet, focus []uint16, a answer, offered []uint16, chosen uint16, withCurves *bool) bool {
	switch hello := a.in(v.version); {
	case !a.asked || a.timedOut && hello == nil:
		f.failed = true
		return true
	case hello == nil:
		// A suite of ECDSA is refused without the curve of the key (RFC 8422
		// section 5.1): once more with it, at the end.
		if f == &v.groups && !*withCurves && len(without(v.curves, focus...)) > 0 {
			*withCurves = true
			return false
		}
		f.open = nil
		return true
	}
	v.note(a, offered)
	if f.byClient {
		f.take(focus)
		settleFocus(f, focus, chosen)
		return chosen == 0
	}
	if !slices.Contains(focus, chosen) {
		f.open = nil
		return true
	}
	return false
}

// curveOfKey returns the group of a certificate's ECDSA key, or 0.
func curveOfKey(der []byte) uint16 {
	if der == nil {
		return 0
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return 0
	}
	key, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return 0
	}
	switch key.Curve {
	case elliptic.P256():
		return policy.GroupP256
	case elliptic.P384():
		return policy.GroupP384
	case elliptic.P521():
		return groupP521
	}
	return 0
}

const groupP521 = 25
