package policy

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// MostCached is the largest body that CloudFront caches, in bytes: 50 GB
// (CF-LIMIT-04).
const MostCached = 50_000_000_000

// KeepFacts is what decides whether, and for how long, CloudFront caches a
// response that is not an error.
type KeepFacts struct {
	// Method is the viewer's.
	Method string
	// Behavior is the request's behavior.
	Behavior *distribution.CacheBehavior
	// Status and Header are those of the origin's response, or of the copy if a 304
	// validated it (see Revalidated).
	Status int
	Header http.Header
	// Now is when the response was received.
	Now time.Time
}

// Keeping is the caching decision about one response.
type Keeping struct {
	// Keep says that a copy is stored, if only to be served when the origin fails.
	Keep bool
	// TTL is how long the copy is served without contacting the origin. 0 means that
	// the edge contacts the origin each time.
	TTL time.Duration
	// Most is the longest time after its receipt for which the copy may be served:
	// the Max TTL (CF-CACHE-42).
	Most time.Duration
	// StaleWhile is how long after the TTL the copy is served while the edge fetches
	// it again in the background (CF-CACHE-15); 0 means never.
	StaleWhile time.Duration
	// StaleError is how long after the TTL the copy is served if the origin fails
	// (CF-CACHE-16, CF-CACHE-17, CF-CACHE-19); 0 means never.
	StaleError time.Duration
	// Collapse says that simultaneous requests may share the response (CF-CACHE-31).
	Collapse bool
	// Unconditional says that the copy is not validated with a conditional request.
	Unconditional bool
	// WithoutCookies says that Set-Cookie is not stored (CF-COOKIE-07).
	WithoutCookies bool
	// Rule is the deciding rule, and Why gives the reason in a clause.
	Rule RuleID
	Why  string
	// Inferred marks a decision that the documentation does not cover.
	Inferred bool
}

// Cacheable decides whether a behavior caches responses to a method at all. If
// not, the decision says why; if so, its Rule is "".
func Cacheable(method string, b *distribution.CacheBehavior) Keeping {
	p := b.CachePolicy
	switch {
	case method != http.MethodGet && method != http.MethodHead && !(method == http.MethodOptions && slices.Contains(b.CachedMethods, method)):
		return Keeping{Rule: "CF-CACHE-01", Why: "answers to " + method + " are never kept"}
	case p != nil && p.ID == cachingDisabled:
		return Keeping{Rule: "CF-CACHE-12", Why: "the cache policy is CachingDisabled"}
	case p == nil && b.ForwardedValues != nil && slices.Contains(b.ForwardedValues.Headers, "*"):
		return Keeping{Rule: "CF-CACHE-33", Why: "the behavior forwards all headers and so keeps nothing"}
	case maxTTL(b) == 0:
		return Keeping{Rule: "CF-CACHE-12", Why: "Min, Default and Max TTL are 0"}
	}
	return Keeping{}
}

// JudgeKeeping decides whether, and for how long, CloudFront caches a response
// that is not an error (CF-CACHE-01 to CF-CACHE-19). For errors, see ErrorTTLFor.
func JudgeKeeping(f KeepFacts) Keeping {
	if k := Cacheable(f.Method, f.Behavior); k.Rule != "" {
		return k
	}
	d := readDirectives(f.Header)
	switch {
	case f.Status == http.StatusNotModified:
		return Keeping{Rule: "CF-CACHE-86", Why: "a 304 answers the viewer's own condition", Inferred: true}
	case (f.Status == http.StatusTemporaryRedirect || f.Status == http.StatusPermanentRedirect) && !d.present:
		return Keeping{Rule: "CF-CACHE-47", Why: fmt.Sprintf("a %d is kept only if it has Cache-Control", f.Status)}
	}
	t := ttlsOf(f.Behavior)
	k := t.decide(&d, f.Header, f.Now)
	k.Keep, k.Most, k.WithoutCookies = true, t.most, d.withoutCookies
	k.Unconditional = d.noStore || ForwardsCookies(f.Behavior) // CF-REQ-69
	if k.TTL > 0 && t.least == 0 && slices.Contains(varyNames(f.Header), "*") {
		k.TTL, k.Unconditional = 0, true
		k.Rule, k.Why = "CF-RESP-10", "the origin sent Vary: * and the Min TTL is 0: the copy is kept and the origin asked each time"
	}
	left := max(k.Most-k.TTL, 0) // Max TTL ends every copy
	k.StaleError = left
	if d.staleError != nil {
		k.StaleError = min(*d.staleError, left)
	}
	if d.staleWhile != nil && d.forbids == "" {
		k.StaleWhile = min(*d.staleWhile, left)
	}
	return k
}

