package tlswire_test

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// FuzzParseFlight checks that every input has a result, that it obeys the limits, and that
// reading twice gives the same. The committed seeds are real flights; see testdata/fuzz.
func FuzzParseFlight(f *testing.F) {
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"))
	f.Add([]byte{21, 3, 1, 0, 2, 2, 40})
	f.Fuzz(func(t *testing.T, stream []byte) {
		before := bytes.Clone(stream)
		got := tlswire.ParseFlight(stream)
		if !bytes.Equal(stream, before) {
			t.Fatal("parsing changed the stream")
		}
		if !reflect.DeepEqual(got, tlswire.ParseFlight(before)) {
			t.Fatal("parsing twice gives two results")
		}
		if len(got.NotTLS) > tlswire.MaxNotTLS {
			t.Fatalf("%d bytes kept of what is not TLS", len(got.NotTLS))
		}
		if got.NotTLS != nil && (got.ServerHello != nil || got.Alert != nil || got.Certificates != nil) {
			t.Fatal("facts of TLS in what is not TLS")
		}
		total := 0
		for _, der := range got.Certificates {
			total += len(der)
		}
		if total > len(stream) {
			t.Fatalf("%d bytes of certificates from %d bytes", total, len(stream))
		}
	})
}
