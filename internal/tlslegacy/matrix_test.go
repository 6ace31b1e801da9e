package tlslegacy_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
)

// patience limits waiting for a peer. It decides nothing: a test that needs it has failed.
const patience = 60 * time.Second

var allVersions = []uint16{tlslegacy.VersionSSL30, tlslegacy.VersionTLS10, tlslegacy.VersionTLS11, tlslegacy.VersionTLS12}

// everything is the documented offer.
func everything() *tlslegacy.Config {
	return &tlslegacy.Config{
		Versions: allVersions, Suites: tlslegacy.Suites(), Groups: tlslegacy.Groups(), Signatures: tlslegacy.Signatures(),
		ServerName: serverName,
	}
}

// only narrows an offer to one version and one suite.
func only(version, suite uint16) *tlslegacy.Config {
	cfg := everything()
	cfg.Versions, cfg.Suites = []uint16{version}, []uint16{suite}
	return cfg
}

// cannot says why a peer of these tests does not speak a cell; "" if it does.
func cannot(peer string, version, suite uint16) string {
	switch {
	case peer == "openssl" && version == tlslegacy.VersionSSL30:
		return "Debian builds OpenSSL without SSLv3"
	case peer == "openssl" && (suite == 0x000A || suite == 0x0004):
		return "Debian builds OpenSSL without the weak ciphers, 3DES and RC4 in TLS"
	case peer == "gnutls" && version == tlslegacy.VersionSSL30:
		return "Debian builds GnuTLS without SSLv3"
	}
	return ""
}

// TestMatrix makes an HTTP exchange with a body of 1 MiB under every suite, in
// every version that it is valid for, with every peer that speaks it.
func TestMatrix(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"openssl", "gnutls", "jsse"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := get(t, name)
			for _, suite := range tlslegacy.Suites() {
				for _, version := range allVersions {
					if version < tlslegacy.SuiteSince(suite) {
						continue
					}
					t.Run(strings.TrimPrefix(tlswire.SuiteName(suite), "TLS_")+"/"+tlswire.VersionName(version), func(t *testing.T) {
						t.Parallel()
						if why := cannot(name, version, suite); why != "" {
							t.Skip(why)
						}
						exchange(t, name, server.addresses["http"], version, suite)
					})
				}
			}
		})
	}
}

// exchange is one cell of the matrix.
func exchange(t *testing.T, name, address string, version, suite uint16) {
	conn := dial(t, address, only(version, suite))
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	state := conn.ConnectionState()
	if state.Version != version || state.Suite != suite || !state.HandshakeComplete {
		t.Errorf("got %s in %s", tlswire.SuiteName(state.Suite), tlswire.VersionName(state.Version))
	}
	checkFacts(t, state)
	if len(state.RawCertificates) != 2 || len(state.PeerCertificates) != 2 || state.PeerCertificates[1] == nil {
		t.Errorf("got %d certificates, want the leaf and its issuer", len(state.RawCertificates))
	}
	client := clientOver(conn)
	sent := pattern(bodySize)
	var response *http.Response
	var err error
	if name == "jsse" {
		response, err = client.Post("http://"+serverName+"/", "application/octet-stream", bytes.NewReader(sent))
	} else {
		response, err = client.Get("http://" + serverName + "/response")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("got a body of %d bytes, %v; want %d", len(got), err, len(sent))
	}
	if name == "jsse" {
		want := strings.Replace(tlswire.SuiteName(suite), "TLS_RSA_WITH_3DES", "SSL_RSA_WITH_3DES", 1)
		want = strings.Replace(want, "TLS_RSA_WITH_RC4", "SSL_RSA_WITH_RC4", 1)
		if got := response.Header.Get("X-Suite"); got != want {
			t.Errorf("the server says %s, want %s", got, want)
		}
		if got := response.Header.Get("X-Protocol"); got != tlswire.VersionName(version) {
			t.Errorf("the server says %s, want %s", got, tlswire.VersionName(version))
		}
	}
}

