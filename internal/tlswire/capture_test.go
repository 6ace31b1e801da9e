package tlswire_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"
)

// capture runs a real handshake of crypto/tls with itself over a pipe and
// returns every byte that the server sent. Both sides may fail: that is often
// the point. A nil adjustment leaves its side as it is: any version from TLS
// 1.0 on, P-256, no session tickets.
func capture(t *testing.T, server, client func(*tls.Config)) []byte {
	t.Helper()
	serverConfig := &tls.Config{
		Certificates: []tls.Certificate{certificate(t)}, MinVersion: tls.VersionTLS10,
		CurvePreferences: []tls.CurveID{tls.CurveP256}, SessionTicketsDisabled: true,
	}
	clientConfig := &tls.Config{
		ServerName: "origin.example.com", InsecureSkipVerify: true, MinVersion: tls.VersionTLS10,
		CurvePreferences: []tls.CurveID{tls.CurveP256},
	}
	if server != nil {
		server(serverConfig)
	}
	if client != nil {
		client(clientConfig)
	}
	near, far := net.Pipe()
	served := make(chan struct{})
	go func() {
		defer close(served)
		conn := newQueue(far)
		tls.Server(conn, serverConfig).Handshake()
		conn.Close()
	}()
	conn := newQueue(near)
	tap := &tap{Conn: conn}
	tls.Client(tap, clientConfig).Handshake()
	io.Copy(io.Discard, tap) // an alert can come behind the handshake
	conn.Close()
	<-served
	return tap.taken.Bytes()
}

// queue is a connection whose writes do not wait for the reader. A bare pipe
// makes two sides that write at the same time wait for each other for ever.
type queue struct {
	net.Conn
	pending chan []byte
	drained chan struct{}
}

func newQueue(conn net.Conn) *queue {
	q := &queue{Conn: conn, pending: make(chan []byte, 64), drained: make(chan struct{})}
	go q.drain()
	return q
}

func (q *queue) drain() {
	defer close(q.drained)
	for b := range q.pending {
		q.Conn.Write(b)
	}
}

func (q *queue) Write(p []byte) (int, error) {
	q.pending <- bytes.Clone(p)
	return len(p), nil
}

func (q *queue) Close() error {
	close(q.pending)
	<-q.drained
	return q.Conn.Close()
}

// tap keeps what is read from a connection.
type tap struct {
	net.Conn
	taken bytes.Buffer
}

func (c *tap) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.taken.Write(p[:n])
	return n, err
}

// certificate returns a leaf with its issuer, the same at every call.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	c, err := mintOnce()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var mintOnce = sync.OnceValues(func() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	issuer := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Test CA"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "origin.example.com"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0),
	}
	issuerDER, err := x509.CreateCertificate(rand.Reader, issuer, issuer, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, issuer, key.Public(), key)
	return tls.Certificate{Certificate: [][]byte{leafDER, issuerDER}, PrivateKey: key}, err
})

// refragment puts each byte of the handshake and alert records that come in
// the clear into a record of its own. Encrypted records stay whole, as cutting
// them would change what they are.
func refragment(stream []byte) []byte {
	var out []byte
	opaque := false
	for len(stream) >= 5 {
		size := 5 + int(stream[3])<<8 + int(stream[4])
		record := stream[:size]
		stream = stream[size:]
		if opaque = opaque || record[0] == 20 || record[0] == 23; opaque {
			out = append(out, record...)
			continue
		}
		for _, b := range record[5:] {
			out = append(out, record[0], record[1], record[2], 0, 1, b)
		}
	}
	return out
}

// recordBoundaries returns the offsets at which a record ends, 0 included.
func recordBoundaries(stream []byte) map[int]bool {
	at := map[int]bool{0: true}
	for n := 0; n+5 <= len(stream); {
		n += 5 + int(stream[n+3])<<8 + int(stream[n+4])
		at[n] = true
	}
	return at
}
