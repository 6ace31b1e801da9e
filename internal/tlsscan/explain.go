package tlsscan

import (
	"crypto/ecdsa"
	"crypto/x509"
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Shared is what an offer and an origin have in common.
type Shared struct {
	// Versions are the shared protocol versions, newest first.
	Versions []uint16 `json:"versions"`
	// Suites are the shared suites of all shared versions, in the order offered.
	Suites []uint16 `json:"suites"`
	// Groups are the shared groups of all shared versions, in the order offered.
	Groups []uint16 `json:"groups"`
	// Signatures are the TLS 1.2 schemes that the origin signs with and the documentation
	// lists, in its order (CF-TLS-18).
	Signatures []uint16 `json:"signatures"`
}

// Shared compares what was found with an offer, list by list. Explain decides whether the
// lists fit together.
func (r *Report) Shared(o policy.Offer) Shared {
	var s Shared
	var suites, groups, signatures []uint16
	for _, v := range r.Versions {
		if !v.Spoken || !o.Allows(v.Version) {
			continue
		}
		s.Versions = append(s.Versions, v.Version)
		suites = append(suites, both(offeredSuites(o, v.Version), v.Suites)...)
		groups = append(groups, both(o.Groups, v.Groups)...)
		if v.Version == policy.VersionTLS12 {
			signatures = v.Signatures
		}
	}
	s.Suites = both(slices.Concat(suites13, o.Suites), suites)
	s.Groups = both(o.Groups, groups)
	s.Signatures = both(policy.SignatureSchemes(), signatures)
	return s
}

// offeredSuites returns the suites of an offer that belong to a version.
func offeredSuites(o policy.Offer, version uint16) []uint16 {
	if version == policy.VersionTLS13 {
		return suites13
	}
	return filtered(o.Suites, func(s uint16) bool { return tlswire.SuiteInVersion(s, version) })
}

// Explain returns why an origin refuses an offer, as far as the two sets tell: no shared
// version, suite, curve or signature scheme, the first of them that is missing in the
// newest shared version. "" means that they share enough of each, or that the scan did not
// get far enough to rule it out; the detail says which.
func (r *Report) Explain(o policy.Offer) (policy.CauseName, string) {
	if r.NotTLS != nil {
		return policy.CauseTLSNotTLS, fmt.Sprintf("the origin does not speak TLS; its answer begins with %q", r.NotTLS[:min(len(r.NotTLS), 40)])
	}
	spoken := r.Spoken()
	if len(spoken) == 0 {
		return "", "the origin answered no version of TLS"
	}
	shared := r.Shared(o)
	if len(shared.Versions) == 0 {
		return r.unlessOpen(policy.CauseTLSProtocolMismatch, r.versionsAsked(o),
			fmt.Sprintf("the origin speaks %s; allowed toward it: %s (CF-TLS-06)", versionNames(spoken), o.VersionNames()))
	}
	// A server picks the newest version that both sides support, and does not fall back:
	// what is missing in it decides, regardless of older ones.
	newest := slices.Max(shared.Versions)
	x := r.obstacleIn(r.Version(newest), o)
	if x.stage == stageNone {
		return "", fmt.Sprintf("%s and the offer share a suite, a group and a signature scheme", policy.VersionName(newest))
	}
	return r.unlessOpen(x.cause, x.certain, x.detail)
}

// unlessOpen withholds a cause that an incomplete scan does not prove.
func (r *Report) unlessOpen(cause policy.CauseName, certain bool, detail string) (policy.CauseName, string) {
	if certain {
		return cause, detail
	}
	return "", "the scan is not complete: " + strings.Join(r.Limits, "; ")
}

// versionsAsked reports whether each version of the offer was actually tried.
func (r *Report) versionsAsked(o policy.Offer) bool {
	for _, v := range r.Versions {
		if o.Allows(v.Version) && !v.Asked {
			return false
		}
	}
	return true
}

// The stages of a negotiation at which it can end, in order.
const (
	stageSuite = iota
	stageCurve
	stageSignature
	stageNone
)

// obstacle is what prevents the negotiation of one version.
type obstacle struct {
	stage   int
	cause   policy.CauseName
	detail  string
	certain bool
}

// obstacleIn finds what is missing in one shared version.
func (r *Report) obstacleIn(v *VersionReport, o policy.Offer) obstacle {
	name := policy.VersionName(v.Version)
	offered := offeredSuites(o, v.Version)
	suites, known := both(offered, v.Suites), len(both(offered, v.SuitesOpen)) == 0
	if len(suites) == 0 {
		return obstacle{stageSuite, policy.CauseTLSNoSharedCipher, fmt.Sprintf("in %s the origin accepts %s, of which none is offered (%s)",
			name, list(v.SuiteNames), unlistedRule(v.Suites)), known}
	}
	groups := both(o.Groups, v.Groups)
	var reachable []uint16
	for _, suite := range suites {
		if !(v.Version == policy.VersionTLS13 || ephemeralEC(suite)) || len(groups) > 0 && r.keyCurveOffered(suite, o) {
			reachable = append(reachable, suite)
		}
	}
	if len(reachable) == 0 {
		detail := fmt.Sprintf("in %s the origin accepts the curves %s; offered: %s (CF-TLS-16, CF-TLS-17)",
			name, list(v.GroupNames), list(namesOf(o.Groups, tlswire.GroupName)))
		if len(groups) > 0 {
			detail = fmt.Sprintf("the key of the origin's certificate is on a curve that is not offered: %s (CF-TLS-16, CF-TLS-17)",
				list(namesOf(o.Groups, tlswire.GroupName)))
		}
		return obstacle{stageCurve, policy.CauseTLSNoSharedCurve, detail, known && v.GroupsComplete && len(v.Groups) > 0}
	}
	if v.Version != policy.VersionTLS12 {
		return obstacle{stage: stageNone}
	}
	for _, suite := range reachable {
		key := signedBy(suite)
		if key == "" || slices.ContainsFunc(v.Signatures, func(s uint16) bool {
			return tlswire.SignatureKey(s) == key && slices.Contains(policy.SignatureSchemes(), s)
		}) {
			return obstacle{stage: stageNone}
		}
	}
	return obstacle{stageSignature, policy.CauseTLSHandshakeFailure, fmt.Sprintf("in %s the origin signs with %s only, which is not among the documented schemes (%s)",
		name, list(v.SignatureNames), signatureRule(v.Signatures)), known && v.SignaturesComplete}
}

// keyCurveOffered reports whether the curve of the ECDSA key that a suite would use is in
// the offer (RFC 8422 section 5.1). Unknown keys are not an obstacle, and TLS 1.3 has no
// such rule.
func (r *Report) keyCurveOffered(suite uint16, o policy.Offer) bool {
	if !ecdsaSuite(suite) {
		return true
	}
	known := false
	for _, chain := range r.Certificates {
		if chain.SNI != r.SNI || chain.KeyType != "ECDSA" {
			continue
		}
		if curve := curveOfKey(chain.Chain[0]); slices.Contains(o.Groups, curve) || curve == 0 && unnamed(chain.Chain[0]) {
			return true
		}
		known = true
	}
	return !known
}

// unnamed reports whether a certificate cannot be parsed, so that its curve is unknown.
func unnamed(der []byte) bool {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return true
	}
	_, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	return !ok
}

