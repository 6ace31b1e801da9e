package tlslegacy_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
)

// stdlibSuites are the documented suites that crypto/tls knows.
func stdlibSuites() []uint16 {
	var known []uint16
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, s := range list {
			if tlslegacy.SuiteSince(s.ID) != 0 {
				known = append(known, s.ID)
			}
		}
	}
	return known
}

// serverConfig is a crypto/tls server that speaks all it can.
func serverConfig(t testing.TB) *tls.Config {
	return &tls.Config{
		Certificates: mint(t).both(), MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, CipherSuites: stdlibSuites(),
	}
}

// listen runs serve for every connection that comes in.
func listen(t testing.TB, cfg *tls.Config, serve func(*tls.Conn)) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", cfg)
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(patience))
				serve(conn.(*tls.Conn))
			})
		}
	})
	t.Cleanup(func() {
		listener.Close()
		serving.Wait()
	})
	return listener.Addr().String()
}

func echo(conn *tls.Conn) { io.Copy(conn, conn) }

// TestStandardLibrary makes an echo of 100 KB under every suite and version
// that crypto/tls knows.
func TestStandardLibrary(t *testing.T) {
	t.Parallel()
	address := listen(t, serverConfig(t), echo)
	for _, suite := range stdlibSuites() {
		for version := max(tlslegacy.SuiteSince(suite), tlslegacy.VersionTLS10); version <= tlslegacy.VersionTLS12; version++ {
			t.Run(strings.TrimPrefix(tlswire.SuiteName(suite), "TLS_")+"/"+tlswire.VersionName(version), func(t *testing.T) {
				t.Parallel()
				conn := dial(t, address, only(version, suite))
				exchangeEcho(t, conn, 100_000)
				checkFacts(t, conn.ConnectionState())
			})
		}
	}
}

// exchangeEcho writes so many bytes in one Write, while it reads them back.
func exchangeEcho(t *testing.T, conn net.Conn, size int) {
	t.Helper()
	sent, got := pattern(size), make([]byte, size)
	written := make(chan error, 1)
	go func() {
		n, err := conn.Write(sent)
		if err == nil && n != size {
			err = fmt.Errorf("wrote %d bytes", n)
		}
		written <- err
	}()
	if _, err := io.ReadFull(conn, got); err != nil {
		t.Fatalf("reading %d bytes: %v", size, err)
	}
	if err := <-written; err != nil {
		t.Fatalf("writing %d bytes: %v", size, err)
	}
	if !bytes.Equal(got, sent) {
		t.Fatalf("%d bytes come back changed", size)
	}
}

// boundarySizes are bodies of 0 B to 5 MiB around every boundary of records up
// to 8 of them, and around larger powers of two.
func boundarySizes() []int {
	sizes := []int{0, 1, 2}
	for _, records := range []int{1, 2, 3, 4, 5, 6, 7, 8, 16, 64, 320} {
		for off := -1; off <= 1; off++ {
			sizes = append(sizes, records*16384+off)
		}
	}
	return sizes
}

// TestBoundaries sends bodies at the boundaries of records, all over one
// connection, in every mode: GCM, CBC with and without the split, 3DES.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	address := listen(t, serverConfig(t), echo)
	for _, cell := range []struct{ version, suite uint16 }{
		{tlslegacy.VersionTLS12, 0xC02F},
		{tlslegacy.VersionTLS12, 0xC023},
		{tlslegacy.VersionTLS11, 0x002F},
		{tlslegacy.VersionTLS10, 0xC00A},
		{tlslegacy.VersionTLS10, 0x000A},
	} {
		t.Run(tlswire.SuiteName(cell.suite)+"/"+tlswire.VersionName(cell.version), func(t *testing.T) {
			t.Parallel()
			conn := dial(t, address, only(cell.version, cell.suite))
			for _, size := range boundarySizes() {
				if size > 8*16384+1 && cell.suite == 0x000A {
					continue // 3DES takes seconds for a MiB under -race
				}
				exchangeEcho(t, conn, size)
			}
		})
	}
}

// TestKeyLog compares the key log with the server's for the same handshake.
func TestKeyLog(t *testing.T) {
	t.Parallel()
	for _, version := range allVersions[1:] {
		t.Run(tlswire.VersionName(version), func(t *testing.T) {
			t.Parallel()
			var ours, theirs bytes.Buffer
			server := serverConfig(t)
			server.KeyLogWriter = &theirs
			address := listen(t, server, echo)
			cfg := only(version, 0xC014)
			cfg.KeyLogWriter = &ours
			exchangeEcho(t, dial(t, address, cfg), 1)
			if ours.String() != theirs.String() || ours.Len() == 0 {
				t.Errorf("got %q, want %q", &ours, &theirs)
			}
		})
	}
}

// TestSmallKey checks that RSA keys of 1024 bits work, for signing and for encryption.
func TestSmallKey(t *testing.T) {
	t.Parallel()
	server := serverConfig(t)
	server.Certificates = []tls.Certificate{pki.TLS(mint(t).rsa1024)}
	address := listen(t, server, echo)
	for _, suite := range []uint16{0xC02F, 0x002F} {
		for _, scheme := range []uint16{0x0401, 0x0601} {
			cfg := only(tlslegacy.VersionTLS12, suite)
			cfg.Signatures = []uint16{scheme}
			exchangeEcho(t, dial(t, address, cfg), 10)
		}
	}
}

// TestVerifyPeerCertificate checks that the hook sees the chain as sent, and that its error
// ends the handshake and is sent to the server.
func TestVerifyPeerCertificate(t *testing.T) {
	t.Parallel()
	told := make(chan error, 2)
	address := listen(t, serverConfig(t), func(conn *tls.Conn) { told <- conn.Handshake() })
	refused := errors.New("not this one")
	for _, verdict := range []error{nil, refused} {
		var seen [][]byte
		cfg := only(tlslegacy.VersionTLS12, 0xC02B)
		cfg.VerifyPeerCertificate = func(raw [][]byte) error {
			seen = raw
			return verdict
		}
		conn := dial(t, address, cfg)
		if err := conn.Handshake(); err != verdict {
			t.Errorf("got %v, want %v", err, verdict)
		}
		c := mint(t)
		if len(seen) != 2 || !bytes.Equal(seen[0], c.ecdsa.DER) || !bytes.Equal(seen[1], c.root.DER) {
			t.Errorf("the hook saw %d certificates", len(seen))
		}
		if err := <-told; (err == nil) != (verdict == nil) || err != nil && !strings.Contains(err.Error(), "bad certificate") {
			t.Errorf("the server got %v", err)
		}
	}
}

// A server without any shared version or suite says so, and the alert arrives.
func TestServerRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		server func(*tls.Config)
		want   uint8
	}{
		{"version", func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS13, tls.VersionTLS13 }, 70},
		{"suite", func(c *tls.Config) { c.CipherSuites = []uint16{tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256} }, 40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := serverConfig(t)
			tt.server(server)
			conn := dial(t, listen(t, server, echo), everything())
			err := conn.HandshakeContext(t.Context())
			var alert *tlslegacy.AlertError
			if !errors.As(err, &alert) || alert.Description != tt.want || !alert.Received || alert.Level != tlslegacy.LevelFatal {
				t.Errorf("got %v, want alert %d", err, tt.want)
			}
		})
	}
}
