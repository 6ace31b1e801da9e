package tlswire_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// TestFlightReaderAgrees: pieces of any size give the same as the whole, and a reader is
// settled when nothing more can come.
func TestFlightReaderAgrees(t *testing.T) {
	for _, tt := range handshakes {
		t.Run(tt.name, func(t *testing.T) {
			stream := capture(t, tt.server, tt.client)
			want := tlswire.ParseFlight(stream)
			for _, size := range []int{1, 2, 7, 1000, len(stream)} {
				var r tlswire.FlightReader
				for piece := range slices.Chunk(bytes.Clone(stream), size) {
					r.Write(piece)
					clear(piece) // the reader must not refer to what it was given
				}
				if got := r.Flight(); !reflect.DeepEqual(got, want) {
					t.Errorf("in pieces of %d: got %+v, want %+v", size, factsOf(got), factsOf(want))
				}
				if !r.Settled() {
					t.Error("not settled at the end of the flight")
				}
			}
		})
	}
}

// FuzzFlightReader checks that splitting the bytes differently changes nothing.
func FuzzFlightReader(f *testing.F) {
	f.Add([]byte{21, 3, 1, 0, 2, 2, 40}, uint8(1))
	f.Add([]byte("HTTP/1.1 400 Bad Request\r\n\r\n"), uint8(3))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		want := tlswire.ParseFlight(stream)
		var r tlswire.FlightReader
		for piece := range slices.Chunk(bytes.Clone(stream), int(size)+1) {
			r.Write(piece)
			clear(piece)
		}
		if got := r.Flight(); !reflect.DeepEqual(got, want) {
			t.Fatalf("in pieces of %d: got %+v, want %+v", size+1, got, want)
		}
	})
}

// TestFlightReaderLimits: reading from a server that never stops ends, in limited memory.
func TestFlightReaderLimits(t *testing.T) {
	for _, tt := range []struct {
		name  string
		piece string
		want  string
	}{
		{"empty handshake records", "16 0303 0000", "too many records in a row bring nothing"},
		{"warnings", "15 0303 0002 01 70", "too many records in a row bring nothing"},
		{"ChangeCipherSpec", "14 0303 0001 01", "too many records in a row bring nothing"},
		{"one record after the other", "16 0303 0004 00 000000", "the first flight has more than 524288 bytes"},
		{"encrypted records", "17 0303 0002 0000", "the first flight has more than 524288 bytes"},
		{"a message over the limit", "16 0303 0004 0b ffffff", "a handshake message says it has 16777215 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			piece := bytes.Repeat(octets(t, tt.piece), 4096)
			var r tlswire.FlightReader
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			for range 1000 {
				r.Write(piece)
			}
			runtime.ReadMemStats(&after)
			if got := r.Flight().Malformed; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !r.Settled() {
				t.Error("not settled")
			}
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
				t.Errorf("%d bytes were allocated", grown)
			}
		})
	}
}

// TestDecryptedFlight: with a key share of our own, the certificates, the
// request for one, the signature and the end of a TLS 1.3 flight are read.
func TestDecryptedFlight(t *testing.T) {
	for _, suite := range []uint16{0x1301, 0x1302, 0x1303} {
		for _, group := range []uint16{29, 23, 24, 25} {
			t.Run(tlswire.SuiteName(suite)+" "+tlswire.GroupName(group), func(t *testing.T) {
				h := tlswire.ClientHello{
					Versions: []uint16{0x0304}, Suites: []uint16{suite}, Groups: []uint16{group}, KeyShares: []uint16{group},
					Signatures: tlswire.AllSignatures(), SNI: "origin.example.com",
				}
				flight := answered(t, h, &tls.Config{
					Certificates: []tls.Certificate{certificate(t)}, ClientAuth: tls.RequestClientCert,
					CurvePreferences: []tls.CurveID{tls.CurveID(group)},
				})
				if !reflect.DeepEqual(flight.Certificates, certificate(t).Certificate) {
					t.Errorf("%d certificates", len(flight.Certificates))
				}
				if !flight.Done || !flight.CertificateRequested || flight.Signature != 0x0403 || flight.ServerHello.Suite != suite {
					t.Errorf("got %+v", flight)
				}
			})
		}
	}
}

// answered sends a hello to a server of crypto/tls and reads until the reader
// is settled.
func answered(t *testing.T, h tlswire.ClientHello, config *tls.Config) tlswire.Flight {
	t.Helper()
	sent, err := h.Build()
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		tls.Server(far, config).Handshake()
		far.Close()
	}()
	if _, err := near.Write(sent.Records); err != nil {
		t.Fatal(err)
	}
	reader := sent.Reader()
	buf := make([]byte, 100)
	for !reader.Settled() {
		n, err := near.Read(buf)
		reader.Write(buf[:n])
		if err != nil {
			break
		}
	}
	near.Close()
	<-done
	return reader.Flight()
}

// TestKeyExchangeFacts reads ServerKeyExchange messages byte by byte: the group,
// the prime and the scheme, for the kinds of key exchange that have them.
func TestKeyExchangeFacts(t *testing.T) {
	hello := func(suite string) string {
		return "16 0303 002a 02 000026 0303" + strings.Repeat("00", 32) + "00" + suite + "00"
	}
	for _, tt := range []struct {
		name, stream string
		group        uint16
		bits         int
		scheme       uint16
	}{
		{"ECDHE", hello("c02f") + "16 0303 000c 0c 000008 03 0019 01 aa 0804 00", 25, 0, 0x0804},
		{"DHE", hello("009e") + "16 0303 0012 0c 00000e 0002 0fff 0001 02 0002 0aaa 0401 00", 0, 12, 0x0401},
		{"DHE anonymous", hello("00a6") + "16 0303 000f 0c 00000b 0002 0fff 0001 02 0002 0aaa", 0, 12, 0},
		{"ECDHE with a preshared key", hello("c035") + "16 0303 000b 0c 000007 0000 03 0017 01 aa", 23, 0, 0},
		{"cut off", hello("c02f") + "16 0303 0006 0c 000002 03 00", 0, 0, 0},
		{"no scheme", hello("c02f") + "16 0303 0009 0c 000005 03 0017 01 aa", 23, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := tlswire.ParseFlight(octets(t, tt.stream))
			if f.KeyExchangeGroup != tt.group || f.DHBits != tt.bits || f.Signature != tt.scheme {
				t.Errorf("got group %d, %d bits, scheme %#x, want %d, %d, %#x", f.KeyExchangeGroup, f.DHBits, f.Signature, tt.group, tt.bits, tt.scheme)
			}
		})
	}
}

// The reader is an io.Writer.
var _ io.Writer = (*tlswire.FlightReader)(nil)
