package originconn_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/big"
	"net"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// A hostile origin against the whole client: whatever it sends, Connect ends in a
// cause within the connect timeout, in limited memory, and after Close nothing is
// left running. All of it is on fake time; a goroutine that outlives the
// client fails the bubble, which stops its clock when the test's function ends.

// hostileRoad is a way in which the client connects to the hostile server.
type hostileRoad struct {
	name string
	// versions are offered; the hostile server answers with minor as the
	// version of its records and hello.
	versions []uint16
	minor    byte
	// refuse means that the first connection is refused with an alert, so that
	// the next one uses the second client.
	refuse bool
	// road is the one that the attempt ends on.
	road string
}

var hostileRoads = []hostileRoad{
	{"crypto_tls", []uint16{policy.VersionTLS12, policy.VersionTLS13}, 3, false, "crypto/tls"},
	{"tlslegacy SSLv3", []uint16{policy.VersionSSL30}, 0, false, "internal/tlslegacy"},
	{"tlslegacy after a refusal", []uint16{policy.VersionTLS12}, 3, true, "crypto/tls"},
}

// refusal is a fatal handshake_failure alert.
var refusal = []byte{21, 3, 3, 0, 2, 2, 40}

// hostile makes a client that trusts the shop, with connections that serve
// serves, and counts them.
func (r hostileRoad) hostile(t testing.TB, s *shop, serve func(net.Conn)) (*originconn.Client, *atomic.Int32) {
	var opened atomic.Int32
	trust := policy.NewTrustStore(s.ca.X509)
	return conntest.Watch(t, &originconn.Client{
		Resolver: static{}, Trust: func() *policy.TrustStore { return trust }, Now: func() time.Time { return validAt },
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			f := serve
			if n := opened.Add(1); n == 1 && r.refuse {
				f = afterHello(func(conn net.Conn) { conn.Write(refusal) })
			}
			go func() {
				defer there.Close()
				f(there)
			}()
			return here, nil
		},
	}), &opened
}

// meet connects once and checks what holds for every hostile origin.
func (r hostileRoad) meet(t *testing.T, s *shop, serve func(net.Conn)) *originconn.Attempt {
	t.Helper()
	client, opened := r.hostile(t, s, serve)
	target := tlsTarget(r.versions...)
	started := time.Now()
	conn, a := client.Connect(t.Context(), target)
	if took := time.Since(started); took > target.ConnectTimeout {
		t.Errorf("took %s, and the connect timeout is %s", took, target.ConnectTimeout)
	}
	if (conn == nil) == (a.Cause == nil) {
		t.Errorf("connection %v, cause %v", conn, a.Cause)
	}
	if conn != nil {
		conn.Close()
	}
	if a.Cause != nil && (a.Cause.Rule == "" || a.Cause.Detail == "") {
		t.Errorf("cause %+v has no rule or no detail", a.Cause)
	}
	started = time.Now()
	client.Close()
	if took := time.Since(started); took > 0 {
		t.Errorf("Close took %s", took)
	}
	if x := a.Explanation; x != nil && !x.Done() {
		t.Error("the scan runs on after Close")
	}
	if n := opened.Load(); n > 3+40 {
		t.Errorf("%d connections", n)
	}
	return a
}

// within fails the test if f allocates more than 32 MB in all. The tests that
// use it are not parallel, so that what they measure is their own.
func within(t *testing.T, f func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	grown := after.TotalAlloc - before.TotalAlloc
	t.Logf("%d KiB were allocated", grown>>10)
	if grown > 32<<20 {
		t.Errorf("%d KiB were allocated, more than 32 MiB", grown>>10)
	}
}

// flood says the pieces once the hello is there, the last one without end, and
// reads all the while, as a socket's buffer would take what the client says.
func flood(pieces ...[]byte) func(net.Conn) {
	return afterHello(func(conn net.Conn) {
		go io.Copy(io.Discard, conn)
		last := len(pieces) - 1
		for _, piece := range pieces[:last] {
			if _, err := conn.Write(piece); err != nil {
				return
			}
		}
		for {
			if _, err := conn.Write(pieces[last]); err != nil {
				return
			}
		}
	})
}

// tell says something once the hello is there, and is silent then.
func tell(said []byte) func(net.Conn) {
	return afterHello(func(conn net.Conn) {
		go conn.Write(said)
		io.Copy(io.Discard, conn)
	})
}

// record is one record of TLS, or several if the content is too long for one.
func record(kind, minor byte, content []byte) []byte {
	var out []byte
	for first := true; first || len(content) > 0; first = false {
		part := content[:min(len(content), 1<<14)]
		content = content[len(part):]
		out = append(append(out, kind, 3, minor, byte(len(part)>>8), byte(len(part))), part...)
	}
	return out
}

// helloFlight is a ServerHello with this suite and more messages, in records.
func helloFlight(minor byte, suite uint16, messages ...[]byte) []byte {
	hello := serverHello(suite)
	hello[2], hello[10] = minor, minor
	return append(hello, record(22, minor, bytes.Join(messages, nil))...)
}

