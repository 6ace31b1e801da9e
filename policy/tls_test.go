package policy_test

import (
	"slices"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestSnapshotFor proves the dated lists: CF-TLS-09 and CF-TLS-10 (today's
// sixteen suites in the order of the page), CF-TLS-16 (groups), CF-TLS-28 (no
// X25519 before 2020-09), CF-TLS-29 (six suites in 2017) and CF-TLS-07 (TLS 1.3
// since 2025-11-20).
func TestSnapshotFor(t *testing.T) {
	t.Parallel()
	six := []uint16{0xC028, 0xC027, 0x0035, 0x002F, 0x000A, 0x0004}
	twelve := []uint16{0xC02C, 0xC024, 0xC00A, 0xC02B, 0xC023, 0xC009, 0xC028, 0xC027, 0x0035, 0x002F, 0x000A, 0x0004}
	sixteen := []uint16{
		0xC02C, 0xC024, 0xC00A, 0xC02B, 0xC023, 0xC009,
		0xC030, 0xC028, 0xC014, 0xC02F, 0xC027, 0xC013, 0x0035, 0x002F, 0x000A, 0x0004,
	}
	early, today := []uint16{23, 24}, []uint16{23, 29, 24}
	for _, row := range []struct {
		ask    string
		name   string
		suites []uint16
		groups []uint16
		tls13  bool
	}{
		{"2017-12-07", "2017-12-07", six, early, false},
		{"2018-06-01", "2017-12-07", six, early, false},
		{"2019-12-12", "2019-12-12", twelve, early, false},
		{"2020-09-02", "2019-12-12", twelve, early, false},
		{"2020-09-03", "2020-09-03", sixteen, today, false},
		{"2023-03-31", "2023-03-31", sixteen, today, false},
		{"2025-11-19", "2023-03-31", sixteen, today, false},
		{"2025-11-20", "current", sixteen, today, true},
		{"2026-01-01", "current", sixteen, today, true},
		{"current", "current", sixteen, today, true},
		{"", "current", sixteen, today, true},
	} {
		got, err := policy.SnapshotFor(row.ask)
		if err != nil || got.Name != row.name || !slices.Equal(got.Suites, row.suites) || !slices.Equal(got.Groups, row.groups) || got.TLS13 != row.tls13 {
			t.Errorf("SnapshotFor(%q) = %+v, %v; want %+v", row.ask, got, err, row)
		}
	}
	for _, bad := range []string{"yesterday", "2017-12-06", "2023-02-30"} {
		if s, err := policy.SnapshotFor(bad); err == nil {
			t.Errorf("SnapshotFor(%q) = %+v, want an error", bad, s)
		}
	}
}

// TestOfferFor proves CF-TLS-01 and CF-TLS-03 (a set, holes are legal) and
// CF-TLS-07, CF-TLS-31 (TLS 1.3 goes along with TLSv1.2 under the current list).
func TestOfferFor(t *testing.T) {
	t.Parallel()
	current := policy.CurrentSnapshot()
	old, err := policy.SnapshotFor("2023-03-31")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name      string
		protocols []distribution.SSLProtocol
		snapshot  policy.Snapshot
		want      []uint16
	}{
		{"all", []distribution.SSLProtocol{"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"}, current, []uint16{0x300, 0x301, 0x302, 0x303, 0x304}},
		{"order of the list does not matter", []distribution.SSLProtocol{"TLSv1.2", "TLSv1"}, current, []uint16{0x301, 0x303, 0x304}},
		{"CF-TLS-08 TLSv1.2 alone allows 1.3", []distribution.SSLProtocol{"TLSv1.2"}, current, []uint16{0x303, 0x304}},
		{"no 1.3 without TLSv1.2", []distribution.SSLProtocol{"TLSv1", "TLSv1.1"}, current, []uint16{0x301, 0x302}},
		{"no 1.3 in 2023", []distribution.SSLProtocol{"TLSv1.2"}, old, []uint16{0x303}},
		{"SSLv3 alone", []distribution.SSLProtocol{"SSLv3"}, current, []uint16{0x300}},
	} {
		if got := policy.OfferFor(row.protocols, row.snapshot); !slices.Equal(got.Versions, row.want) {
			t.Errorf("%s: got %x, want %x", row.name, got.Versions, row.want)
		}
	}
}
