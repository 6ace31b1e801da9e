package tlslegacy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// Ends of a handshake or connection that are not the server's fault are reported as they
// are.
func TestEnds(t *testing.T) {
	t.Parallel()
	finish := func(then func(*rogue)) func(*rogue) {
		return func(r *rogue) {
			if r.handshake() == nil {
				then(r)
			}
		}
	}
	tests := []struct {
		name  string
		serve func(*rogue)
		want  error
	}{
		{"closed before the hello", func(*rogue) {}, io.EOF},
		{"closed after the hello", func(r *rogue) { r.hear() }, io.EOF},
		{"closed within a record", func(r *rogue) { r.hear(); r.Write([]byte{22, 3, 1}) }, io.ErrUnexpectedEOF},
		{"closed within a record's content", func(r *rogue) { r.hear(); r.Write([]byte{22, 3, 1, 0, 9, 1}) }, io.ErrUnexpectedEOF},
		{"close_notify in the handshake", func(r *rogue) { r.hear(); r.send(tlsAlert, LevelWarning, 0); r.drain() }, io.EOF},
		{"close_notify", finish(func(r *rogue) { r.send(tlsAlert, LevelWarning, 0); r.drain() }), io.EOF},
		{"closed between records", finish(func(*rogue) {}), io.EOF},
		{"closed within a later record", finish(func(r *rogue) { r.Write([]byte{23, 3, 3, 1}) }), io.ErrUnexpectedEOF},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn := against(t, offer(), tt.serve)
			_, err := conn.Read(make([]byte, 1))
			var reset *net.OpError
			if !errors.Is(err, tt.want) && !(tt.name == "closed before the hello" && errors.As(err, &reset)) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestAlertReceived(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		serve func(*rogue)
	}{
		{"to the hello", script(func(r *rogue) { r.send(tlsAlert, LevelFatal, 40) })},
		{"cut in two", script(func(r *rogue) { r.send(tlsAlert, LevelFatal); r.send(tlsAlert, 40) })},
		{"in SSLv3", script(func(r *rogue) { r.out.version = VersionSSL30; r.send(tlsAlert, LevelFatal, 40) })},
		{"behind a warning", script(func(r *rogue) { r.send(tlsAlert, LevelWarning, 112, LevelFatal, 40) })},
		{"after the handshake", func(r *rogue) {
			if r.handshake() == nil {
				r.send(tlsAlert, LevelFatal, 40)
				r.drain()
			}
		}},
		{"while the client's flight is not read", func(r *rogue) {
			r.flight()
			r.send(tlsAlert, LevelFatal, 40)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conn := against(t, offer(), tt.serve)
			_, err := conn.Read(make([]byte, 1))
			var alert *AlertError
			if !errors.As(err, &alert) || *alert != (AlertError{true, LevelFatal, 40}) {
				t.Errorf("got %v", err)
			}
			if got := conn.ConnectionState().AlertReceived; got == nil || got.Description != 40 {
				t.Errorf("the state has %v", got)
			}
		})
	}
}

// A deadline loses nothing: reading continues where it ended, within a record or between
// two.
func TestReadDeadline(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	conn := against(t, offer(), func(r *rogue) {
		if r.handshake() != nil {
			return
		}
		r.out.seal(tlsApplicationData, []byte("hello"))
		record := r.out.buffer
		for _, part := range [][]byte{record[:3], record[3:20], record[20:]} {
			<-next
			r.Write(part)
		}
		<-next
	})
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	buffer := make([]byte, 10)
	for range 3 {
		conn.SetReadDeadline(time.Now().Add(time.Millisecond))
		if _, err := conn.Read(buffer); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("got %v, want a deadline", err)
		}
		conn.SetReadDeadline(time.Now().Add(time.Minute))
		next <- struct{}{}
	}
	if n, err := conn.Read(buffer); err != nil || string(buffer[:n]) != "hello" {
		t.Errorf("got %q, %v", buffer[:n], err)
	}
	next <- struct{}{}
}

func TestHandshakeContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	conn := against(t, offer(), func(r *rogue) {
		r.hear()
		cancel()
		r.drain() // ends when the client closes
	})
	if err := conn.HandshakeContext(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := conn.Write([]byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("writing gives %v", err)
	}
}

// A context that ends after the handshake has no effect on the connection.
func TestHandshakeContextLater(t *testing.T) {
	t.Parallel()
	conn := against(t, offer(), func(r *rogue) {
		if r.handshake() == nil {
			_, body, _ := r.hear()
			r.send(tlsApplicationData, body...)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	if err := conn.HandshakeContext(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	buffer := make([]byte, 10)
	conn.Write([]byte("hello"))
	if n, err := conn.Read(buffer); err != nil || string(buffer[:n]) != "hello" {
		t.Errorf("got %q, %v", buffer[:n], err)
	}
}

// TestClose checks what the server sees of Close and CloseWrite, that Close interrupts a
// Read, and that nothing works after it.
func TestClose(t *testing.T) {
	t.Parallel()
	for _, half := range []bool{false, true} {
		seen := make(chan []byte, 1)
		conn := against(t, offer(), func(r *rogue) {
			if r.handshake() != nil {
				return
			}
			kind, body, _ := r.hear()
			if kind != -tlsAlert {
				body = nil
			}
			seen <- body
			if half {
				r.send(tlsApplicationData, 'x')
			} else {
				_, _, _ = r.hear() // until it is closed: what came before that would be read
			}
		})
		if err := conn.Handshake(); err != nil {
			t.Fatal(err)
		}
		if half {
			if err := conn.CloseWrite(); err != nil {
				t.Error(err)
			}
		} else {
			reading := make(chan error)
			go func() {
				_, err := conn.Read(make([]byte, 1))
				reading <- err
			}()
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
			if err := <-reading; !errors.Is(err, net.ErrClosed) {
				t.Errorf("Read gives %v", err)
			}
		}
		if got := <-seen; !bytes.Equal(got, []byte{LevelWarning, alertCloseNotify}) {
			t.Errorf("the server saw %v, want a close_notify", got)
		}
		if _, err := conn.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
			t.Errorf("Write gives %v", err)
		}
		if n, err := conn.Read(make([]byte, 1)); half != (n == 1 && err == nil) {
			t.Errorf("Read gives %d, %v", n, err)
		}
		if err := conn.Close(); half != (err == nil) {
			t.Errorf("Close gives %v", err)
		}
	}
}
