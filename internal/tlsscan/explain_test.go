package tlsscan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/internal/tlsscan"
	"github.com/edgesim/edgesim/policy"
)

// spoken is one version of a report that is complete.
func spoken(version uint16, suites, groups, signatures []uint16) tlsscan.VersionReport {
	return tlsscan.VersionReport{
		Version: version, Asked: true, Spoken: true, Suites: suites, Groups: groups, Signatures: signatures,
		SuitesComplete: true, GroupsComplete: true, SignaturesComplete: true,
	}
}

// TestExplain decides why two sets do not fit, from the sets alone.
func TestExplain(t *testing.T) {
	t.Parallel()
	const tls12, tls13 = policy.VersionTLS12, policy.VersionTLS13
	p256, p521 := []uint16{23}, []uint16{25}
	pkcs1 := []uint16{0x0401}
	usual := []distribution.SSLProtocol{"TLSv1", "TLSv1.1", "TLSv1.2"}
	one := func(v tlsscan.VersionReport) []tlsscan.VersionReport { return []tlsscan.VersionReport{v} }
	with := func(v tlsscan.VersionReport, vary func(*tlsscan.VersionReport)) []tlsscan.VersionReport {
		vary(&v)
		return one(v)
	}
	for _, row := range []struct {
		name      string
		protocols []distribution.SSLProtocol
		policy    string
		versions  []tlsscan.VersionReport
		curve     pki.KeyKind // of an ECDSA certificate, where the suites need one
		cause     policy.CauseName
		detail    string
	}{
		{name: "all shared", versions: one(spoken(tls12, []uint16{0xc02f}, p256, pkcs1)), detail: "share"},
		{name: "CF-TLS-06 no version", protocols: []distribution.SSLProtocol{"TLSv1"}, versions: one(spoken(tls12, []uint16{0xc02f}, p256, pkcs1)), cause: "tls-protocol-mismatch", detail: "the origin speaks TLSv1.2"},
		{name: "CF-TLS-07 only TLS 1.3, before it was offered", policy: "2023-03-31", versions: one(spoken(tls13, []uint16{0x1301}, p256, nil)), cause: "tls-protocol-mismatch"},
		{name: "CF-TLS-07 only TLS 1.3, now", versions: one(spoken(tls13, []uint16{0x1301}, p256, nil))},
		{name: "a version that was not asked for", versions: []tlsscan.VersionReport{spoken(tls13, []uint16{0x1301}, p256, nil), {Version: tls12}}, policy: "2023-03-31", detail: "not complete"},
		{name: "CF-TLS-12 only ChaCha20", versions: one(spoken(tls12, []uint16{0xcca8}, p256, pkcs1)), cause: "tls-no-shared-cipher", detail: "CF-TLS-12"},
		{name: "CF-TLS-13 only DHE", versions: one(spoken(tls12, []uint16{0x009e, 0x0033}, nil, pkcs1)), cause: "tls-no-shared-cipher", detail: "CF-TLS-13"},
		{name: "CF-TLS-14 only static RSA with GCM", versions: one(spoken(tls12, []uint16{0x009c, 0x003d}, nil, nil)), cause: "tls-no-shared-cipher", detail: "CF-TLS-14"},
		{name: "CF-TLS-15 only CCM", versions: one(spoken(tls12, []uint16{0xc0ac}, p256, nil)), cause: "tls-no-shared-cipher", detail: "CF-TLS-15"},
		{name: "CF-TLS-15 only ARIA", versions: one(spoken(tls12, []uint16{0xc060}, p256, nil)), cause: "tls-no-shared-cipher", detail: "CF-TLS-15"},
		{name: "CF-TLS-15 only Camellia", versions: one(spoken(tls12, []uint16{0xc076}, p256, nil)), cause: "tls-no-shared-cipher", detail: "CF-TLS-15"},
		{name: "CF-TLS-15 only PSK", versions: one(spoken(tls12, []uint16{0x00a8}, nil, nil)), cause: "tls-no-shared-cipher", detail: "CF-TLS-15"},
		{name: "CF-TLS-11 several kinds", versions: one(spoken(tls12, []uint16{0x009e, 0xcca8}, p256, pkcs1)), cause: "tls-no-shared-cipher", detail: "CF-TLS-11"},
		{name: "CF-TLS-29 only GCM, by the list of 2017", policy: "2017-12-07", versions: one(spoken(tls12, []uint16{0xc02f}, p256, pkcs1)), cause: "tls-no-shared-cipher"},
		{name: "CF-TLS-17 only P-521", versions: one(spoken(tls12, []uint16{0xc02f}, p521, pkcs1)), cause: "tls-no-shared-curve", detail: "CF-TLS-17"},
		{name: "CF-TLS-17 only X448 in TLS 1.3", versions: one(spoken(tls13, []uint16{0x1301}, []uint16{30}, nil)), cause: "tls-no-shared-curve", detail: "CF-TLS-17"},
		{name: "CF-TLS-17 only P-521, but static RSA", versions: one(spoken(tls12, []uint16{0xc02f, 0x002f}, p521, pkcs1))},
		{name: "CF-TLS-28 only X25519, by the list of 2019", policy: "2019-12-12", versions: one(spoken(tls12, []uint16{0xc027}, []uint16{29}, pkcs1)), cause: "tls-no-shared-curve"},
		{name: "CF-TLS-17 a key on P-521", versions: one(spoken(tls12, []uint16{0xc02b}, p256, []uint16{0x0403})), curve: pki.P521, cause: "tls-no-shared-curve", detail: "key"},
		{name: "a key on P-384", versions: one(spoken(tls12, []uint16{0xc02b}, p256, []uint16{0x0403})), curve: pki.P384},
		{name: "CF-TLS-18 other schemes", versions: one(spoken(tls12, []uint16{0xc02f}, p256, []uint16{0x0101, 0x0804})), cause: "tls-handshake-failure", detail: "CF-TLS-18"},
		{name: "CF-TLS-19 only MD5", versions: one(spoken(tls12, []uint16{0xc02f}, p256, []uint16{0x0101})), cause: "tls-handshake-failure", detail: "CF-TLS-19"},
		{name: "CF-TLS-20 only SHA-1", versions: one(spoken(tls12, []uint16{0xc02f}, p256, []uint16{0x0201}))},
		{name: "CF-TLS-21 only PSS", versions: one(spoken(tls12, []uint16{0xc02f}, p256, []uint16{0x0804, 0x0805})), cause: "tls-handshake-failure", detail: "CF-TLS-21"},
		{name: "CF-TLS-21 PSS for RSA does not help to ECDSA", versions: one(spoken(tls12, []uint16{0xc02b}, p256, []uint16{0x0401})), cause: "tls-handshake-failure"},
		{name: "the newest shared version decides", versions: []tlsscan.VersionReport{
			spoken(tls13, []uint16{0x1304}, p256, nil), spoken(tls12, []uint16{0xc02f}, p521, pkcs1), spoken(policy.VersionTLS11, []uint16{0x0033}, nil, nil),
		}, cause: "tls-no-shared-cipher"},
		{name: "an older version that fits does not help", versions: []tlsscan.VersionReport{
			spoken(tls13, []uint16{0x1301}, p521, nil), spoken(tls12, []uint16{0xc02f}, p256, pkcs1),
		}, cause: "tls-no-shared-curve"},
		{name: "a suite that was not decided", versions: with(spoken(tls12, []uint16{0x009e}, p256, pkcs1), func(v *tlsscan.VersionReport) {
			v.SuitesComplete, v.SuitesOpen = false, []uint16{0x002f}
		}), detail: "not complete"},
		{name: "what was not decided is not offered", versions: with(spoken(tls12, []uint16{0x009e}, p256, pkcs1), func(v *tlsscan.VersionReport) {
			v.SuitesComplete, v.SuitesOpen = false, []uint16{0x0033}
		}), cause: "tls-no-shared-cipher"},
		{name: "curves that were not decided", versions: with(spoken(tls12, []uint16{0xc02f}, p521, pkcs1), func(v *tlsscan.VersionReport) {
			v.GroupsComplete = false
		}), detail: "not complete"},
		{name: "nothing spoken", versions: []tlsscan.VersionReport{{Version: tls12, Asked: true}}, detail: "no version"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if row.protocols == nil {
				row.protocols = usual
			}
			snapshot, err := policy.SnapshotFor(row.policy)
			if err != nil {
				t.Fatal(err)
			}
			r := &tlsscan.Report{Versions: row.versions, Limits: []string{"a limit"}}
			if row.curve != 0 {
				leaf, err := pki.SelfSign(pki.Template{CommonName: "o.example", KeyKind: row.curve, NotBefore: time.Unix(0, 0), NotAfter: time.Unix(0, 0)})
				if err != nil {
					t.Fatal(err)
				}
				r.Certificates = []tlsscan.Chain{{KeyType: "ECDSA", Version: tls12, Chain: [][]byte{leaf.DER}}}
			}
			cause, detail := r.Explain(policy.OfferFor(row.protocols, snapshot))
			if cause != row.cause || !strings.Contains(detail, row.detail) || detail == "" {
				t.Errorf("got %q, %q, want %q with %q", cause, detail, row.cause, row.detail)
			}
		})
	}
}

func TestExplainNotTLS(t *testing.T) {
	t.Parallel()
	r := &tlsscan.Report{NotTLS: []byte("SSH-2.0-x")}
	if cause, detail := r.Explain(policy.Offer{}); cause != policy.CauseTLSNotTLS || !strings.Contains(detail, "SSH") {
		t.Errorf("got %q, %q", cause, detail)
	}
}
