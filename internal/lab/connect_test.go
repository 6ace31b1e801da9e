package lab_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
)

var connectProofs = []proof{
	{"dns-failure", func(t *testing.T, o stand) {
		if o.Address != "" || !strings.HasSuffix(o.Host(), ".invalid") {
			t.Errorf("got host %q at %q, want a name in .invalid and no address", o.Host(), o.Address)
		}
	}},
	{"connect-refused", func(t *testing.T, o stand) {
		_, err := (&net.Dialer{Timeout: patience}).DialContext(t.Context(), "tcp", o.Address)
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, want connection refused", err)
		}
		if l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", o.Address); err == nil {
			_ = l.Close()
			t.Error("another program can take the port")
		}
	}},
	{"connect-timeout", func(t *testing.T, o stand) {
		for range 3 {
			_, err := (&net.Dialer{Timeout: silence}).DialContext(t.Context(), "tcp", o.Address)
			var timeout net.Error
			if !errors.As(err, &timeout) || !timeout.Timeout() {
				t.Errorf("got %v, want a timeout", err)
			}
		}
	}},
	{"connect-reset", func(t *testing.T, o stand) {
		if _, err := o.shake(t, nil); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("got %v, want connection reset", err)
		}
	}},
	{"not-tls", func(t *testing.T, o stand) {
		_, err := o.shake(t, nil)
		var record tls.RecordHeaderError
		if !errors.As(err, &record) || string(record.RecordHeader[:]) != "HTTP/" {
			t.Errorf("got %v, want a record that begins with HTTP/", err)
		}
	}},
	{"handshake-hang-up", func(t *testing.T, o stand) {
		if _, err := o.shake(t, nil); !errors.Is(err, io.EOF) {
			t.Errorf("got %v, want end of file", err)
		}
	}},
	{"handshake-silent", func(t *testing.T, o stand) {
		conn := o.dial(t)
		write(t, conn, "\x16\x03\x01\x00\x01\x01")
		isSilent(t, conn)
	}},
}
