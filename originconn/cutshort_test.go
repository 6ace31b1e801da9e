package originconn_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// inBytes puts every byte of the records' content into a record of its own.
func inBytes(records []byte) []byte {
	var out []byte
	for len(records) >= 5 {
		n := int(records[3])<<8 | int(records[4])
		for _, b := range records[5 : 5+n] {
			out = append(append(out, records[:3]...), 0, 1, b)
		}
		records = records[5+n:]
	}
	return out
}

// honest is a crypto/tls server for the shop's certificate. It refuses hellos without a
// suite that the first client lacks, if second is set, and uses one that both have.
func honest(leaf tls.Certificate, version uint16, second bool) *tls.Config {
	if version == tls.VersionTLS12 && !second {
		// With PSS it would be asked again by the second client (CF-TLS-18).
		leaf.SupportedSignatureAlgorithms = []tls.SignatureScheme{tls.PKCS1WithSHA256}
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{leaf}, MaxVersion: version, Time: func() time.Time { return validAt },
		SessionTicketsDisabled: true, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
	}
	if second {
		config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if !slices.Contains(hello.CipherSuites, lackedByFirstRoad) {
				return nil, errors.New("not this road")
			}
			return nil, nil
		}
	}
	return config
}

// lackedByFirstRoad is ECDHE-RSA-AES256-SHA384, which only the second client has.
const lackedByFirstRoad = 0xc028

// limited is a connection of which the client sees so many bytes only; then it
// is silent, or closed.
type limited struct {
	net.Conn
	left  int
	close bool
}

func (c *limited) Write(p []byte) (int, error) {
	part := p[:min(len(p), c.left)]
	c.left -= len(part)
	if _, err := c.Conn.Write(part); err != nil {
		return 0, err
	}
	if len(part) < len(p) && c.close {
		c.Conn.Close()
	}
	return len(p), nil
}

// counting is a connection that knows how much was written to it.
type counting struct {
	net.Conn
	written *atomic.Int64
}

func (c counting) Write(p []byte) (int, error) {
	c.written.Add(int64(len(p)))
	return c.Conn.Write(p)
}

// honestRoads are the ways over which a handshake can be completed.
var honestRoads = []struct {
	name     string
	versions []uint16
	server   uint16
	road     string
}{
	{"TLSv1.3", []uint16{policy.VersionTLS12, policy.VersionTLS13}, tls.VersionTLS13, "crypto/tls"},
	{"TLSv1.2", []uint16{policy.VersionTLS12}, tls.VersionTLS12, "crypto/tls"},
	{"TLSv1.2 on the second road", []uint16{policy.VersionTLS12}, tls.VersionTLS12, "internal/tlslegacy"},
}

// serveTLS makes a handshake over a connection as wrap changes it, then reads.
func serveTLS(config *tls.Config, wrap func(net.Conn) net.Conn) func(net.Conn) {
	return func(conn net.Conn) {
		server := tls.Server(wrap(conn), config)
		if server.Handshake() == nil {
			io.Copy(io.Discard, server)
		}
		io.Copy(io.Discard, conn)
	}
}

