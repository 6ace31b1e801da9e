package policy

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/edgesim/edgesim/distribution"
)

// ELBPolicy is a predefined security policy of Elastic Load Balancing: what an
// HTTPS listener with that policy accepts.
type ELBPolicy struct {
	// Name is the AWS name, e.g. "ELBSecurityPolicy-2016-08".
	Name string
	// Versions are the protocol versions, oldest first.
	Versions []uint16
	// Suites are the cipher suites in the load balancer's order of preference, which
	// decides.
	Suites []uint16
	// Source says where the row was found.
	Source string
}

//go:embed elb_policies.tsv
var elbPoliciesTSV string

// opensslSuites maps the names in AWS's tables, which are OpenSSL's.
var opensslSuites = map[string]uint16{
	"TLS_AES_128_GCM_SHA256": 0x1301, "TLS_AES_256_GCM_SHA384": 0x1302, "TLS_CHACHA20_POLY1305_SHA256": 0x1303,
	"ECDHE-ECDSA-AES128-GCM-SHA256": 0xC02B, "ECDHE-RSA-AES128-GCM-SHA256": 0xC02F,
	"ECDHE-ECDSA-AES128-SHA256": 0xC023, "ECDHE-RSA-AES128-SHA256": 0xC027,
	"ECDHE-ECDSA-AES128-SHA": 0xC009, "ECDHE-RSA-AES128-SHA": 0xC013,
	"ECDHE-ECDSA-AES256-GCM-SHA384": 0xC02C, "ECDHE-RSA-AES256-GCM-SHA384": 0xC030,
	"ECDHE-ECDSA-AES256-SHA384": 0xC024, "ECDHE-RSA-AES256-SHA384": 0xC028,
	"ECDHE-ECDSA-AES256-SHA": 0xC00A, "ECDHE-RSA-AES256-SHA": 0xC014,
	"AES128-GCM-SHA256": 0x009C, "AES128-SHA256": 0x003C, "AES128-SHA": 0x002F,
	"AES256-GCM-SHA384": 0x009D, "AES256-SHA256": 0x003D, "AES256-SHA": 0x0035, "DES-CBC3-SHA": 0x000A,
}

// ELBPolicies returns the known security policies, oldest family first, without
// those for FIPS. The result is shared: do not modify it.
var ELBPolicies = sync.OnceValue(func() []ELBPolicy {
	policies, err := parseELBPolicies(elbPoliciesTSV)
	if err != nil {
		panic("policy/elb_policies.tsv: " + err.Error()) // checked by TestELBPolicies
	}
	return policies
})

func parseELBPolicies(text string) ([]ELBPolicy, error) {
	versions := map[string]uint16{}
	for _, v := range []uint16{VersionTLS10, VersionTLS11, VersionTLS12, VersionTLS13} {
		versions[VersionName(v)] = v
	}
	var all []ELBPolicy
	for n, line := range strings.Split(strings.TrimRight(text, "\n"), "\n")[1:] {
		col := strings.Split(line, "\t")
		if len(col) != 4 {
			return nil, fmt.Errorf("line %d: %d columns, want 4", n+2, len(col))
		}
		p := ELBPolicy{Name: col[0], Source: col[3]}
		for name := range strings.FieldsSeq(col[1]) {
			v, ok := versions[name]
			if !ok {
				return nil, fmt.Errorf("line %d: no version %q", n+2, name)
			}
			p.Versions = append(p.Versions, v)
		}
		for name := range strings.FieldsSeq(col[2]) {
			s, ok := opensslSuites[name]
			if !ok {
				return nil, fmt.Errorf("line %d: no suite %q", n+2, name)
			}
			p.Suites = append(p.Suites, s)
		}
		all = append(all, p)
	}
	return all, nil
}

// ELBVerdict is what CloudFront and a load balancer with a security policy would
// negotiate. It does not cover curves: AWS does not publish the load balancer's.
type ELBVerdict struct {
	Policy ELBPolicy
	// Version is the newest version that both support; 0 means none.
	Version uint16
	// RSA and ECDSA are the suites that would be selected with a certificate of that
	// kind; 0 means none.
	RSA   uint16
	ECDSA uint16
	// Shared are the suites that both support in a version that both support, in the
	// load balancer's order.
	Shared []uint16
	// Modern is the number of those left without TLS 1.0, TLS 1.1 and CBC.
	Modern int
	// Finding is the verdict as a rule's finding (CF-TLS-06, CF-TLS-11).
	Finding Finding
}

