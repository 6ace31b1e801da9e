package tlswire_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"net"
	"reflect"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// errSeen ends a handshake of the independent parser once it has the hello.
var errSeen = errors.New("seen")

// seenBy gives a hello to the server of crypto/tls, which parses it with code
// that is not ours, and returns what it saw; nil if it refused the bytes.
func seenBy(t testing.TB, records []byte) *tls.ClientHelloInfo {
	t.Helper()
	near, far := net.Pipe()
	var seen *tls.ClientHelloInfo
	server := tls.Server(far, &tls.Config{
		MinVersion: tls.VersionTLS10,
		GetConfigForClient: func(info *tls.ClientHelloInfo) (*tls.Config, error) {
			seen = info
			return nil, errSeen
		},
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Handshake()
		far.Close()
	}()
	go near.Write(records)
	drain := make([]byte, 512)
	for {
		if _, err := near.Read(drain); err != nil {
			break
		}
	}
	near.Close()
	<-done
	return seen
}

// TestClientHelloIsSeen: crypto/tls sees exactly the lists that were offered, in
// the order in which they were offered.
func TestClientHelloIsSeen(t *testing.T) {
	full := tlswire.ClientHello{
		Versions: []uint16{0x0303, 0x0301, 0x0304}, Suites: tlswire.AllSuites(), Groups: tlswire.AllGroups(),
		KeyShares: []uint16{29, 23, 25}, Signatures: tlswire.AllSignatures(), SNI: "origin.example.com",
		ALPN: []string{"h2", "http/1.1"}, SessionID: []byte("an id of a session"), SessionTicket: true, ExtendedMasterSecret: true,
	}
	for _, tt := range []struct {
		name     string
		vary     func(*tlswire.ClientHello)
		versions []uint16
	}{
		{name: "everything", versions: []uint16{0x0304, 0x0303, 0x0301}},
		{name: "in records of one byte", vary: func(h *tlswire.ClientHello) { h.Fragment = 1 }, versions: []uint16{0x0304, 0x0303, 0x0301}},
		{name: "an empty key share", vary: func(h *tlswire.ClientHello) { h.KeyShares = nil }, versions: []uint16{0x0304, 0x0303, 0x0301}},
		{name: "no name", vary: func(h *tlswire.ClientHello) { h.SNI = "" }, versions: []uint16{0x0304, 0x0303, 0x0301}},
		{name: "one suite", vary: func(h *tlswire.ClientHello) { h.Suites = []uint16{0xc028} }, versions: []uint16{0x0304, 0x0303, 0x0301}},
		{name: "compression", vary: func(h *tlswire.ClientHello) { h.Versions, h.Compressions = []uint16{0x0303}, []uint8{1} }, versions: []uint16{0x0303, 0x0302, 0x0301}},
		{name: "TLS 1.2", vary: func(h *tlswire.ClientHello) { h.Versions = []uint16{0x0303} }, versions: []uint16{0x0303, 0x0302, 0x0301}},
		{name: "TLS 1.1", vary: func(h *tlswire.ClientHello) { h.Versions = []uint16{0x0302} }, versions: []uint16{0x0302, 0x0301}},
		{name: "TLS 1.0", vary: func(h *tlswire.ClientHello) { h.Versions = []uint16{0x0301} }, versions: []uint16{0x0301}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := full
			if tt.vary != nil {
				tt.vary(&h)
			}
			seen := seenBy(t, h.Marshal())
			if seen == nil {
				t.Fatal("the hello was refused")
			}
			compareHello(t, h, seen)
			if !slices.Equal(seen.SupportedVersions, tt.versions) {
				t.Errorf("versions %#x, want %#x", seen.SupportedVersions, tt.versions)
			}
		})
	}
}

func compareHello(t *testing.T, h tlswire.ClientHello, seen *tls.ClientHelloInfo) {
	t.Helper()
	if !slices.Equal(seen.CipherSuites, h.Suites) {
		t.Errorf("suites %#x, want %#x", seen.CipherSuites, h.Suites)
	}
	if got := numbers(seen.SupportedCurves); !slices.Equal(got, h.Groups) {
		t.Errorf("groups %v, want %v", got, h.Groups)
	}
	if slices.Max(h.Versions) >= 0x0303 {
		if got := numbers(seen.SignatureSchemes); !slices.Equal(got, h.Signatures) {
			t.Errorf("signatures %#x, want %#x", got, h.Signatures)
		}
	}
	if seen.ServerName != h.SNI || !slices.Equal(seen.SupportedProtos, h.ALPN) {
		t.Errorf("name %q and protocols %q, want %q and %q", seen.ServerName, seen.SupportedProtos, h.SNI, h.ALPN)
	}
}

func numbers[T ~uint16](list []T) []uint16 {
	var out []uint16
	for _, v := range list {
		out = append(out, uint16(v))
	}
	return out
}

// TestSSL3Hello: SSLv3 alone means its record version, no extension and nothing
// of TLS (CF-TLS-04). No library at hand parses it, so the bytes are compared.
func TestSSL3Hello(t *testing.T) {
	h := tlswire.ClientHello{Versions: []uint16{0x0300}, Suites: []uint16{0x0035, 0x0004}, Groups: []uint16{23}, SNI: "o.example"}
	got := h.Marshal()
	copy(got[11:43], make([]byte, 32)) // the random
	want := octets(t, "16 0300 002f 01 00002b 0300 "+
		"0000000000000000000000000000000000000000000000000000000000000000 00 0004 0035 0004 01 00")
	if !bytes.Equal(got, want) {
		t.Errorf("got  %x\nwant %x", got, want)
	}
}