// handshakeMessage is one message with its header.
func handshakeMessage(kind byte, body []byte) []byte {
	n := len(body)
	return append([]byte{kind, byte(n >> 16), byte(n >> 8), byte(n)}, body...)
}

// certificateMessage is that of a chain up to TLS 1.2.
func certificateMessage(chain ...[]byte) []byte {
	var list []byte
	for _, der := range chain {
		list = append(append(list, byte(len(der)>>16), byte(len(der)>>8), byte(len(der))), der...)
	}
	n := len(list)
	return handshakeMessage(11, append([]byte{byte(n >> 16), byte(n >> 8), byte(n)}, list...))
}

// times repeats a certificate.
func times(n int, der []byte) [][]byte { return slices.Repeat([][]byte{der}, n) }

// deepChain is a leaf for origin.example with so many issuers below the shop's
// root, each as small as a certificate can be.
func deepChain(t *testing.T, s *shop, issuers int) ([][]byte, *pki.Certificate) {
	t.Helper()
	key, err := pki.NewKey(pki.Ed25519)
	if err != nil {
		t.Fatal(err)
	}
	issuer, chain := s.ca, make([][]byte, issuers+1)
	for i := issuers; i >= 0; i-- {
		template := pki.Template{CommonName: fmt.Sprint(i), IsCA: true, Key: key, SerialNumber: big.NewInt(1)}
		if i == 0 {
			template = pki.Template{CommonName: "origin.example", DNSNames: []string{"origin.example"}, KeyKind: pki.RSA2048}
		}
		made, err := issuer.Issue(template)
		if err != nil {
			t.Fatal(err)
		}
		issuer, chain[i] = made, made.DER
	}
	return chain, issuer
}

// rsaLeaf is a good certificate for origin.example.
func rsaLeaf(t *testing.T, s *shop) *pki.Certificate {
	t.Helper()
	leaf, err := s.ca.Issue(pki.Template{CommonName: "origin.example", DNSNames: []string{"origin.example"}, KeyKind: pki.RSA2048})
	if err != nil {
		t.Fatal(err)
	}
	return leaf
}