// TooLargeToCache is the cause for a response that would be cached but is too
// large for it (CF-RESP-28). The status that the viewer gets is not documented:
// 502 is inferred.
func TooLargeToCache(length int64) *Cause {
	cause := NewCause(CauseResponseInvalid, fmt.Sprintf("the origin announced %d bytes; at most %d can be cached", length, int64(MostCached)), nil)
	cause.Rule, cause.Inferred = "CF-RESP-28", true
	cause.Hint = "serve it through a behavior that does not cache (the policy CachingDisabled), or in parts: with Range, only the part must be small enough"
	return cause
}

// ttls holds the three TTLs of a behavior.
type ttls struct{ least, usual, most time.Duration }

// ttlsOf reads the TTLs of a behavior (CF-CACHE-13 has the defaults of the legacy
// settings).
func ttlsOf(b *distribution.CacheBehavior) ttls {
	switch p, v := b.CachePolicy, b.ForwardedValues; {
	case p != nil:
		return ttls{seconds(p.MinTTL), seconds(p.DefaultTTL), seconds(p.MaxTTL)}
	case v != nil:
		return ttls{seconds(v.MinTTL), seconds(v.DefaultTTL), seconds(v.MaxTTL)}
	}
	return ttls{0, distribution.DefaultDefaultTTL * time.Second, distribution.DefaultMaxTTL * time.Second}
}

// decide is the documented table: what the origin says against what the TTLs allow.
func (t *ttls) decide(d *directives, h http.Header, now time.Time) Keeping {
	lifetime, field, given := d.lifetime(h, now)
	switch {
	case d.forbids != "" && t.least == 0:
		return Keeping{Rule: "CF-CACHE-10", Why: "the origin sent " + d.forbids + " and the Min TTL is 0: the origin is asked each time, and the copy stands in if it fails"}
	case d.forbids != "":
		return Keeping{TTL: t.least, Collapse: true, Rule: "CF-CACHE-11", Why: "the origin sent " + d.forbids + ", but the Min TTL is " + inSeconds(t.least)}
	case !given && t.least == 0:
		return Keeping{TTL: t.usual, Collapse: true, Rule: "CF-CACHE-08", Why: "the origin sent no max-age, s-maxage or Expires: the Default TTL is " + inSeconds(t.usual), Inferred: d.present}
	case !given:
		return Keeping{TTL: max(t.least, t.usual), Collapse: true, Rule: "CF-CACHE-09", Inferred: d.present,
			Why: "the origin sent no max-age, s-maxage or Expires: the longer of Min TTL and Default TTL is " + inSeconds(max(t.least, t.usual))}
	}
	k := Keeping{TTL: lifetime, Collapse: lifetime > 0 || t.least > 0, Why: fmt.Sprintf("the origin's %s says %s", field, inSeconds(lifetime))}
	switch {
	case lifetime < t.least:
		k.TTL, k.Why = t.least, k.Why+", but the Min TTL is "+inSeconds(t.least)
	case lifetime > t.most:
		k.TTL, k.Why = t.most, k.Why+", but the Max TTL is "+inSeconds(t.most)
	}
	switch {
	case field == "s-maxage":
		k.Rule = "CF-CACHE-05"
	case field == "Expires":
		k.Rule = "CF-CACHE-06"
	case len(h["Expires"]) > 0:
		k.Rule = "CF-CACHE-07"
	case t.least == 0:
		k.Rule = "CF-CACHE-03"
	default:
		k.Rule = "CF-CACHE-04"
	}
	return k
}
