package policy

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// TLS protocol versions by their wire numbers.
const (
	VersionSSL30 uint16 = 0x0300
	VersionTLS10 uint16 = 0x0301
	VersionTLS11 uint16 = 0x0302
	VersionTLS12 uint16 = 0x0303
	VersionTLS13 uint16 = 0x0304
)

// ECDHE groups of the documented list, by their IANA numbers (CF-TLS-16).
const (
	GroupP256   uint16 = 23
	GroupP384   uint16 = 24
	GroupX25519 uint16 = 29
)

// SignatureSchemes returns the documented signature schemes of the handshake in
// the order of the page (CF-TLS-18, CF-TLS-20; listed since 2020-09). RSA-PSS
// and Ed25519 are not among them (CF-TLS-21).
func SignatureSchemes() []uint16 {
	return []uint16{0x0401, 0x0501, 0x0601, 0x0301, 0x0403, 0x0503, 0x0603, 0x0303, 0x0201, 0x0203}
}

// Snapshot is the state of the documented TLS lists at one date.
type Snapshot struct {
	// Name is "current" or the date of the page.
	Name string
	// Date is the date of the page, UTC.
	Date time.Time
	// Suites are the cipher suites for TLS 1.2 and earlier, in the order of the
	// page.
	Suites []uint16
	// Groups are the ECDHE groups in the order offered.
	Groups []uint16
	// TLS13 says whether TLS 1.3 is offered along with TLSv1.2 (CF-TLS-07,
	// CF-TLS-31).
	TLS13 bool
}

// documentedSuite is a row of the documented list with the date of the first page that
// lists it.
type documentedSuite struct {
	id    uint16
	since string
}

// documentedSuites is the list of CF-TLS-09 and CF-TLS-10 in the order of the page; the
// dates are from CF-TLS-28 and CF-TLS-29.
var documentedSuites = []documentedSuite{
	{0xC02C, "2019-12-12"}, // ECDHE-ECDSA-AES256-GCM-SHA384
	{0xC024, "2019-12-12"}, // ECDHE-ECDSA-AES256-SHA384
	{0xC00A, "2019-12-12"}, // ECDHE-ECDSA-AES256-SHA
	{0xC02B, "2019-12-12"}, // ECDHE-ECDSA-AES128-GCM-SHA256
	{0xC023, "2019-12-12"}, // ECDHE-ECDSA-AES128-SHA256
	{0xC009, "2019-12-12"}, // ECDHE-ECDSA-AES128-SHA
	{0xC030, "2020-09-03"}, // ECDHE-RSA-AES256-GCM-SHA384
	{0xC028, "2017-12-07"}, // ECDHE-RSA-AES256-SHA384
	{0xC014, "2020-09-03"}, // ECDHE-RSA-AES256-SHA
	{0xC02F, "2020-09-03"}, // ECDHE-RSA-AES128-GCM-SHA256
	{0xC027, "2017-12-07"}, // ECDHE-RSA-AES128-SHA256
	{0xC013, "2020-09-03"}, // ECDHE-RSA-AES128-SHA
	{0x0035, "2017-12-07"}, // AES256-SHA
	{0x002F, "2017-12-07"}, // AES128-SHA
	{0x000A, "2017-12-07"}, // DES-CBC3-SHA
	{0x0004, "2017-12-07"}, // RC4-MD5
}

// Snapshots returns the snapshots of the lists, oldest first; the last one is
// "current". The page does not state the groups of 2017; those of 2019 are used
// (inferred).
func Snapshots() []Snapshot {
	early, today := []uint16{GroupP256, GroupP384}, []uint16{GroupP256, GroupX25519, GroupP384}
	return []Snapshot{
		snapshot("2017-12-07", "2017-12-07", early, false),
		snapshot("2019-12-12", "2019-12-12", early, false),
		snapshot("2020-09-03", "2020-09-03", today, false),
		snapshot("2023-03-31", "2023-03-31", today, false),
		snapshot("current", "2025-11-20", today, true), // TLS 1.3 was announced that day (CF-TLS-07)
	}
}

