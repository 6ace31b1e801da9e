package bucket

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"
)

// Server is a bucket on a loopback port that accepts both HTTP and HTTPS: both ports of an
// origin lead to one address.
type Server struct {
	bucket *Bucket
	http   *http.Server
	ln     net.Listener
	done   chan struct{}
}

// Serve opens a free loopback port for a bucket and serves it until Close, which also
// closes the bucket. A connection that begins with a TLS handshake gets the certificate;
// without one it gets no answer, as packets to port 443 of a website endpoint vanish
// (CF-S3-80).
func Serve(b *Bucket, certificate *tls.Certificate) (*Server, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	var config *tls.Config
	if certificate != nil {
		config = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}}
	}
	s := &Server{bucket: b, ln: ln, done: make(chan struct{}), http: &http.Server{
		Handler: b, ReadHeaderTimeout: time.Minute, IdleTimeout: 5 * time.Minute, ErrorLog: log.New(io.Discard, "", 0),
	}}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(&eitherListener{ln, config}) // ended by Close
	}()
	return s, nil
}

// Address returns the address of the bucket, as IP:PORT.
func (s *Server) Address() string { return s.ln.Addr().String() }

// Close ends the requests in progress and closes the port and the bucket.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = s.http.Close()
	}
	<-s.done
	return errors.Join(err, s.bucket.Close())
}

// eitherListener accepts connections that are TLS or not, depending on their first byte.
type eitherListener struct {
	net.Listener
	config *tls.Config
}

// Accept returns the next connection. Its protocol is detected on the first read.
func (l *eitherListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &eitherConn{Conn: conn, config: l.config}, nil
}

// handshakeRecord is the first byte of a TLS connection.
const handshakeRecord = 0x16

var errNoTLS = errors.New("nothing speaks TLS here")

// eitherConn is a connection that becomes a TLS connection with its first byte, or does
// not.
type eitherConn struct {
	net.Conn
	config *tls.Config
	once   sync.Once
	spoken net.Conn
	err    error
}

// Read reads what was sent, decrypted if need be. It always comes before a Write.
func (c *eitherConn) Read(p []byte) (int, error) {
	c.once.Do(c.begin)
	if c.err != nil {
		return 0, c.err
	}
	return c.spoken.Read(p)
}

// Write writes, encrypted if need be.
func (c *eitherConn) Write(p []byte) (int, error) {
	c.once.Do(c.begin)
	if c.err != nil {
		return 0, c.err
	}
	return c.spoken.Write(p)
}

func (c *eitherConn) begin() {
	var first [1]byte
	if _, c.err = io.ReadFull(c.Conn, first[:]); c.err != nil {
		return
	}
	replayed := &begunConn{Conn: c.Conn, first: first[:]}
	switch {
	case first[0] != handshakeRecord:
		c.spoken = replayed
	case c.config == nil:
		_, _ = io.Copy(io.Discard, c.Conn) // until the other end gives up
		c.err = errNoTLS
	default:
		c.spoken = tls.Server(replayed, c.config)
	}
}

// begunConn is a connection whose first byte has already been read.
type begunConn struct {
	net.Conn
	first []byte
}

// Read returns that byte first.
func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.first) > 0 && len(p) > 0 {
		n := copy(p, c.first)
		c.first = c.first[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}
