package originconn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

var noon = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// scanTarget is an origin with the protocols that the console suggests.
func scanTarget() originconn.Target {
	t := defaults()
	t.Host, t.Port, t.TLS, t.SNI, t.ConnectTimeout = "origin.example", 443, true, peers.Domain("good-rsa"), 5*time.Second
	t.Offer = policy.OfferFor([]distribution.SSLProtocol{"TLSv1.2"}, policy.CurrentSnapshot())
	return t
}

// found is what a scan is expected to find, in names, so that a row reads like
// the configuration of the server. It leaves out what a version does not have.
type found struct {
	versions   string
	suites     string // of the newest version up to TLS 1.2, or of TLS 1.3 alone
	preference string
	groups     string
	signatures string // those that CloudFront lists, of TLS 1.2
	keys       string
	cause      policy.CauseName
}

// check scans a server within the default limits and compares. The order of the suites
// matters if it is the server's.
func (want found) check(t *testing.T, address string) *originconn.ScanReport {
	t.Helper()
	client, n := counted(t, address, 0)
	r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if opened := n.count(); opened != r.Connections || opened > 40 {
		t.Errorf("%d connections, reported %d", opened, r.Connections)
	}
	if !r.Complete() {
		t.Errorf("cut short: %q", r.Limits)
	}
	var got found
	var names []string
	for _, version := range r.Spoken() {
		names = append(names, tlswire.VersionName(version))
	}
	got.versions = strings.Join(names, " ")
	v := r.Version(policy.VersionTLS13)
	for _, version := range []uint16{policy.VersionTLS10, policy.VersionTLS11, policy.VersionTLS12} {
		if older := r.Version(version); older != nil {
			v = older
		}
	}
	if v == nil {
		t.Fatalf("no version: %+v", r)
	}
	if !v.SuitesComplete || !v.GroupsComplete || v.Version == policy.VersionTLS12 && !v.SignaturesComplete {
		t.Errorf("not complete: suites %v, groups %v, signatures %v", v.SuitesComplete, v.GroupsComplete, v.SignaturesComplete)
	}
	got.suites, got.groups, got.preference = opensslNames(v.SuiteNames, v.Preference == originconn.PreferenceServer), sorted(v.GroupNames), v.Preference
	if len(v.Suites) == len(strings.Fields(want.suites)) && v.Preference != originconn.PreferenceServer {
		want.suites = sorted(strings.Fields(want.suites))
	}
	shared := r.Shared(scanTarget().Offer)
	got.signatures = hex(shared.Signatures)
	var keys []string
	for _, chain := range r.Certificates {
		if chain.SNI == r.SNI {
			keys = append(keys, fmt.Sprintf("%s/%d", chain.KeyType, len(chain.Chain)))
		}
	}
	got.keys = strings.Join(keys, " ")
	got.cause, _ = r.Explain(scanTarget().Offer)
	want.groups = sorted(strings.Fields(want.groups))
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	return r
}

func sorted(list []string) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// opensslNames shortens IANA's names as far as rows need.
func opensslNames(names []string, ordered bool) string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = strings.TrimPrefix(strings.Replace(name, "_WITH", "", 1), "TLS_")
	}
	if !ordered {
		return sorted(short)
	}
	return strings.Join(short, " ")
}

func hex(list []uint16) string {
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprintf("%04x", v))
	}
	return strings.Join(out, " ")
}

const (
	openSSLGroups   = "X25519 prime256v1 X448 secp521r1 secp384r1"
	openSSLGroups13 = openSSLGroups + " ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192"
	pkcs1Schemes    = "0401 0501 0601 0301"
	ecdsaSchemes    = "0403 0503 0603 0303"
)