// TestHostile meets every bad answer that needs no encryption, on both roads.
func TestHostile(t *testing.T) {
	s := newShop(t)
	leaf := rsaLeaf(t, s)
	deep, _ := deepChain(t, s, 999)
	const static = 0x002f // a suite without a signed key exchange
	for _, road := range hostileRoads {
		v := road.minor
		hello := func(messages ...[]byte) []byte { return helloFlight(v, static, messages...) }
		start := hello()[:5+4+38] // without the empty record
		zeros := make([]byte, 1<<14)
		bomb := func(chain ...[]byte) func(net.Conn) { return tell(hello(certificateMessage(chain...))) }
		for _, row := range []struct {
			name  string
			serve func(net.Conn)
			// want is on the first road and on SSLv3; the refusal stands where
			// the second road got no further.
			want policy.CauseName
		}{
			{"silence", func(conn net.Conn) { io.Copy(io.Discard, conn) }, "connect-timeout"},
			{"silence after the hello", tell(nil), "connect-timeout"},
			{"hangs up at once", func(net.Conn) {}, "tls-handshake-failure"},
			{"hangs up after the hello", afterHello(func(net.Conn) {}), "tls-handshake-failure"},
			{"CF-CONN-24 plain HTTP", tell([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")), "tls-not-tls"},
			{"CF-CONN-24 SSH", tell([]byte("SSH-2.0-OpenSSH_9.2\r\n")), "tls-not-tls"},
			{"CF-CONN-24 HTTP without end", flood(bytes.Repeat([]byte("HTTP/1.1 200 OK\r\n"), 1000)), "tls-not-tls"},
			{"CF-CONN-24 one letter", tell([]byte("S")), "connect-timeout"},
			{"a certificate of 10 MB", bomb(make([]byte, 10<<20)), "tls-handshake-failure"},
			{"a certificate message that says 16 MB", flood(start, record(22, v, append([]byte{11, 0xff, 0xff, 0xff}, zeros[4:]...)), record(22, v, zeros)), "tls-handshake-failure"},
			{"10,000 certificates", bomb(times(10_000, leaf.DER)...), "tls-handshake-failure"},
			{"10,000 certificates of a byte", bomb(times(10_000, []byte{1})...), "cert-invalid"},
			{"a leaf and 10,000 certificates of a byte", bomb(append([][]byte{leaf.DER}, times(10_000, []byte{1})...)...), ""},
			{"the leaf as often as is let through", bomb(times((255<<10)/(3+len(leaf.DER)), leaf.DER)...), ""},
			{"a chain 1,000 deep", bomb(deep...), ""},
			{"a chain as deep as is let through", bomb(deep[:700]...), ""},
			{"certificates without content", bomb(times(10_000, nil)...), ""},
			{"as many certificates as fit", bomb(times(65_000, []byte{1})...), "cert-invalid"},
			{"a leaf and as many certificates as fit", bomb(append([][]byte{leaf.DER}, times(65_000, []byte{1})...)...), "cert-invalid"},
			{"a record over the limit", tell([]byte{22, 3, v, 0x48, 1}), ""},
			{"a plain record over its limit", flood([]byte{22, 3, v, 0x41, 0}, zeros), "tls-handshake-failure"},
			{"a record that says 65,535", flood([]byte{22, 3, v, 0xff, 0xff}, zeros), ""},
			{"empty records without end", flood(record(22, v, nil)), "tls-handshake-failure"},
			{"empty records within a message", flood(record(22, v, start[5:20]), record(22, v, nil)), "tls-handshake-failure"},
			{"warnings without end", flood([]byte{21, 3, v, 0, 2, 1, 90}), "tls-handshake-failure"},
			{"warnings after a hello", flood(start, []byte{21, 3, v, 0, 2, 1, 112}), "tls-handshake-failure"},
			{"CF-TLS-11 a warning, then a suite of nobody", tell(append([]byte{21, 3, v, 0, 2, 1, 112}, helloFlight(v, 0xfafa)...)), "tls-no-shared-cipher"},
			{"half alerts without end", flood([]byte{21, 3, v, 0, 1, 1}), "tls-handshake-failure"},
			{"close_notify without end", flood([]byte{21, 3, v, 0, 2, 1, 0}), ""},
			{"HelloRequests without end", flood(record(22, v, zeros)), "tls-handshake-failure"},
			{"HelloRequests after a hello", flood(start, record(22, v, zeros)), "tls-handshake-failure"},
			{"hellos without end", flood(start), "tls-handshake-failure"},
			{"ChangeCipherSpecs without end", flood([]byte{20, 3, v, 0, 1, 1}), "tls-handshake-failure"},
			{"encrypted records without end", flood(record(23, v, zeros)), "tls-handshake-failure"},
			{"certificate requests without end", flood(start, record(22, v, certificateMessage(leaf.DER)),
				record(22, v, handshakeMessage(13, append([]byte{1, 1, 0, 2, 4, 1, 0x3f, 0xf0}, zeros[:0x3ff0]...)))), "tls-handshake-failure"},
			{"an unknown alert", tell([]byte{21, 3, v, 0, 2, 2, 255}), "tls-handshake-failure"},
			{"a suite of nobody", tell(helloFlight(v, 0xfafa)), "tls-no-shared-cipher"},
			{"a version of nobody", tell([]byte{22, 3, v, 0, 42, 2, 0, 0, 38, 9, 9}), "connect-timeout"},
			{"a hello in records of a byte, then silence", tell(inBytes(start)), "connect-timeout"},
		} {
			t.Run(road.name+"/"+row.name, func(t *testing.T) {
				within(t, func() {
					synctest.Test(t, func(t *testing.T) {
						started := time.Now()
						a := road.meet(t, s, row.serve)
						t.Logf("%s after %s: %v", a.Handshake.Road, time.Since(started), a.Cause)
						if a.Cause == nil {
							t.Fatal("no cause")
						}
						if a.Handshake.Road != road.road && !road.refuse {
							t.Errorf("road %s, want %s", a.Handshake.Road, road.road)
						}
						if row.want != "" && !road.refuse && a.Cause.Name != row.want {
							t.Errorf("cause %v, want %s", a.Cause, row.want)
						}
					})
				})
			})
		}
	}
}

// TestHostileScan: the scan that explains a refusal continues in the background, and also
// ends within its own limits, whatever it meets.
func TestHostileScan(t *testing.T) {
	s := newShop(t)
	zeros := make([]byte, 1<<14)
	for name, serve := range map[string]func(net.Conn){
		"refuses":                      afterHello(func(conn net.Conn) { conn.Write(refusal) }),
		"silence after the refusal":    tell(nil),
		"handshake messages":           flood(record(22, 3, zeros)),
		"a hello, then empty records":  flood(helloFlight(3, 0x002f), record(22, 3, nil)),
		"certificates without a hello": tell(record(22, 3, certificateMessage([]byte{1}))),
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				synctest.Test(t, func(t *testing.T) {
					client, opened := hostileRoad{refuse: true}.hostile(t, s, serve)
					client.ExplainWithin = -1
					started := time.Now()
					result := client.Do(t.Context(), tlsTarget(policy.VersionTLS13), get())
					if took := time.Since(started); took > 0 {
						t.Errorf("the answer took %s", took)
					}
					// The answer does not wait for the scan, but uses what it already knows: a
					// hello names a version.
					if c := result.Cause; c == nil || c.Name != policy.CauseTLSProtocolMismatch || !strings.Contains(name, "hello, then") {
						checkCause(t, c, policy.CauseTLSHandshakeFailure, "CF-ERR-01")
					}
					x := result.Attempts[0].Explanation
					if x == nil {
						t.Fatal("no explanation is looked for")
					}
					for !x.Done() && time.Since(started) < time.Minute {
						time.Sleep(time.Second) // fake time
					}
					if took := time.Since(started); !x.Done() || took > 20*time.Second {
						t.Errorf("the scan took %s, done: %t", took, x.Done())
					}
					if n := opened.Load(); n > 1+40 {
						t.Errorf("%d connections", n)
					}
					client.Close()
				})
			})
		})
	}
}
