package tlslegacy

import (
	"errors"
	"net"
	"os"
	"slices"
	"testing"
	"time"
)

// A write that its deadline ended leaves the connection unfit for writing.
func TestWriteDeadline(t *testing.T) {
	t.Parallel()
	conn := against(t, offer(), func(r *rogue) {
		if r.handshake() == nil {
			r.in.conn.Read(make([]byte, 1))
		}
	})
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	conn.SetWriteDeadline(time.Now().Add(-time.Second))
	for range 2 {
		if n, err := conn.Write([]byte("hello")); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %d, %v", n, err)
		}
		conn.SetWriteDeadline(time.Time{})
	}
}

// Close interrupts a Write that hangs, and does not wait.
func TestCloseBreaksWrite(t *testing.T) {
	t.Parallel()
	full, done := make(chan struct{}), make(chan struct{})
	conn := against(t, offer(), func(r *rogue) {
		if r.handshake() == nil {
			<-done // and reads nothing
		}
	})
	defer close(done)
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	writing := make(chan error)
	go func() {
		close(full)
		for {
			if _, err := conn.Write(make([]byte, 1<<20)); err != nil {
				writing <- err
				return
			}
		}
	}()
	<-full
	if err := conn.Close(); err != nil {
		t.Error(err)
	}
	if err := <-writing; !errors.Is(err, net.ErrClosed) {
		t.Errorf("Write gives %v", err)
	}
}

// TestSplit checks the record sizes of a Write: one byte first if the IV is predictable,
// and always at most 16 KiB.
func TestSplit(t *testing.T) {
	t.Parallel()
	const size = maxPlaintext + 10
	for _, tt := range []struct {
		name           string
		version, suite uint16
		want           []int
	}{
		{"CBC in SSLv3", VersionSSL30, 0x002F, []int{1, maxPlaintext, 9}},
		{"3DES in SSLv3", VersionSSL30, 0x000A, []int{1, maxPlaintext, 9}},
		{"RC4 in SSLv3", VersionSSL30, 0x0004, []int{maxPlaintext, 10}},
		{"CBC in TLS 1.0", VersionTLS10, 0x002F, []int{1, maxPlaintext, 9}},
		{"CBC in TLS 1.1", VersionTLS11, 0x002F, []int{maxPlaintext, 10}},
		{"CBC in TLS 1.2", VersionTLS12, 0x002F, []int{maxPlaintext, 10}},
		{"GCM", VersionTLS12, 0xC02F, []int{maxPlaintext, 10}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sizes := make(chan []int, 1)
			cfg := offer()
			cfg.Versions = []uint16{tt.version}
			conn := against(t, cfg, func(r *rogue) {
				r.use(tt.version, tt.suite)
				var got []int
				defer func() { sizes <- got }()
				if err := r.handshake(); err != nil {
					t.Error(err)
					return
				}
				for total := 0; total < size; {
					_, content, err := r.hear()
					if err != nil {
						t.Error(err)
						return
					}
					got = append(got, len(content))
					total += len(content)
				}
			})
			if n, err := conn.Write(make([]byte, size)); n != size || err != nil {
				t.Errorf("got %d, %v", n, err)
			}
			if got := <-sizes; !slices.Equal(got, tt.want) {
				t.Errorf("got records of %v, want %v", got, tt.want)
			}
		})
	}
}
