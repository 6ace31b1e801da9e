package tlslegacy_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
)

// benchCells are suites that both clients speak.
var benchCells = []struct{ version, suite uint16 }{
	{tlslegacy.VersionTLS12, 0xC02F},
	{tlslegacy.VersionTLS12, 0xC02B},
	{tlslegacy.VersionTLS12, 0x002F},
	{tlslegacy.VersionTLS12, 0xC027},
	{tlslegacy.VersionTLS10, 0xC013},
}

// clients make a handshake on a connection, each with the same offer.
var clients = map[string]func(net.Conn, uint16, uint16) (net.Conn, error){
	"tlslegacy": func(raw net.Conn, version, suite uint16) (net.Conn, error) {
		conn := tlslegacy.Client(raw, only(version, suite))
		return conn, conn.Handshake()
	},
	"stdlib": func(raw net.Conn, version, suite uint16) (net.Conn, error) {
		conn := tls.Client(raw, &tls.Config{
			ServerName: serverName, InsecureSkipVerify: true, MinVersion: version, MaxVersion: version, CipherSuites: []uint16{suite},
			CurvePreferences: []tls.CurveID{tls.CurveP256, tls.X25519, tls.CurveP384},
		})
		return conn, conn.Handshake()
	},
}

// eachClient runs a benchmark for every cell and client.
func eachClient(b *testing.B, run func(b *testing.B, open func() net.Conn)) {
	address := listen(b, serverConfig(b), echo)
	for _, cell := range benchCells {
		for _, name := range []string{"stdlib", "tlslegacy"} {
			suite := strings.TrimPrefix(tlswire.SuiteName(cell.suite), "TLS_")
			b.Run(fmt.Sprintf("%s/%s/%s", suite, tlswire.VersionName(cell.version), name), func(b *testing.B) {
				run(b, func() net.Conn {
					raw, err := net.Dial("tcp", address)
					if err != nil {
						b.Fatal(err)
					}
					conn, err := clients[name](raw, cell.version, cell.suite)
					if err != nil {
						b.Fatal(err)
					}
					return conn
				})
			})
		}
	}
}

// BenchmarkHandshake is a TCP connection, a full handshake and its end. The
// server is crypto/tls in both cases and takes its share of the time.
func BenchmarkHandshake(b *testing.B) {
	eachClient(b, func(b *testing.B, open func() net.Conn) {
		b.ReportAllocs()
		for b.Loop() {
			open().Close()
		}
	})
}

// BenchmarkBody sends 1 MiB and reads it back over one connection.
func BenchmarkBody(b *testing.B) {
	eachClient(b, func(b *testing.B, open func() net.Conn) {
		conn := open()
		defer conn.Close()
		sent, got := pattern(bodySize), make([]byte, bodySize)
		b.SetBytes(2 * bodySize)
		b.ReportAllocs()
		for b.Loop() {
			written := make(chan error, 1)
			go func() {
				_, err := conn.Write(sent)
				written <- err
			}()
			if _, err := io.ReadFull(conn, got); err != nil {
				b.Fatal(err)
			}
			if err := <-written; err != nil {
				b.Fatal(err)
			}
		}
	})
}
