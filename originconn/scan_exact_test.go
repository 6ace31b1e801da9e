package originconn_test

import (
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/policy"
)

// TestProbeExactOffers: the hello has exactly the documented lists in their
// order, as a parser that is not ours sees them: the suites of CF-TLS-09 and
// CF-TLS-10, the groups of CF-TLS-16, the schemes of CF-TLS-18 and CF-TLS-20,
// the name of CF-TLS-23.
func TestProbeExactOffers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, policy string
		protocols    []distribution.SSLProtocol
		versions     []uint16
		suites13     int
	}{
		{"CF-TLS-31 current", "", []distribution.SSLProtocol{"TLSv1.2"}, []uint16{0x0304, 0x0303}, 3},
		{"CF-TLS-03 a set with a hole", "", []distribution.SSLProtocol{"TLSv1", "TLSv1.2"}, []uint16{0x0304, 0x0303, 0x0301}, 3},
		{"CF-TLS-01 TLS 1.2 alone", "2023-03-31", []distribution.SSLProtocol{"TLSv1.2"}, []uint16{0x0303, 0x0302, 0x0301}, 0},
		{"CF-TLS-29 the list of 2017", "2017-12-07", []distribution.SSLProtocol{"TLSv1"}, []uint16{0x0301}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			snapshot, err := policy.SnapshotFor(row.policy)
			if err != nil {
				t.Fatal(err)
			}
			target := scanTarget()
			target.Offer = policy.OfferFor(row.protocols, snapshot)
			var seen *tls.ClientHelloInfo
			client, _ := piped(t, func(conn net.Conn) {
				tls.Server(conn, &tls.Config{MinVersion: tls.VersionTLS10, GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
					seen = info
					return nil, errors.New("seen")
				}}).Handshake()
			})
			answer, err := client.ProbeExact(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Flight.Alert == nil || answer.Accepted(target.Offer) || len(answer.Hello) == 0 || answer.Address == "" {
				t.Errorf("answer %+v", answer)
			}
			if got := seen.CipherSuites[row.suites13:]; !slices.Equal(got, snapshot.Suites) {
				t.Errorf("suites %#x, want %#x", got, snapshot.Suites)
			}
			var groups, schemes []uint16
			for _, g := range seen.SupportedCurves {
				groups = append(groups, uint16(g))
			}
			for _, s := range seen.SignatureSchemes {
				schemes = append(schemes, uint16(s))
			}
			if !slices.Equal(groups, snapshot.Groups) {
				t.Errorf("groups %v, want %v", groups, snapshot.Groups)
			}
			documented := []uint16{0x0401, 0x0501, 0x0601, 0x0301, 0x0403, 0x0503, 0x0603, 0x0303, 0x0201, 0x0203}
			if slices.Contains(target.Offer.Versions, policy.VersionTLS12) && !slices.Equal(schemes[:len(documented)], documented) {
				t.Errorf("schemes %#x, want %#x", schemes, documented)
			}
			if !slices.Equal(seen.SupportedVersions, row.versions) || seen.ServerName != target.SNI {
				t.Errorf("versions %#x, name %q", seen.SupportedVersions, seen.ServerName)
			}
		})
	}
}

// TestProbeExactEvidence: the answer is kept, even if nothing is shared.
func TestProbeExactEvidence(t *testing.T) {
	t.Parallel()
	all := scanCertificates{t}
	for _, row := range []struct {
		name     string
		args     []string
		accepted bool
	}{
		{"shared", []string{"-tls1_2"}, true},
		{"CF-TLS-07 TLS 1.3", []string{"-tls1_3"}, true},
		{"CF-TLS-12 only ChaCha20", []string{"-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"}, false},
		{"CF-TLS-17 only P-521", []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-curves", "P-521"}, false},
		{"CF-TLS-21 only PSS", []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-sigalgs", "rsa_pss_rsae_sha256"}, true}, // TLS 1.3 needs PSS
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, n := counted(t, peers.OpenSSL(t, all.Get("good-rsa"), t.TempDir(), row.args...), 0)
			target := scanTarget()
			answer, err := client.ProbeExact(t.Context(), target)
			if err != nil {
				t.Fatal(err)
			}
			if answer.Accepted(target.Offer) != row.accepted || n.count() != 1 {
				t.Errorf("accepted %v over %d connections: %+v", !row.accepted, n.count(), answer.Flight)
			}
			if row.accepted && (len(answer.Flight.Certificates) != 3 || !answer.Flight.Done) {
				t.Errorf("%d certificates", len(answer.Flight.Certificates))
			}
		})
	}
}