// unlistedRule returns the rule about suites like these.
func unlistedRule(suites []uint16) string {
	rule := ""
	for _, suite := range suites {
		exchange, auth := tlswire.KeyExchange(suite)
		_, cipher, _ := strings.Cut(tlswire.SuiteName(suite), "_WITH_")
		is := "CF-TLS-11"
		switch {
		case strings.Contains(cipher, "CCM"), strings.HasPrefix(cipher, "ARIA"), strings.HasPrefix(cipher, "CAMELLIA"), auth == "PSK":
			is = "CF-TLS-15"
		case exchange == "DHE":
			is = "CF-TLS-13"
		case strings.HasPrefix(cipher, "CHACHA20"):
			is = "CF-TLS-12"
		case exchange == "RSA" && strings.HasPrefix(cipher, "AES"):
			is = "CF-TLS-14"
		}
		if rule != "" && rule != is {
			return "CF-TLS-11"
		}
		rule = is
	}
	return rule
}

// signatureRule returns the rule about schemes like these.
func signatureRule(schemes []uint16) string {
	for rule, is := range map[string]func(uint16) bool{
		"CF-TLS-19": func(s uint16) bool { return s>>8 == 1 },
		"CF-TLS-21": func(s uint16) bool { return s>>8 == 8 },
	} {
		if len(schemes) > 0 && len(filtered(schemes, is)) == len(schemes) {
			return rule
		}
	}
	return "CF-TLS-18"
}

// list formats values for people, only the first few of them.
func list(names []string) string {
	const few = 6
	switch {
	case len(names) == 0:
		return "none"
	case len(names) > few:
		return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
	}
	return strings.Join(names, ", ")
}