// TestScanOpenSSL scans servers of OpenSSL and compares with how each was
// configured.
func TestScanOpenSSL(t *testing.T) {
	t.Parallel()
	both := []string{"-dcert", "", "-dkey", ""}
	for _, row := range []struct {
		name        string
		certificate string
		args        []string
		want        found
	}{
		{"one suite", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_CBC_SHA256", "", openSSLGroups, pkcs1Schemes, "RSA/3", ""}},
		{"CF-TLS-12 only ChaCha20", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"},
			found{"TLSv1.2", "ECDHE_RSA_CHACHA20_POLY1305_SHA256", "", openSSLGroups, pkcs1Schemes, "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-13 only DHE", "good-rsa", []string{"-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA"},
			found{"TLSv1.2", "DHE_RSA_AES_128_GCM_SHA256 DHE_RSA_AES_256_CBC_SHA", "client", "", pkcs1Schemes, "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-14 only static RSA, with GCM and SHA-256", "good-rsa", []string{"-tls1_2", "-cipher", "AES256-GCM-SHA384:AES128-SHA256"},
			found{"TLSv1.2", "RSA_AES_256_GCM_SHA384 RSA_AES_128_CBC_SHA256", "client", "", "", "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-15 only CCM", "good-ecdsa", []string{"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM:ECDHE-ECDSA-AES256-CCM8"},
			found{"TLSv1.2", "ECDHE_ECDSA_AES_128_CCM ECDHE_ECDSA_AES_256_CCM_8", "client", openSSLGroups, ecdsaSchemes, "ECDSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-15 only ARIA and Camellia", "good-rsa", []string{"-tls1_2", "-cipher", "ARIA128-GCM-SHA256:ECDHE-RSA-CAMELLIA128-SHA256"},
			found{"TLSv1.2", "RSA_ARIA_128_GCM_SHA256 ECDHE_RSA_CAMELLIA_128_CBC_SHA256", "client", openSSLGroups, pkcs1Schemes, "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-15 only PSK", "", []string{"-tls1_2", "-psk", "00ff", "-cipher", "PSK-AES128-CBC-SHA256"},
			found{"TLSv1.2", "PSK_AES_128_CBC_SHA256", "", "", "", "", "tls-no-shared-cipher"}},
		{"CF-TLS-16 only P-384", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-curves", "P-384"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256", "", "secp384r1", pkcs1Schemes, "RSA/3", ""}},
		{"CF-TLS-17 only P-521", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-curves", "P-521"},
			found{"TLSv1.2", "ECDHE_RSA_AES_256_GCM_SHA384 ECDHE_RSA_AES_128_GCM_SHA256", "client", "secp521r1", pkcs1Schemes, "RSA/3", "tls-no-shared-curve"}},
		{"CF-TLS-17 only X448, with an ECDSA certificate", "good-ecdsa", []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-curves", "X448:P-256"},
			found{"TLSv1.2", "ECDHE_ECDSA_AES_256_GCM_SHA384 ECDHE_ECDSA_AES_128_GCM_SHA256", "client", "X448 prime256v1", ecdsaSchemes, "ECDSA/3", ""}},
		{"CF-TLS-17 a key on P-521", "p521", []string{"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"},
			found{"TLSv1.2", "ECDHE_ECDSA_AES_128_GCM_SHA256", "", openSSLGroups, ecdsaSchemes, "ECDSA/3", "tls-no-shared-curve"}},
		{"CF-TLS-20 only SHA-1", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-sigalgs", "RSA+SHA1"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256", "", openSSLGroups, "0201", "RSA/3", ""}},
		{"CF-TLS-21 only PSS", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-sigalgs", "rsa_pss_rsae_sha256"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256", "", openSSLGroups, "", "RSA/3", "tls-handshake-failure"}},
		{"the server's order", "good-rsa", []string{"-tls1_2", "-serverpref", "-cipher", "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:AES256-GCM-SHA384"},
			found{"TLSv1.2", "RSA_AES_128_CBC_SHA ECDHE_RSA_AES_128_GCM_SHA256 RSA_AES_256_GCM_SHA384", "server", openSSLGroups, pkcs1Schemes, "RSA/3", ""}},
		{"the server's order, mostly curves", "good-rsa", []string{"-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384:AES256-SHA"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_CBC_SHA ECDHE_RSA_AES_256_GCM_SHA384 RSA_AES_256_CBC_SHA", "server", openSSLGroups, pkcs1Schemes, "RSA/3", ""}},
		{"CF-TLS-07 only TLS 1.3", "good-rsa", []string{"-tls1_3"},
			found{"TLSv1.3", "AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256", "client", openSSLGroups13, "", "RSA/3", ""}},
		{"TLS 1.3, its order, with CCM", "good-ecdsa", []string{"-tls1_3", "-serverpref", "-ciphersuites", "TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256"},
			found{"TLSv1.3", "AES_128_CCM_SHA256 AES_128_GCM_SHA256", "server", openSSLGroups13, "", "ECDSA/3", ""}},
		{"CF-TLS-17 TLS 1.3 with P-521 alone", "good-rsa", []string{"-tls1_3", "-curves", "P-521"},
			found{"TLSv1.3", "AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256", "client", "secp521r1", "", "RSA/3", "tls-no-shared-curve"}},
		{"two certificates, TLS 1.2", "good-rsa", append(slices.Clone(both), "-tls1_2", "-cipher", "ECDHE+AESGCM"),
			found{"TLSv1.2", "ECDHE_ECDSA_AES_256_GCM_SHA384 ECDHE_RSA_AES_256_GCM_SHA384 ECDHE_ECDSA_AES_128_GCM_SHA256 ECDHE_RSA_AES_128_GCM_SHA256",
				"client", openSSLGroups, pkcs1Schemes + " " + ecdsaSchemes, "ECDSA/1 RSA/3", ""}},
		{"two certificates, the server's order", "good-rsa", append(slices.Clone(both), "-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"),
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256 ECDHE_ECDSA_AES_128_GCM_SHA256", "server", openSSLGroups, pkcs1Schemes + " " + ecdsaSchemes, "ECDSA/1 RSA/3", ""}},
		{"two certificates, TLS 1.3", "good-rsa", append(slices.Clone(both), "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"),
			found{"TLSv1.3", "AES_128_GCM_SHA256", "", openSSLGroups13, "", "ECDSA/1 RSA/3", ""}},
		{"CF-TLS-06 TLS 1.0 and 1.1 alone", "good-rsa", []string{"-no_tls1_2", "-no_tls1_3", "-cipher", "ECDHE-RSA-AES128-SHA:AES256-SHA:@SECLEVEL=0"},
			found{"TLSv1.1 TLSv1", "ECDHE_RSA_AES_128_CBC_SHA RSA_AES_256_CBC_SHA", "client", openSSLGroups, "", "RSA/3", "tls-protocol-mismatch"}},
		{"CF-TLS-06 TLS 1.0 alone", "good-rsa", []string{"-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"},
			found{"TLSv1", "RSA_AES_128_CBC_SHA", "", "", "", "RSA/3", "tls-protocol-mismatch"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			all := scanCertificates{t}
			args := slices.Clone(row.args)
			if args[0] == "-dcert" {
				args[1], args[3] = all.Get("good-ecdsa").Leaf, all.Get("good-ecdsa").Key
			}
			certificate := all.Get("good-rsa")
			if row.certificate != "" {
				certificate = all.Get(row.certificate)
			} else {
				args = append(args, "-nocert")
			}
			row.want.check(t, peers.OpenSSL(t, certificate, t.TempDir(), args...))
		})
	}
}
