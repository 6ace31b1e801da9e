package tlslegacy

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// constant is a source of randomness that has none. With it the client's hello
// is always the same, so that the recorded flight of a server is a valid
// answer, signature included.
type constant struct{}

func (constant) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// tape is a server that has recorded all it will ever say.
type tape struct {
	io.Reader
	net.Conn
}

func (t tape) Read(p []byte) (int, error)       { return t.Reader.Read(p) }
func (t tape) Write(p []byte) (int, error)      { return len(p), nil }
func (t tape) SetWriteDeadline(time.Time) error { return nil }
func (t tape) Close() error                     { return nil }

// flightOf records what a crypto/tls server answers to the hello of a config.
func flightOf(t testing.TB, cfg *Config, server *tls.Config) []byte {
	near, far := net.Pipe()
	go func() {
		tls.Server(far, server).Handshake()
		far.Close()
	}()
	_, record, err := cfg.clientHello()
	if err != nil {
		t.Fatal(err)
	}
	near.SetDeadline(time.Now().Add(time.Minute))
	go near.Write(record)
	var flight []byte
	for { // up to ServerHelloDone, which is the last record of the flight
		header := make([]byte, recordHeaderLen)
		if _, err := io.ReadFull(near, header); err != nil {
			t.Fatal(err)
		}
		content := make([]byte, int(header[3])<<8|int(header[4]))
		if _, err := io.ReadFull(near, content); err != nil {
			t.Fatal(err)
		}
		flight = append(append(flight, header...), content...)
		if header[0] == tlsHandshake && content[0] == messageServerHelloDone {
			near.Close()
			return flight
		}
	}
}

// FuzzServer checks that whatever a server sends, the handshake ends, with an error of one
// of the kinds that Config promises, and reports only facts that were offered.
func FuzzServer(f *testing.F) {
	for _, kind := range []pki.KeyKind{pki.RSA2048, pki.P256} {
		for _, version := range []uint16{VersionTLS10, VersionTLS12} {
			for _, auth := range []tls.ClientAuthType{tls.NoClientCert, tls.RequestClientCert} {
				cfg := offer()
				cfg.Versions, cfg.Rand = []uint16{version}, constant{}
				f.Add(version, flightOf(f, cfg, &tls.Config{
					Certificates: []tls.Certificate{pki.TLS(leafOf(f, kind))}, MinVersion: tls.VersionTLS10, ClientAuth: auth,
				}))
			}
		}
	}
	f.Add(uint16(VersionTLS12), []byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Add(uint16(VersionSSL30), []byte{21, 3, 0, 0, 2, 2, 40})
	f.Fuzz(func(t *testing.T, version uint16, said []byte) {
		cfg := offer()
		cfg.Versions, cfg.Rand = []uint16{version}, constant{}
		cfg.ClientCertificate = func(*CertificateRequest) (*Certificate, error) { return nil, nil }
		conn := Client(tape{Reader: bytes.NewReader(said)}, cfg)
		err := conn.Handshake()
		var fault *ProtocolError
		var alert *AlertError
		switch {
		case cfg.check() != nil:
		case errors.As(err, &fault):
			if fault.Reason == ReasonUnknown {
				t.Errorf("%v has no reason", err)
			}
		case errors.As(err, &alert):
			if !alert.Received {
				t.Errorf("%v was not received", err)
			}
		case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
			t.Errorf("got %v", err)
		}
		if state := conn.ConnectionState(); state.HandshakeComplete {
			t.Error("the handshake is complete")
		}
	})
}

// FuzzOpen checks that opening a fragment never panics, and that none is accepted: the
// fuzzer has no key.
func FuzzOpen(f *testing.F) {
	eachProtection(func(_ string, version uint16, seal, _ protection) {
		sealed, _ := seal.seal(nil, recordInfo{0, tlsApplicationData, version}, pattern(40))
		sealed[0] ^= 1
		f.Add(sealed)
	})
	f.Fuzz(func(t *testing.T, fragment []byte) {
		eachProtection(func(name string, version uint16, _, open protection) {
			before := len(fragment)
			if content, ok := open.open(recordInfo{1, tlsApplicationData, version}, bytes.Clone(fragment)); ok || len(content) > before {
				t.Errorf("%s: opened", name)
			}
		})
	})
}
