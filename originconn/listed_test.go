package originconn_test

import (
	"bytes"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestListedSignatures: an origin that signs with RSA-PSS if that is offered, and otherwise
// as in the documented list, is reached with the list first and by the usual client
// afterwards (CF-TLS-18); one that only signs with PSS fails, and scan and connection agree
// (CF-TLS-21).
func TestListedSignatures(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rsa := s.leaf(t, pki.RSA2048)
	target := tlsTarget(policy.VersionTLS12, policy.VersionTLS13)
	both := s.client(t, peers.OpenSSL(t, rsa, s.dir, "-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"))
	t.Cleanup(func() { both.Close() })
	for i, road := range []string{"internal/tlslegacy", "crypto/tls", "crypto/tls"} {
		conn, a := both.Connect(t.Context(), target)
		if conn == nil {
			t.Fatalf("connection %d: %v", i+1, a.Cause)
		}
		conn.Close()
		if a.Handshake.Road != road {
			t.Errorf("connection %d went by %s, want %s", i+1, a.Handshake.Road, road)
		}
		if i == 0 && a.Handshake.Signature != 0x0401 {
			t.Errorf("signed with %#04x, want the first of the list", a.Handshake.Signature)
		}
	}

	alone := s.client(t, peers.OpenSSL(t, rsa, s.dir, "-tls1_2", "-sigalgs", "rsa_pss_rsae_sha256", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"))
	t.Cleanup(func() { alone.Close() })
	for range 2 {
		_, a := alone.Connect(t.Context(), target)
		if a.Cause == nil || a.Cause.Rule != "CF-TLS-21" || a.Cause.Hint == "" || a.Explanation != nil {
			t.Errorf("got %+v, want CF-TLS-21", a.Cause)
		}
	}
	report, err := alone.Scan(t.Context(), target, originconn.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if cause, detail := report.Explain(target.Offer); cause != policy.CauseTLSHandshakeFailure {
		t.Errorf("the scan says %q (%s), want the handshake failure", cause, detail)
	}
}

// TestPresented: every certificate that an origin can present to the offer is
// asked for and judged, by kind of key and version (CF-CERT-01).
func TestPresented(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rsa, ecdsa := s.leaf(t, pki.RSA2048), s.leafUntil(t, pki.P256, validAt.AddDate(0, -1, 0))
	client := s.client(t, peers.OpenSSL(t, rsa, s.dir, "-dcert", ecdsa.Leaf, "-dkey", ecdsa.Key))
	t.Cleanup(func() { client.Close() })
	all, err := client.Presented(t.Context(), tlsTarget(policy.VersionTLS12, policy.VersionTLS13))
	if err != nil || len(all) != 4 {
		t.Fatalf("got %d chains, %v; want 4", len(all), err)
	}
	for i, want := range []struct {
		version uint16
		key     string
	}{{policy.VersionTLS13, "RSA"}, {policy.VersionTLS13, "ECDSA"}, {policy.VersionTLS12, "RSA"}, {policy.VersionTLS12, "ECDSA"}} {
		got := all[i]
		cause := got.Cause()
		if got.Version != want.version || got.KeyType != want.key || (cause != nil) != (want.key == "ECDSA") || cause != nil && cause.Rule != "CF-CERT-01" {
			t.Errorf("chain %d: %s in %#04x, %v; want %+v", i, got.KeyType, got.Version, cause, want)
		}
		if same := bytes.Equal(got.Chain[0], all[i%2].Chain[0]); !same {
			t.Errorf("chain %d differs from that of the other version", i)
		}
	}
	old := tlsTarget(policy.VersionTLS12)
	old.Offer.Suites = []uint16{0xC02F, 0x0035}
	if all, _ := client.Presented(t.Context(), old); len(all) != 1 || all[0].KeyType != "RSA" {
		t.Errorf("an offer without ECDSA got %+v", all)
	}
}
