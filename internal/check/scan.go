package check

import (
	"context"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// ScanTable compares what an origin accepts with what CloudFront offers.
type ScanTable struct {
	// Versions are all versions asked for, newest first.
	Versions []ScanVersion `json:"versions"`
	// Curves are those that either side supports, CloudFront's first.
	Curves []ScanItem `json:"curves"`
	// Offered is how many suites CloudFront offers, Shared how many of them the origin
	// accepts in an allowed version, and Modern how many of these are left without TLS 1.0,
	// TLS 1.1 and CBC.
	Offered int `json:"offered"`
	Shared  int `json:"shared"`
	Modern  int `json:"modern"`
	// Limits say what cut the scan short.
	Limits []string `json:"limits,omitempty"`
}

// ScanVersion is one protocol version of the table.
type ScanVersion struct {
	ScanItem
	// Suites are those that either side supports in this version, CloudFront's first.
	Suites []ScanItem `json:"suites,omitempty"`
	// Preference says whose order counts: "server", "client", or "" if unknown.
	Preference string `json:"preference,omitempty"`
}

// ScanItem is a version, a suite or a curve.
type ScanItem struct {
	Name string `json:"name"`
	// Offered means that CloudFront offers it, Accepted that the origin accepts it.
	Offered  bool `json:"offered"`
	Accepted bool `json:"accepted"`
	// Unknown means that the scan could not tell whether it is accepted.
	Unknown bool `json:"unknown,omitempty"`
	// Chosen marks what was negotiated.
	Chosen bool `json:"chosen,omitempty"`
}

// scanTLS finds out what the origin accepts.
func (v *visit) scanTLS(ctx context.Context) {
	report, err := v.edge.Client.Scan(ctx, v.plan.Target, originconn.ScanOptions{})
	if err != nil {
		v.scanned = err.Error()
		return
	}
	v.scan = report
}

// addScans adds the scans, one per target.
func (r *Report) addScans(visits []*visit) {
	seen := map[string]bool{}
	for _, v := range visits {
		if seen[v.targetKey] || v.scan == nil && v.scanned == "" {
			continue
		}
		seen[v.targetKey] = true
		s := Scan{Target: v.plan.Target.Address(), SNI: v.plan.Target.SNI, Error: v.scanned, Report: v.scan}
		if v.scan != nil {
			s.Report.Duration = 0 // so that two runs can be compared
			s.Table = tableOf(v.scan, v.plan.Target.Offer, v.last().Handshake)
		}
		r.Scans = append(r.Scans, s)
	}
}

// suites13 are the suites of TLS 1.3 (CF-TLS-31).
var suites13 = []uint16{0x1301, 0x1302, 0x1303}

// tableOf compares a scan with an offer. The handshake, which may be nil, tells what was
// chosen.
func tableOf(r *originconn.ScanReport, o policy.Offer, h *originconn.Handshake) *ScanTable {
	if h == nil {
		h = &originconn.Handshake{}
	}
	t := &ScanTable{Limits: r.Limits}
	offered, shared, modern := map[uint16]bool{}, map[uint16]bool{}, map[uint16]bool{}
	var groups []uint16
	for _, found := range r.Versions {
		v := ScanVersion{Preference: found.Preference, ScanItem: ScanItem{
			Name: found.Name, Offered: o.Allows(found.Version), Accepted: found.Spoken, Unknown: !found.Asked,
			Chosen: h.Version == found.Version && h.Version != 0,
		}}
		var ours []uint16
		if v.Offered {
			ours = offeredIn(o, found.Version)
		}
		for _, suite := range ours {
			offered[suite] = true
		}
		if found.Spoken {
			for _, suite := range union(ours, found.Suites, found.SuitesOpen) {
				i := ScanItem{
					Name: tlswire.SuiteName(suite), Offered: slices.Contains(ours, suite), Accepted: slices.Contains(found.Suites, suite),
					Unknown: slices.Contains(found.SuitesOpen, suite), Chosen: v.Chosen && h.CipherSuite == suite,
				}
				if i.Unknown && !i.Offered {
					continue
				}
				v.Suites = append(v.Suites, i)
				if i.Offered && i.Accepted {
					shared[suite] = true
					modern[suite] = modern[suite] || found.Version >= policy.VersionTLS12 && authenticated(suite)
				}
			}
			groups = union(groups, found.Groups)
		}
		t.Versions = append(t.Versions, v)
	}
	for _, group := range union(o.Groups, groups) {
		t.Curves = append(t.Curves, ScanItem{
			Name: tlswire.GroupName(group), Offered: slices.Contains(o.Groups, group), Accepted: slices.Contains(groups, group), Chosen: h.Curve == group,
		})
	}
	t.Offered, t.Shared = len(offered), len(shared)
	for _, is := range modern {
		if is {
			t.Modern++
		}
	}
	return t
}

// offeredIn returns the suites of an offer that belong to a version.
func offeredIn(o policy.Offer, version uint16) []uint16 {
	if version == policy.VersionTLS13 {
		return suites13
	}
	return slices.DeleteFunc(slices.Clone(o.Suites), func(s uint16) bool { return !tlswire.SuiteInVersion(s, version) })
}

// authenticated reports whether a suite uses authenticated encryption (AEAD), and so is
// neither CBC nor RC4.
func authenticated(suite uint16) bool {
	name := tlswire.SuiteName(suite)
	return strings.Contains(name, "_GCM_") || strings.Contains(name, "CHACHA20") || strings.Contains(name, "_CCM")
}

// union concatenates lists, keeping each value once.
func union(lists ...[]uint16) []uint16 {
	var all []uint16
	for _, list := range lists {
		for _, value := range list {
			if !slices.Contains(all, value) {
				all = append(all, value)
			}
		}
	}
	return all
}