func TestClientHelloWithoutForm(t *testing.T) {
	for _, tt := range []struct {
		name string
		vary func(*tlswire.ClientHello)
	}{
		{"no version", func(h *tlswire.ClientHello) { h.Versions = nil }},
		{"a list too long", func(h *tlswire.ClientHello) { h.Suites = make([]uint16, 1<<15) }},
		{"a session id too long", func(h *tlswire.ClientHello) { h.SessionID = make([]byte, 33) }},
		{"a name too long", func(h *tlswire.ClientHello) { h.SNI = string(make([]byte, 1<<16)) }},
		{"an empty protocol", func(h *tlswire.ClientHello) { h.ALPN = []string{""} }},
		{"a key share that cannot be made", func(h *tlswire.ClientHello) { h.KeyShares = []uint16{30} }},
		{"a key share twice", func(h *tlswire.ClientHello) { h.KeyShares = []uint16{29, 29} }},
		{"a record too long", func(h *tlswire.ClientHello) { h.Fragment = 1<<14 + 1 }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := tlswire.ClientHello{Versions: []uint16{0x0303}, Suites: []uint16{0xc02f}}
			tt.vary(&h)
			if sent, err := h.Build(); err == nil || sent != nil || h.Marshal() != nil {
				t.Errorf("built %v, %v", sent, err)
			}
		})
	}
}

// FuzzClientHello checks that an independent parser reads every hello that can be built as
// it was meant.
func FuzzClientHello(f *testing.F) {
	f.Add([]byte{0x13, 0x01, 0xc0, 0x2f}, []byte{0, 29}, []byte{4, 3}, "origin.example.com", uint8(2), uint16(0))
	f.Add([]byte{0, 4}, []byte{}, []byte{}, "", uint8(0), uint16(1))
	f.Fuzz(func(t *testing.T, suites, groups, signatures []byte, sni string, newest uint8, fragment uint16) {
		h := tlswire.ClientHello{
			Versions: []uint16{0x0301 + uint16(newest%4)}, Suites: pairs(suites), Groups: pairs(groups),
			Signatures: pairs(signatures), SNI: plainName(sni), Fragment: int(fragment % (1 << 14)),
		}
		if h.Versions[0] == 0x0304 && len(suites)%2 == 0 {
			h.KeyShares = []uint16{29}
		}
		sent, err := h.Build()
		if err != nil {
			return
		}
		if len(sent.Records) > 60<<10 || len(h.Suites) == 0 {
			return // more than crypto/tls takes of a hello, or less than it wants
		}
		seen := seenBy(t, sent.Records)
		if seen == nil {
			t.Fatalf("refused: %x", sent.Records)
		}
		if h.Versions[0] < 0x0303 {
			h.Signatures = nil
		}
		compareHello(t, h, seen)
	})
}

// pairs reads numbers of two bytes; a value that repeats is left out, as no
// list of TLS may have one.
func pairs(b []byte) []uint16 {
	var out []uint16
	for len(b) > 1 {
		v := uint16(b[0])<<8 | uint16(b[1])
		if b = b[2:]; !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

// plainName keeps what a server name may consist of.
func plainName(s string) string {
	var out []byte
	for _, c := range []byte(s) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			out = append(out, c)
		}
	}
	return string(out[:min(len(out), 63)])
}

// TestKeyExchange: what the names of suites mean.
func TestKeyExchange(t *testing.T) {
	for _, tt := range []struct {
		suite uint16
		want  [2]string
	}{
		{0xc02f, [2]string{"ECDHE", "RSA"}}, {0xc02c, [2]string{"ECDHE", "ECDSA"}}, {0x0004, [2]string{"RSA", "RSA"}},
		{0x009e, [2]string{"DHE", "RSA"}}, {0x00a8, [2]string{"PSK", "PSK"}}, {0xc0aa, [2]string{"DHE", "PSK"}},
		{0xc018, [2]string{"ECDHE", "anon"}}, {0x0018, [2]string{"DHE", "anon"}}, {0x00ac, [2]string{"RSA", "PSK"}},
		{0xc004, [2]string{"ECDH", "ECDSA"}}, {0x0003, [2]string{"RSA", "RSA"}}, {0x1301, [2]string{}}, {0xfafa, [2]string{}},
	} {
		exchange, auth := tlswire.KeyExchange(tt.suite)
		if got := [2]string{exchange, auth}; got != tt.want {
			t.Errorf("%s: got %q, want %q", tlswire.SuiteName(tt.suite), got, tt.want)
		}
	}
}

// TestSuiteInVersion compares with what crypto/tls says of the suites it knows.
func TestSuiteInVersion(t *testing.T) {
	for _, suite := range slices.Concat(tls.CipherSuites(), tls.InsecureCipherSuites()) {
		for version := uint16(0x0301); version <= 0x0304; version++ {
			if got, want := tlswire.SuiteInVersion(suite.ID, version), slices.Contains(suite.SupportedVersions, version); got != want {
				t.Errorf("%s in %s: got %v, want %v", suite.Name, tlswire.VersionName(version), got, want)
			}
		}
	}
	if tlswire.SuiteInVersion(0xc013, 0x0300) || !tlswire.SuiteInVersion(0x0004, 0x0300) {
		t.Error("SSLv3 has static RSA and no curves")
	}
	all := tlswire.AllSuites()
	slices.Sort(all)
	if unique := slices.Compact(slices.Clone(all)); !reflect.DeepEqual(all, unique) {
		t.Error("a suite is listed twice")
	}
}
