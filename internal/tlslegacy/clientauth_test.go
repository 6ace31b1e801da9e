package tlslegacy_test

import (
	"crypto"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
)

// show presents a client certificate on every request.
func show(leaf *pki.Certificate) func(*tlslegacy.CertificateRequest) (*tlslegacy.Certificate, error) {
	return func(*tlslegacy.CertificateRequest) (*tlslegacy.Certificate, error) {
		return &tlslegacy.Certificate{Chain: [][]byte{leaf.DER}, Key: leaf.Key}, nil
	}
}

// TestClientCertificate checks in every version what JSSE sees of a client certificate, and
// without one.
func TestClientCertificate(t *testing.T) {
	t.Parallel()
	server := get(t, "jsse")
	c := mint(t)
	for _, version := range allVersions {
		for _, tt := range []struct {
			name, listener string
			leaf           *pki.Certificate
			want           string // "" is an alert
		}{
			{"none, not asked for", "http", nil, "none"},
			{"RSA, not asked for", "http", c.clientRSA, "none"},
			{"none, not needed", "want", nil, "none"},
			{"RSA, not needed", "want", c.clientRSA, "CN=client.example.com"},
			{"none, needed", "need", nil, ""},
			{"RSA, needed", "need", c.clientRSA, "CN=client.example.com"},
			{"ECDSA, needed", "need", c.client, "CN=client.example.com"},
		} {
			if tt.leaf == c.client && version == tlslegacy.VersionSSL30 {
				continue // SSLv3 knows no ECDSA
			}
			t.Run(tlswire.VersionName(version)+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				cfg := only(version, 0x002F)
				asked := 0
				if tt.leaf != nil {
					cfg.ClientCertificate = func(r *tlslegacy.CertificateRequest) (*tlslegacy.Certificate, error) {
						asked++
						return show(tt.leaf)(r)
					}
				}
				conn := dial(t, server.addresses[tt.listener], cfg)
				response, err := clientOver(conn).Get("http://" + serverName + "/0")
				state := conn.ConnectionState()
				if got := state.CertificateRequest != nil; got != (tt.listener != "http") {
					t.Errorf("a request was noted: %v", got)
				}
				if state.ClientCertificateSent != (asked == 1) {
					t.Errorf("sent: %v, asked: %d", state.ClientCertificateSent, asked)
				}
				if tt.want == "" {
					var alert *tlslegacy.AlertError
					if !errors.As(err, &alert) || state.AlertReceived == nil {
						t.Errorf("got %v, want an alert", err)
					}
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				response.Body.Close()
				if got := response.Header.Get("X-Client"); got != tt.want {
					t.Errorf("the server saw %q, want %q", got, tt.want)
				}
			})
		}
	}
}

// TestClientSchemes signs with each scheme in TLS 1.2, before crypto/tls,
// which takes those up to SHA-1 when they are offered to it.
func TestClientSchemes(t *testing.T) {
	t.Parallel()
	server := serverConfig(t)
	server.ClientAuth = tls.RequireAnyClientCert
	address := listen(t, server, echo)
	c := mint(t)
	for _, version := range allVersions[1:] {
		for name, leaf := range map[string]*pki.Certificate{"RSA": c.clientRSA, "ECDSA": c.client} {
			t.Run(tlswire.VersionName(version)+"/"+name, func(t *testing.T) {
				t.Parallel()
				cfg := only(version, 0xC014)
				cfg.ClientCertificate = show(leaf)
				conn := dial(t, address, cfg)
				exchangeEcho(t, conn, 10)
				request := conn.ConnectionState().CertificateRequest
				if request == nil || request.Version != version || len(request.Types) == 0 || (version == tlslegacy.VersionTLS12) != (len(request.Signatures) > 0) {
					t.Errorf("the request is %+v", request)
				}
			})
		}
	}
}

// What goes wrong on our own side ends the handshake with that error.
func TestClientCertificateErrors(t *testing.T) {
	t.Parallel()
	server := serverConfig(t)
	server.ClientAuth = tls.RequestClientCert
	address := listen(t, server, echo)
	own := errors.New("no key at hand")
	for _, tt := range []struct {
		name string
		hook func(*tlslegacy.CertificateRequest) (*tlslegacy.Certificate, error)
	}{
		{"the hook", func(*tlslegacy.CertificateRequest) (*tlslegacy.Certificate, error) { return nil, own }},
		{"the key", func(*tlslegacy.CertificateRequest) (*tlslegacy.Certificate, error) {
			return &tlslegacy.Certificate{Chain: [][]byte{mint(t).clientRSA.DER}, Key: failing{mint(t).clientRSA.Key, own}}, nil
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			cfg := only(tlslegacy.VersionTLS12, 0xC02F)
			cfg.ClientCertificate = tt.hook
			if err := dial(t, address, cfg).Handshake(); !errors.Is(err, own) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// failing is a key that cannot sign.
type failing struct {
	crypto.Signer
	err error
}

func (f failing) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, f.err }

// TestRenegotiation asks a real server, JSSE, to ask for a new handshake. It
// takes the warning for a failure.
func TestRenegotiation(t *testing.T) {
	t.Parallel()
	server := get(t, "jsse")
	for _, version := range allVersions {
		t.Run(tlswire.VersionName(version), func(t *testing.T) {
			t.Parallel()
			conn := dial(t, server.addresses["http"], only(version, 0x002F))
			response, err := clientOver(conn).Get("http://" + serverName + "/renegotiate")
			if err == nil {
				response.Body.Close()
				if response.StatusCode == http.StatusOK {
					t.Log("the server went on")
				}
			}
			state := conn.ConnectionState()
			if !state.RenegotiationRequested {
				t.Errorf("the request was not noted; %v", err)
			}
			if state.AlertSent == nil {
				t.Error("the server was told nothing")
			}
			t.Logf("%v; received %v, sent %v", err, state.AlertReceived, state.AlertSent)
		})
	}
}
