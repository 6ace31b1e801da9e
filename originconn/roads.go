package originconn

import (
	"slices"
	"sync"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// The roads: the TLS clients that can carry a connection. Both fill the same Handshake, and
// the viewer never notices which one was used.
const (
	// roadCryptoTLS is the TLS client of the standard library.
	roadCryptoTLS = "crypto/tls"
	// roadLegacy is our own, for what the standard library no longer speaks.
	roadLegacy = "internal/tlslegacy"
)

// Reasons for the legacy road.
const (
	whySSLv3Only = "only SSLv3 is allowed toward this origin, which crypto/tls does not speak"
	whyRefused   = "crypto/tls, which lacks a part of the documented list, was refused: "
	whyUnlisted  = "crypto/tls offers a signature scheme that the documented list lacks, and the origin took it: "
	whyBefore    = "this origin was reached on this road before, after crypto/tls had been refused"
)

// roads remembers, per target, what a refusal taught: whether the legacy client works there
// or does not either.
type roads struct {
	mu    sync.Mutex
	known map[string]roadNote
}

type roadNote struct {
	legacy bool
	until  time.Time
}

// roadLifetime is how long a note is valid: an origin that is being repaired changes within
// minutes.
const roadLifetime = 15 * time.Second

// maxNotes limits what is remembered about targets. A forwarded Host is part of the target,
// and viewers can make up many: when full, everything is dropped, and the origins are asked
// again.
const maxNotes = 1024

// get returns whether the legacy client is known to work there, and whether anything is
// known at all.
func (r *roads) get(key string) (legacy, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	note, ok := r.known[key]
	if !ok || time.Now().After(note.until) {
		return false, false
	}
	return note.legacy, true
}

func (r *roads) put(key string, legacy bool) { r.putFor(key, legacy, roadLifetime) }

// putFor is put with its own lifetime.
func (r *roads) putFor(key string, legacy bool, lifetime time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxNotes {
		r.known = make(map[string]roadNote)
	}
	r.known[key] = roadNote{legacy, time.Now().Add(lifetime)}
}

func (r *roads) forget(key string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, key)
}

// startingRoad returns the road that a connection takes first, and why if it is the legacy
// one.
func (c *Client) startingRoad(t *Target, key string) (road, why string) {
	if slices.Max(t.Offer.Versions) < policy.VersionTLS10 {
		return roadLegacy, whySSLv3Only // CF-TLS-04
	}
	if legacy, _ := c.roads.get(key); legacy {
		return roadLegacy, whyBefore
	}
	return roadCryptoTLS, ""
}

// legacyMayHelp reports whether a refusal of crypto/tls may be due to something documented
// that only the legacy client supports: a version, a suite or a signature scheme. A bad
// certificate is the same with both, and so is a timeout.
func (c *Client) legacyMayHelp(t *Target, key string, cause *policy.Cause) bool {
	if slices.Min(t.Offer.Versions) > policy.VersionTLS12 || t.HTTP2 {
		return false // HTTP/2 needs ALPN, which the legacy client lacks
	}
	if _, known := c.roads.get(key); known {
		return false
	}
	return policy.RefusesOffer(cause)
}