// checkFacts holds a state to what its version and suite imply.
func checkFacts(t *testing.T, state tlslegacy.ConnectionState) {
	t.Helper()
	ephemeral := strings.Contains(tlswire.SuiteName(state.Suite), "ECDHE")
	if got := slices.Contains(tlslegacy.Groups(), state.Group); got != ephemeral {
		t.Errorf("group %d under %s", state.Group, tlswire.SuiteName(state.Suite))
	}
	numbered := ephemeral && state.Version == tlslegacy.VersionTLS12
	if got := slices.Contains(tlslegacy.Signatures(), state.SignatureScheme); got != numbered {
		t.Errorf("signature scheme %#04x in %s", state.SignatureScheme, tlswire.VersionName(state.Version))
	}
}

// dial connects; the connection is closed at the end of the test.
func dial(t testing.TB, address string, cfg *tlslegacy.Config) *tlslegacy.Conn {
	t.Helper()
	raw, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	raw.SetDeadline(time.Now().Add(patience))
	conn := tlslegacy.Client(raw, cfg)
	t.Cleanup(func() { conn.Close() })
	return conn
}

// clientOver returns an HTTP client that has this one connection.
func clientOver(conn net.Conn) *http.Client {
	given := make(chan net.Conn, 1)
	given <- conn
	return &http.Client{Transport: &http.Transport{
		DisableCompression: true,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			select {
			case conn := <-given:
				return conn, nil
			default:
				return nil, fmt.Errorf("a second connection")
			}
		},
	}}
}

// TestSignatureSchemes offers one scheme at a time, to the peers that have it.
func TestSignatureSchemes(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"openssl", "gnutls", "jsse"} {
		for _, scheme := range tlslegacy.Signatures() {
			t.Run(fmt.Sprintf("%s/%04x", name, scheme), func(t *testing.T) {
				t.Parallel()
				if name == "jsse" && (scheme == 0x0503 || scheme == 0x0603) {
					t.Skip("JSSE uses this scheme with a key on its own curve alone, and the server's is on P-256")
				}
				if name == "gnutls" && scheme>>8 == 3 {
					t.Skip("GnuTLS negotiates no SHA-224 signatures")
				}
				suite := uint16(0xC02F)
				if scheme&0xff == 3 {
					suite = 0xC02B
				}
				cfg := only(tlslegacy.VersionTLS12, suite)
				cfg.Signatures = []uint16{scheme}
				conn := dial(t, get(t, name).addresses["http"], cfg)
				if err := conn.Handshake(); err != nil {
					t.Fatal(err)
				}
				if got := conn.ConnectionState().SignatureScheme; got != scheme {
					t.Errorf("got %#04x", got)
				}
			})
		}
	}
}

// TestGroups offers one group at a time.
func TestGroups(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"openssl", "gnutls", "jsse"} {
		for _, group := range tlslegacy.Groups() {
			for _, version := range allVersions[1:] {
				t.Run(name+"/"+tlswire.GroupName(group)+"/"+tlswire.VersionName(version), func(t *testing.T) {
					t.Parallel()
					cfg := only(version, 0xC014)
					cfg.Groups = []uint16{group}
					conn := dial(t, get(t, name).addresses["http"], cfg)
					if err := conn.Handshake(); err != nil {
						t.Fatal(err)
					}
					if got := conn.ConnectionState().Group; got != group {
						t.Errorf("got %d", got)
					}
				})
			}
		}
	}
}

// TestExtendedMasterSecret agrees to RFC 7627 with every peer, in every version
// that has it, and under both forms of the PRF of TLS 1.2.
func TestExtendedMasterSecret(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"openssl", "gnutls", "jsse"} {
		for _, version := range allVersions {
			for _, suite := range []uint16{0x002F, 0xC030} {
				if version < tlslegacy.SuiteSince(suite) || cannot(name, version, suite) != "" {
					continue
				}
				t.Run(name+"/"+tlswire.VersionName(version)+"/"+tlswire.SuiteName(suite), func(t *testing.T) {
					t.Parallel()
					cfg := only(version, suite)
					cfg.ExtendedMasterSecret = true
					conn := dial(t, get(t, name).addresses["http"], cfg)
					if err := conn.Handshake(); err != nil {
						t.Fatal(err)
					}
					if got := conn.ConnectionState().ExtendedMasterSecret; got != (version > tlslegacy.VersionSSL30) {
						t.Errorf("agreed: %v", got)
					}
				})
			}
		}
	}
}