// TestCutShort stops an honest server at a given byte of its handshake, by silence
// (CF-CONN-09) and by hanging up: at every third byte for each client, a different third
// each, and with -short at every eighth.
func TestCutShort(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	step := 1
	if testing.Short() {
		step = 8
	}
	for _, row := range honestRoads {
		leaf := pki.TLS(rsaLeaf(t, s))
		second := row.road == "internal/tlslegacy"
		road := hostileRoad{versions: row.versions}
		config := honest(leaf, row.server, second)
		var whole atomic.Int64
		synctest.Test(t, func(t *testing.T) {
			a := road.meet(t, s, serveTLS(config, func(conn net.Conn) net.Conn {
				whole.Store(0)
				return counting{conn, &whole}
			}))
			if a.Cause != nil || a.Handshake.Road != row.road {
				t.Fatalf("whole: %s, %v", a.Handshake.Road, a.Cause)
			}
		})
		for _, hangsUp := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/hangs up %t", row.name, hangsUp), func(t *testing.T) {
				t.Parallel()
				for n := 0; n < int(whole.Load()); n += step + 16*btoi(hangsUp) {
					synctest.Test(t, func(t *testing.T) {
						var turn atomic.Int32
						a := road.meet(t, s, serveTLS(config, func(conn net.Conn) net.Conn {
							if turn.Add(1) == 1 && second {
								return conn // the refusal of the first road comes whole
							}
							return &limited{conn, n, hangsUp}
						}))
						switch {
						case a.Cause == nil && hangsUp && row.server == tls.VersionTLS12, a.Cause == nil && !hangsUp:
							t.Errorf("after %d bytes: no cause", n)
						case a.Cause == nil:
							// In TLS 1.3 the client may be done before the server is.
						case !hangsUp && !second && a.Cause.Name != policy.CauseConnectTimeout,
							hangsUp && a.Cause.Name != policy.CauseTLSHandshakeFailure && a.Cause.Name != policy.CauseConnectReset:
							t.Errorf("after %d bytes: %v", n, a.Cause)
						}
					})
				}
			})
		}
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// splitting puts each byte of the plain records into a record of its own.
type splitting struct{ net.Conn }

func (c splitting) Write(p []byte) (int, error) {
	sent := p
	if p[0] == 22 && (len(p) < 6 || p[5] == 2) { // a flight that begins with a ServerHello
		n := 5 + int(p[3])<<8 + int(p[4])
		sent = append(inBytes(p[:n]), p[n:]...)
	}
	if _, err := c.Conn.Write(sent); err != nil {
		return 0, err
	}
	return len(p), nil
}

// TestHelloInBytes: a ServerHello in records of one byte is odd, but no fault.
func TestHelloInBytes(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, row := range honestRoads {
		leaf := pki.TLS(rsaLeaf(t, s))
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				config := honest(leaf, row.server, row.road == "internal/tlslegacy")
				a := hostileRoad{versions: row.versions}.meet(t, s, serveTLS(config, func(conn net.Conn) net.Conn { return splitting{conn} }))
				if a.Cause != nil || a.Handshake.Road != row.road || a.Handshake.Version != row.server {
					t.Errorf("%s, version %x, %v", a.Handshake.Road, a.Handshake.Version, a.Cause)
				}
			})
		})
	}
}

// TestWrongLengths spoils a flight that is sound, one byte after the other, the
// lengths among them: each ends in a cause, on both roads.
func TestWrongLengths(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	leaf := rsaLeaf(t, s)
	for _, road := range hostileRoads {
		sound := helloFlight(road.minor, 0x002f, certificateMessage(leaf.DER), handshakeMessage(13, []byte{1, 1, 0, 2, 4, 1, 0, 0}), handshakeMessage(14, nil))
		if road.minor == 0 {
			sound = helloFlight(0, 0x002f, certificateMessage(leaf.DER), handshakeMessage(13, []byte{1, 1, 0, 0}), handshakeMessage(14, nil))
		}
		der := bytes.Index(sound, leaf.DER)
		for _, change := range []func(byte) byte{
			func(byte) byte { return 0 }, func(byte) byte { return 0xff },
			func(b byte) byte { return b + 1 }, func(b byte) byte { return b - 1 },
		} {
			t.Run(fmt.Sprintf("%s/%#x", road.name, change(7)), func(t *testing.T) {
				t.Parallel()
				for i := range sound {
					if i > der+8 && i < der+len(leaf.DER) && i%32 > 0 {
						continue // the inside of the certificate is for crypto/x509
					}
					spoilt := bytes.Clone(sound)
					spoilt[i] = change(spoilt[i])
					synctest.Test(t, func(t *testing.T) {
						if a := road.meet(t, s, tell(spoilt)); a.Cause == nil {
							t.Errorf("byte %d: no cause", i)
						}
					})
				}
			})
		}
	}
}
