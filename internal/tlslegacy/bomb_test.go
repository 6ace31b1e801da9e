package tlslegacy

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"github.com/edgesim/edgesim/internal/pki"
)

// stream is what a rogue sends behind its hello, made before the test measures.
func stream(messages ...[]byte) []byte {
	out := outgoing{version: VersionTLS12}
	for _, m := range messages {
		out.sealMessage(m)
	}
	return out.buffer
}

// certificates is a Certificate message with so many times the same content.
func certificates(times int, der []byte) []byte {
	list := make([]byte, 0, times*(3+len(der)))
	for range times {
		list = appendVector(list, 3, der)
	}
	return appendVector([]byte{messageCertificate}, 3, appendVector(nil, 3, list))
}

// A certificate bomb ends with a typed error before it takes memory. The test
// is not parallel, so that what it measures is its own.
func TestBombs(t *testing.T) {
	leaf := leafOf(t, pki.RSA2048).DER
	names := bytes.Repeat([]byte{0, 1, 9}, 21000)
	request := appendVector([]byte{messageCertificateRequest}, 3, appendVector([]byte{1, 1, 0, 2, 4, 1}, 2, names))
	tests := []struct {
		name   string
		stream []byte
		want   Reason
	}{
		{"10 MB in a certificate", stream(certificates(1, make([]byte, 10<<20))), ReasonOversize},
		{"10,000 certificates", stream(certificates(10000, leaf)), ReasonOversize},
		{"10,000 certificates that are small", stream(certificates(10000, leaf[:20])), ReasonBadCertificate},
		{"the most certificates that are let through", stream(certificates((255<<10)/(3+len(leaf)), leaf), []byte{messageFinished, 0, 0, 0}), ReasonUnexpectedMessage},
		{"the most issuers that are let through", stream(certificates(1, leaf), request, request), ReasonUnexpectedMessage},
		{"more messages than are let through", stream(bytes.Repeat([]byte{0, 0, 0, 0}, 100000)), ReasonOversize},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			conn := against(t, offer(), func(r *rogue) {
				if r.hello() == nil {
					go r.drain()
					r.Write(tt.stream)
				}
			})
			runtime.GC()
			runtime.ReadMemStats(&before)
			err := conn.Handshake()
			conn.ConnectionState()
			runtime.ReadMemStats(&after)
			var fault *ProtocolError
			if !errors.As(err, &fault) || fault.Reason != tt.want {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			grown := after.TotalAlloc - before.TotalAlloc
			t.Logf("%d KiB were allocated", grown>>10)
			if grown > 32<<20 {
				t.Errorf("that is more than 32 MB")
			}
		})
	}
}
