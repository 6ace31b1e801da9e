package policy_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestJudgeAddress: which addresses are dialed, which with a warning, and which only with
// an explicit --connect (CF-CONN-10).
func TestJudgeAddress(t *testing.T) {
	t.Parallel()
	for verdict, addresses := range map[policy.Verdict]string{
		policy.Pass: "8.8.8.8 2600:1f18::1 64:ff9b::808:808 2002:808:808::1 ::ffff:8.8.8.8 192.0.0.9 192.0.0.10 2001:1::1 2001:1::2 2001:1::3 2001:3::1 2001:4:112::1 2001:20::1 2001:30::1 2001:200::1 11.0.0.0 9.255.255.255 172.32.0.1 100.128.0.1 168.63.129.17",
		policy.Warn: "0.0.0.0 0.1.2.3 :: 127.0.0.1 127.255.255.254 ::1 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.100.100.201 fc00::1 fd12:3456::1 " +
			"2001:1::4 2001:1ff::1 2001:40::1 2001:2::1 2001:10::1 100:0:0:1::1 fec0::1 224.0.0.1 255.255.255.255 240.0.0.1 198.18.0.1 192.0.0.1 ff02::1 100::1 5f00::1 ::ffff:127.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::a00:1 " +
			"2002:a00:1::1 2002:7f00:1:: ::ffff:0:10.0.0.1 2001:0:808:808::f5ff:fffe 2600::5efe:10.0.0.1",
		policy.Fail: "169.254.169.254 169.254.170.2 169.254.170.23 169.254.0.1 168.63.129.16 100.100.100.200 192.0.0.192 fe80::1 fe80::a9fe:a9fe fd00:ec2::254 fd00:ec2::23 fd00:ec2::253 " +
			"fd20:ce::254 fd00:42::42 ::ffff:169.254.169.254 ::169.254.169.254 ::ffff:0:169.254.169.254 64:ff9b::a9fe:a9fe 64:ff9b:1::a9fe:a9fe 64:ff9b:1:a9fe:a9:fe00:: " +
			"64:ff9b:1:a9:fe:a9fe:: 64:ff9b:1:0:a9:fea9:fe00:0 2002:a9fe:a9fe::1 2001:0:a9fe:a9fe::1 2001:0:808:808::5601:5601 2600::5efe:169.254.169.254 2600::200:5efe:169.254.169.254 2002:a83f:8110::",
	} {
		for _, text := range strings.Fields(addresses) {
			f := policy.JudgeAddress("o.example", netip.MustParseAddr(text))
			if f.Rule != "CF-CONN-10" || f.Verdict != verdict || (f.Cause != "") != (verdict == policy.Fail) {
				t.Errorf("%s: got %+v, want %s", text, f, verdict)
			}
		}
	}
	if f := policy.JudgeAddress("o.example", netip.MustParseAddr("fe80::1%eth0")); f.Verdict != policy.Fail {
		t.Errorf("with a zone: got %+v", f)
	}
}

// TestSpecialAddresses: each row of the table is a masked prefix with a name and a source,
// and occurs once.
func TestSpecialAddresses(t *testing.T) {
	t.Parallel()
	seen := map[netip.Prefix]bool{}
	for _, row := range policy.SpecialAddresses() {
		if seen[row.Prefix] || row.Prefix != row.Prefix.Masked() || row.Name == "" || !strings.HasPrefix(row.Source, "RFC ") && !strings.HasPrefix(row.Source, "https://") {
			t.Errorf("%+v", row)
		}
		seen[row.Prefix] = true
	}
	if len(seen) < 40 {
		t.Errorf("%d rows", len(seen))
	}
}

// FuzzClassifyAddress: every address has a kind and a name.
func FuzzClassifyAddress(f *testing.F) {
	f.Add([]byte{0, 0x64, 0xff, 0x9b, 0, 1, 0xa9, 0xfe, 0, 0xa9, 0xfe, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		addr, ok := netip.AddrFromSlice(b)
		if !ok {
			return
		}
		if kind, name := policy.ClassifyAddress(addr); kind == "" || strings.HasPrefix(string(kind), "embeds") || name == "" {
			t.Errorf("%s: got %q %q", addr, kind, name)
		}
	})
}