// CurrentSnapshot returns the newest snapshot of the lists.
var CurrentSnapshot = sync.OnceValue(func() Snapshot {
	all := Snapshots()
	return all[len(all)-1]
})

func snapshot(name, date string, groups []uint16, tls13 bool) Snapshot {
	s := Snapshot{Name: name, Groups: groups, TLS13: tls13}
	s.Date, _ = time.Parse(time.DateOnly, date)
	for _, d := range documentedSuites {
		if d.since <= date {
			s.Suites = append(s.Suites, d.id)
		}
	}
	return s
}

// SnapshotFor returns the snapshot for "current", "", or a date in the form
// 2006-01-02, which selects the newest snapshot not after that date.
func SnapshotFor(name string) (Snapshot, error) {
	all := Snapshots()
	if name == "" || name == "current" {
		return all[len(all)-1], nil
	}
	day, err := time.Parse(time.DateOnly, name)
	if err != nil {
		return Snapshot{}, fmt.Errorf("policy %q is neither \"current\" nor a date like 2023-03-31", name)
	}
	for _, s := range slices.Backward(all) {
		if !s.Date.After(day) {
			return s, nil
		}
	}
	return Snapshot{}, fmt.Errorf("policy %q is before the oldest documented list, %s", name, all[0].Name)
}

// Offer is what the edge offers one origin in its ClientHello. It is always
// explicit: nothing is left to the defaults of a TLS library.
type Offer struct {
	// Versions are the protocol versions, oldest first. It is a set: gaps are
	// allowed.
	Versions []uint16
	// Suites are the cipher suites for TLS 1.2 and earlier, in the order offered.
	Suites []uint16
	// Groups are the ECDHE groups, in the order offered.
	Groups []uint16
}

// OfferFor returns the offer to an origin configured with these protocols, under
// one snapshot of the documented lists (CF-TLS-01). TLS 1.3 has no protocol value
// of its own: it comes with TLSv1.2 if the snapshot has it (CF-TLS-08,
// CF-TLS-31).
func OfferFor(protocols []distribution.SSLProtocol, s Snapshot) Offer {
	o := Offer{Versions: make([]uint16, 0, 5), Suites: s.Suites, Groups: s.Groups}
	for _, p := range []struct {
		token   distribution.SSLProtocol
		version uint16
	}{
		{distribution.SSLv3, VersionSSL30},
		{distribution.TLSv1, VersionTLS10},
		{distribution.TLSv11, VersionTLS11},
		{distribution.TLSv12, VersionTLS12},
	} {
		if slices.Contains(protocols, p.token) {
			o.Versions = append(o.Versions, p.version)
		}
	}
	if s.TLS13 && slices.Contains(o.Versions, VersionTLS12) {
		o.Versions = append(o.Versions, VersionTLS13)
	}
	return o
}

// Allows reports whether a version is part of the offer.
func (o Offer) Allows(version uint16) bool { return slices.Contains(o.Versions, version) }

// VersionNames returns the versions of the offer for display, e.g. "TLSv1.2,
// TLSv1.3".
func (o Offer) VersionNames() string {
	names := make([]string, len(o.Versions))
	for i, v := range o.Versions {
		names[i] = VersionName(v)
	}
	return strings.Join(names, ", ")
}

// VersionName returns the name of a TLS version as CloudFront spells it.
func VersionName(v uint16) string {
	switch v {
	case VersionSSL30:
		return "SSLv3"
	case VersionTLS10:
		return "TLSv1"
	case VersionTLS11:
		return "TLSv1.1"
	case VersionTLS12:
		return "TLSv1.2"
	case VersionTLS13:
		return "TLSv1.3"
	}
	return fmt.Sprintf("0x%04X", v)
}
