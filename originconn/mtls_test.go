package originconn_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// clientCertificate makes what an origin may ask for, signed by the shop's CA.
func (s *shop) clientCertificate(t *testing.T, template pki.Template) *tls.Certificate {
	t.Helper()
	template.CommonName, template.Purpose = "viewer of "+t.Name(), pki.ClientAuth
	made, err := s.ca.Issue(template)
	if err != nil {
		t.Fatal(err)
	}
	pair := pki.TLS(made)
	return &pair
}

// root writes the shop's CA to a file.
func (s *shop) root(t *testing.T) string {
	t.Helper()
	file := filepath.Join(s.dir, "ca.pem")
	if err := os.WriteFile(file, s.ca.PEM(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// mtlsRoad is a way to an origin that may ask for a client certificate.
type mtlsRoad struct {
	name, road string
	version    uint16
	args       []string
}

var mtlsRoads = []mtlsRoad{
	{"TLSv1.3", "crypto/tls", policy.VersionTLS13, []string{"-tls1_3"}},
	{"TLSv1.2", "crypto/tls", policy.VersionTLS12, []string{"-tls1_2", "-sigalgs", "RSA+SHA256", "-client_sigalgs", "RSA+SHA256:ECDSA+SHA256"}},
	{"TLSv1.2 on the second road", "internal/tlslegacy", policy.VersionTLS12, []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"}},
}

// TestClientCertificates goes to OpenSSL servers that ask for, insist on and
// refuse client certificates, on both roads.
func TestClientCertificates(t *testing.T) {
	t.Parallel()
	s, stranger := newShop(t), newShop(t)
	leaf := s.leaf(t, pki.RSA2048)
	good := s.clientCertificate(t, pki.Template{KeyKind: pki.RSA2048})
	goodECDSA := s.clientCertificate(t, pki.Template{KeyKind: pki.P256})
	expired := s.clientCertificate(t, pki.Template{NotBefore: validFrom.AddDate(-2, 0, 0), NotAfter: validFrom.AddDate(-1, 0, 0)})
	foreign := stranger.clientCertificate(t, pki.Template{})
	// The origin's clock stands at the test's instant, and it refuses what does
	// not verify; without this it takes anything that is a certificate.
	strict := []string{"-CAfile", s.root(t), "-verify_return_error", "-attime", strconv.FormatInt(validAt.Unix(), 10)}
	const required = policy.CauseTLSClientCertificateRequired
	for _, road := range mtlsRoads {
		for _, row := range []struct {
			name      string
			args      []string
			present   *tls.Certificate
			requested bool
			sent      bool
			cause     policy.CauseName
			rule      policy.RuleID
		}{
			{"CF-MTLS-01 presented when the origin insists", append([]string{"-Verify", "2"}, strict...), good, true, true, "", ""},
			{"CF-MTLS-01 an ECDSA certificate", append([]string{"-Verify", "2"}, strict...), goodECDSA, true, true, "", ""},
			{"CF-MTLS-01 presented when the origin asks", append([]string{"-verify", "2"}, strict...), good, true, true, "", ""},
			{"CF-MTLS-02 not sent when the origin does not ask", nil, good, false, false, "", ""},
			{"CF-MTLS-03 an expired one is sent all the same", []string{"-Verify", "2"}, expired, true, true, "", ""},
			{"CF-MTLS-03 the origin refuses an expired one", append([]string{"-Verify", "2"}, strict...), expired, true, true, required, "CF-MTLS-08"},
			{"the origin refuses one of another CA", append([]string{"-Verify", "2"}, strict...), foreign, true, true, required, "CF-MTLS-08"},
			{"CF-MTLS-08 none configured, the origin insists", []string{"-Verify", "2"}, nil, true, false, required, "CF-MTLS-08"},
			{"CF-MTLS-08 none configured, the origin only asks", []string{"-verify", "2"}, nil, true, false, "", ""},
		} {
			t.Run(road.name+"/"+row.name, func(t *testing.T) {
				t.Parallel()
				args := append([]string{"-www"}, append(row.args, road.args...)...)
				client := s.client(t, peers.OpenSSL(t, leaf, s.dir, args...))
				t.Cleanup(func() { client.Close() })
				target := tlsTarget(policy.VersionTLS12, policy.VersionTLS13)
				target.ClientCertificate = row.present
				result := client.Do(t.Context(), target, get())
				checkCause(t, result.Cause, row.cause, row.rule)
				h := result.Attempts[len(result.Attempts)-1].Handshake
				if h.Road != road.road || h.Version != road.version {
					t.Errorf("road %s, version %x; %v", h.Road, h.Version, result.Cause)
				}
				if h.ClientCertificateRequested != row.requested || h.ClientCertificateSent != row.sent {
					t.Errorf("requested %t, sent %t", h.ClientCertificateRequested, h.ClientCertificateSent)
				}
				if result.Cause != nil {
					if presented := strings.Contains(result.Cause.Detail, "refused the one presented"); presented != row.sent {
						t.Errorf("detail %q", result.Cause.Detail)
					}
					if result.Attempts[0].Explanation != nil {
						t.Error("the origin was scanned, and its reason was known")
					}
					return
				}
				// s_server's page shows the certificate that it got.
				page, err := io.ReadAll(result.Response.Body)
				result.Response.Body.Close()
				if err != nil || result.Response.Status != 200 {
					t.Fatalf("status %d, %v", result.Response.Status, err)
				}
				if got := strings.Contains(string(page), "CN=viewer of"); got != row.sent {
					t.Errorf("the origin saw a certificate: %t, want %t", got, row.sent)
				}
			})
		}
	}
}

// TestServerCertificateStillJudged proves CF-MTLS-06: a client certificate buys
// the origin nothing.
func TestServerCertificateStillJudged(t *testing.T) {
	t.Parallel()
	s, untrusted := newShop(t), newShop(t)
	leaf := untrusted.leaf(t, pki.RSA2048)
	present := s.clientCertificate(t, pki.Template{})
	for _, road := range mtlsRoads {
		t.Run(road.name, func(t *testing.T) {
			t.Parallel()
			client := s.client(t, peers.OpenSSL(t, leaf, s.dir, append([]string{"-Verify", "2"}, road.args...)...))
			t.Cleanup(func() { client.Close() })
			target := tlsTarget(policy.VersionTLS12, policy.VersionTLS13)
			target.ClientCertificate = present
			conn, a := client.Connect(t.Context(), target)
			if conn != nil {
				conn.Close()
			}
			if a.Cause == nil || a.Cause.Stage != policy.StageVerify || a.Handshake.Road != road.road {
				t.Errorf("road %s, cause %v, want one of the certificate", a.Handshake.Road, a.Cause)
			}
		})
	}
}

// TestNoSharedClientSignature: a certificate whose key the origin cannot check gives the
// same cause with each client.
func TestNoSharedClientSignature(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	leaf := s.leaf(t, pki.RSA2048)
	present := s.clientCertificate(t, pki.Template{KeyKind: pki.RSA2048})
	for _, road := range mtlsRoads {
		t.Run(road.name, func(t *testing.T) {
			t.Parallel()
			client := s.client(t, peers.OpenSSL(t, leaf, s.dir, append(slices.Clone(road.args), "-Verify", "2", "-client_sigalgs", "ECDSA+SHA256")...))
			t.Cleanup(func() { client.Close() })
			target := tlsTarget(policy.VersionTLS12, policy.VersionTLS13)
			target.ClientCertificate = present
			result := client.Do(t.Context(), target, get())
			checkCause(t, result.Cause, policy.CauseTLSClientCertificateRequired, "CF-MTLS-08")
			if h := result.Attempts[0].Handshake; !h.ClientCertificateRequested || h.Road != road.road {
				t.Errorf("road %s, requested %t", h.Road, h.ClientCertificateRequested)
			}
		})
	}
}

// TestClientCertificatesKeepApart: a kept-alive connection is used again for
// the client certificate that it was opened with, and for no other.
func TestClientCertificatesKeepApart(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	one, two := s.clientCertificate(t, pki.Template{}), s.clientCertificate(t, pki.Template{})
	for _, row := range honestRoads {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			config := honest(pki.TLS(rsaLeaf(t, s)), row.server, row.road == "internal/tlslegacy")
			config.ClientAuth = tls.RequestClientCert
			client := s.client(t, keptAlive(t, config))
			t.Cleanup(func() { client.Close() })
			target := tlsTarget(row.versions...)
			seen := map[string]string{}
			for _, step := range []struct {
				name    string
				present *tls.Certificate
				reused  bool
			}{
				{"one", one, false}, {"two", two, false}, {"none", nil, false},
				{"one", one, true}, {"none", nil, true}, {"two", two, true},
			} {
				target.ClientCertificate = step.present
				result := client.Do(t.Context(), target, get())
				if result.Cause != nil {
					t.Fatal(result.Cause)
				}
				body, err := io.ReadAll(result.Response.Body)
				result.Response.Body.Close()
				if err != nil {
					t.Fatal(err)
				}
				a := result.Attempts[0]
				if a.Reused != step.reused || a.Handshake.Road != row.road || a.Handshake.ClientCertificateSent != (step.present != nil) {
					t.Errorf("%s: reused %t, road %s, sent %t", step.name, a.Reused, a.Handshake.Road, a.Handshake.ClientCertificateSent)
				}
				if before, ok := seen[step.name]; ok && before != string(body) {
					t.Errorf("%s: got %q, before %q", step.name, body, before)
				}
				seen[step.name] = string(body)
			}
			if seen["one"] == seen["two"] || seen["one"] == seen["none"] || seen["two"] == seen["none"] {
				t.Errorf("connections are shared: %q", seen)
			}
		})
	}
}

// keptAlive serves HTTP over TLS and answers with the number of the connection
// and the serial number of the certificate that came with it.
func keptAlive(t *testing.T, config *tls.Config) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	var connections atomic.Int32
	server := &http.Server{
		ReadHeaderTimeout: time.Minute, ErrorLog: log.New(io.Discard, "", 0), // refused hellos are meant
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, connectionNumber{}, connections.Add(1))
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			out := bufio.NewWriter(w)
			defer out.Flush()
			fmt.Fprintf(out, "connection %d", r.Context().Value(connectionNumber{}))
			for _, c := range r.TLS.PeerCertificates {
				fmt.Fprintf(out, ", certificate %s", c.SerialNumber)
			}
		}),
	}
	go server.Serve(listener)
	t.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

type connectionNumber struct{}