// JudgeELBPolicy compares a security policy with what the edge offers an origin
// that has these protocols, under a snapshot of the lists. A load balancer
// selects the newest version that both support and the first suite of its own
// list that was offered.
func JudgeELBPolicy(p ELBPolicy, protocols []distribution.SSLProtocol, s Snapshot) ELBVerdict {
	o := OfferFor(protocols, s)
	v := ELBVerdict{Policy: p, Finding: Finding{Rule: "CF-TLS-06", Verdict: Fail, Cause: CauseTLSProtocolMismatch, Subject: p.Name}}
	for _, version := range o.Versions {
		if slices.Contains(p.Versions, version) {
			v.Version = max(v.Version, version)
			v.share(&p, &o, version)
		}
	}
	v.Finding.Expected = "one of " + o.VersionNames()
	if v.Version == 0 {
		v.Finding.Observed = "the load balancer accepts " + Offer{Versions: p.Versions}.VersionNames() + " only"
		v.Finding.Hint = "add one of these to OriginSslProtocols, or give the listener another security policy"
		return v
	}
	v.RSA, v.ECDSA = v.chosen(&o, "RSA"), v.chosen(&o, "ECDSA")
	v.Finding.Expected = ""
	if v.RSA == 0 && v.ECDSA == 0 {
		v.Finding.Rule, v.Finding.Cause = "CF-TLS-11", CauseTLSNoSharedCipher
		v.Finding.Observed = "no suite of the policy is offered in " + VersionName(v.Version)
		v.Finding.Hint = "give the listener another security policy"
		return v
	}
	v.Finding.Verdict, v.Finding.Cause, v.Finding.Observed = Pass, "", VersionName(v.Version)+" is agreed on"
	if v.RSA == 0 || v.ECDSA == 0 {
		kind := "RSA"
		if v.ECDSA == 0 {
			kind = "ECDSA"
		}
		v.Finding.Rule, v.Finding.Verdict = "CF-TLS-11", Warn
		v.Finding.Observed += ", but with an " + kind + " certificate no suite is shared"
	}
	return v
}

// share adds the suites that both support in a version.
func (v *ELBVerdict) share(p *ELBPolicy, o *Offer, version uint16) {
	for _, suite := range p.Suites {
		if !offered(o, suite, version) || slices.Contains(v.Shared, suite) {
			continue
		}
		v.Shared = append(v.Shared, suite)
	}
	v.Modern = 0
	for _, suite := range v.Shared {
		if isAEAD(suite) {
			v.Modern++
		}
	}
}

// chosen returns the first suite of the policy that was offered, for a kind of key.
func (v *ELBVerdict) chosen(o *Offer, kind string) uint16 {
	for _, suite := range v.Policy.Suites {
		if offered(o, suite, v.Version) && (suite>>8 == 0x13 || elbSuiteKey(suite) == kind) {
			return suite
		}
	}
	return 0
}

// offered reports whether a suite is offered in a version: TLS 1.3 has its own suites;
// SHA-256 and AES-GCM need TLS 1.2.
func offered(o *Offer, suite, version uint16) bool {
	if suite>>8 == 0x13 || version == VersionTLS13 {
		return suite>>8 == 0x13 && version == VersionTLS13
	}
	return slices.Contains(o.Suites, suite) && (version == VersionTLS12 || !slices.Contains(sinceTLS12, suite))
}

// sinceTLS12 are the suites of the policies that TLS 1.2 introduced.
var sinceTLS12 = []uint16{0xC02B, 0xC02F, 0xC023, 0xC027, 0xC02C, 0xC030, 0xC024, 0xC028, 0x009C, 0x003C, 0x009D, 0x003D}

// isAEAD reports whether a suite of the policies uses authenticated encryption.
func isAEAD(suite uint16) bool {
	return suite>>8 == 0x13 || slices.Contains([]uint16{0xC02B, 0xC02F, 0xC02C, 0xC030, 0x009C, 0x009D}, suite)
}

// elbSuiteKey returns the kind of certificate that a suite of the policies requires.
func elbSuiteKey(suite uint16) string {
	if slices.Contains([]uint16{0xC02B, 0xC023, 0xC009, 0xC02C, 0xC024, 0xC00A}, suite) {
		return "ECDSA"
	}
	return "RSA"
}
