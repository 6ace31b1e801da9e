package tlswire_test

import (
	"bytes"
	"crypto/tls"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// handshakes are real flights of crypto/tls, captured by capture, with what a
// reader must find in each.
var handshakes = []struct {
	name   string
	server func(*tls.Config)
	client func(*tls.Config)
	want   facts
}{
	{
		name:   "TLS 1.0, ECDHE",
		server: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS10 },
		client: suites(tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA),
		want:   facts{version: "TLSv1", suite: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", group: "prime256v1", chain: true, done: true},
	},
	{
		name:   "TLS 1.1, ECDHE",
		server: func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS11, tls.VersionTLS11 },
		client: suites(tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA),
		want:   facts{version: "TLSv1.1", suite: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", group: "prime256v1", chain: true, done: true},
	},
	{
		name:   "TLS 1.2, ALPN",
		server: func(c *tls.Config) { c.MaxVersion, c.NextProtos = tls.VersionTLS12, []string{"http/1.1"} },
		client: func(c *tls.Config) { c.NextProtos = []string{"http/1.1"} },
		want:   facts{version: "TLSv1.2", suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", group: "prime256v1", chain: true, done: true, alpn: "http/1.1"},
	},
	{
		name:   "TLS 1.2, client certificate requested",
		server: func(c *tls.Config) { c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequestClientCert },
		want:   facts{version: "TLSv1.2", suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", group: "prime256v1", chain: true, done: true, requested: true},
	},
	{
		name:   "TLS 1.2, client certificate missing",
		server: func(c *tls.Config) { c.MaxVersion, c.ClientAuth = tls.VersionTLS12, tls.RequireAnyClientCert },
		want: facts{version: "TLSv1.2", suite: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", group: "prime256v1", chain: true, done: true, requested: true,
			alert: "handshake_failure(40)"},
	},
	{
		name: "TLS 1.3",
		want: facts{version: "TLSv1.3", suite: "TLS_AES_128_GCM_SHA256", group: "prime256v1"},
	},
	{
		name:   "TLS 1.3, HelloRetryRequest",
		server: func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.CurveP384} },
		client: func(c *tls.Config) { c.CurvePreferences = []tls.CurveID{tls.X25519, tls.CurveP384} },
		want:   facts{version: "TLSv1.3", suite: "TLS_AES_128_GCM_SHA256", group: "secp384r1", retried: true},
	},
	{
		name:   "no shared version",
		server: func(c *tls.Config) { c.MinVersion = tls.VersionTLS13 },
		client: func(c *tls.Config) { c.MaxVersion = tls.VersionTLS12 },
		want:   facts{alert: "protocol_version(70)"},
	},
	{
		name:   "no shared suite",
		server: suites(tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384),
		client: func(c *tls.Config) {
			c.MaxVersion, c.CipherSuites = tls.VersionTLS12, []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}
		},
		want: facts{alert: "handshake_failure(40)"},
	},
}

func suites(ids ...uint16) func(*tls.Config) {
	return func(c *tls.Config) { c.CipherSuites = ids }
}

// facts are the names of what a flight says, so that a failing row reads well.
type facts struct {
	version, suite, group, alpn, alert      string
	chain, requested, done, retried, notTLS bool
}

func factsOf(f tlswire.Flight) facts {
	got := facts{
		chain: len(f.Certificates) == 2, requested: f.CertificateRequested, done: f.Done,
		retried: f.Retried, notTLS: f.NotTLS != nil,
	}
	if h := f.ServerHello; h != nil {
		got.version, got.suite, got.alpn = tlswire.VersionName(h.Version), tlswire.SuiteName(h.Suite), h.ALPN
		if h.Group != 0 {
			got.group = tlswire.GroupName(h.Group)
		}
	}
	if f.KeyExchangeGroup != 0 {
		got.group = tlswire.GroupName(f.KeyExchangeGroup)
	}
	if f.Alert != nil {
		got.alert = f.Alert.String()
	}
	return got
}

func TestParseFlight(t *testing.T) {
	chain := certificate(t).Certificate
	for _, tt := range handshakes {
		t.Run(tt.name, func(t *testing.T) {
			stream := capture(t, tt.server, tt.client)
			flight := tlswire.ParseFlight(stream)
			if got := factsOf(flight); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			if tt.want.chain && !reflect.DeepEqual(flight.Certificates, chain) {
				t.Error("the certificates are not those of the server, in its order")
			}
			if flight.Truncated || flight.Malformed != "" {
				t.Errorf("a whole flight reads as truncated=%v malformed=%q", flight.Truncated, flight.Malformed)
			}
			if rv := flight.RecordVersion; rv < 0x0301 || rv > 0x0303 {
				t.Errorf("record version %#04x", rv)
			}
		})
	}
}

// A flight means the same in one-byte records: a server may cut its messages
// wherever it likes.
func TestParseFlightFragmented(t *testing.T) {
	for _, tt := range handshakes {
		t.Run(tt.name, func(t *testing.T) {
			stream := capture(t, tt.server, tt.client)
			want := tlswire.ParseFlight(stream)
			got := tlswire.ParseFlight(refragment(stream))
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", factsOf(got), factsOf(want))
			}
		})
	}
}

// A flight that is cut at any byte loses facts and never gains or changes one.
func TestParseFlightCut(t *testing.T) {
	for _, tt := range handshakes {
		t.Run(tt.name, func(t *testing.T) {
			stream := capture(t, tt.server, tt.client)
			whole := tlswire.ParseFlight(stream)
			boundaries := recordBoundaries(stream)
			for n := range len(stream) {
				got := tlswire.ParseFlight(stream[:n:n])
				if got.NotTLS != nil || got.Malformed != "" {
					t.Fatalf("cut at %d: not TLS %q, malformed %q", n, got.NotTLS, got.Malformed)
				}
				if got.Alert != nil && *got.Alert != *whole.Alert {
					t.Fatalf("cut at %d: alert %v, want %v", n, got.Alert, whole.Alert)
				}
				if got.Certificates != nil && !reflect.DeepEqual(got.Certificates, whole.Certificates) {
					t.Fatalf("cut at %d: other certificates", n)
				}
				if got.Done && !whole.Done || got.CertificateRequested && !whole.CertificateRequested {
					t.Fatalf("cut at %d: a fact that the whole flight does not have", n)
				}
				if !boundaries[n] && !got.Truncated {
					t.Fatalf("cut at %d, within a record, reads as whole", n)
				}
			}
		})
	}
}

func TestParseFlightOddities(t *testing.T) {
	hello := "16 0301 002a 02 000026 0301" + strings.Repeat("00", 32) + "00 002f 00"
	tests := []struct {
		name   string
		stream string // hexadecimal, or text behind a '='
		want   tlswire.Flight
	}{
		{name: "nothing", stream: ""},
		{name: "plain HTTP", stream: "=HTTP/1.1 400 Bad Request\r\n\r\n", want: tlswire.Flight{NotTLS: []byte("HTTP/1.1 400 Bad Request\r\n\r\n")}},
		{name: "SSH", stream: "=SSH-2.0-OpenSSH_9.2\r\n", want: tlswire.Flight{NotTLS: []byte("SSH-2.0-OpenSSH_9.2\r\n")}},
		{name: "one byte of text", stream: "=H", want: tlswire.Flight{NotTLS: []byte("H")}},
		{name: "SSLv2 server hello", stream: "802e 04 0001 0002", want: tlswire.Flight{NotTLS: []byte{0x80, 0x2e, 4, 0, 1, 0, 2}}},
		{name: "a record type with a foreign version", stream: "16 0a 0d", want: tlswire.Flight{NotTLS: []byte{0x16, 0x0a, 0x0d}}},
		{name: "a record over the limit", stream: "16 0301 4801", want: tlswire.Flight{Malformed: "a record has an impossible header"}},
		{name: "half a record header", stream: "16 03", want: tlswire.Flight{Truncated: true}},
		{name: "an alert", stream: "15 0300 0002 02 28", want: tlswire.Flight{RecordVersion: 0x0300, Alert: &tlswire.Alert{Level: 2, Description: 40}}},
		{name: "an alert in two records", stream: "15 0301 0001 02 15 0301 0001 28", want: tlswire.Flight{RecordVersion: 0x0301, Alert: &tlswire.Alert{Level: 2, Description: 40}}},
		{name: "half an alert", stream: "15 0301 0001 02", want: tlswire.Flight{RecordVersion: 0x0301, Truncated: true}},
		{name: "a warning before the fatal alert", stream: "15 0301 0002 01 70 15 0301 0002 02 50", want: tlswire.Flight{RecordVersion: 0x0301, Alert: &tlswire.Alert{Level: 2, Description: 80}}},
		{name: "only the first fatal alert counts", stream: "15 0301 0004 02 46 02 50", want: tlswire.Flight{RecordVersion: 0x0301, Alert: &tlswire.Alert{Level: 2, Description: 70}}},
		{name: "an alert behind ChangeCipherSpec is opaque", stream: "14 0303 0001 01 15 0303 0002 02 28", want: tlswire.Flight{RecordVersion: 0x0303}},
		{name: "empty records", stream: "16 0301 0000 16 0301 0000 15 0301 0002 02 28", want: tlswire.Flight{RecordVersion: 0x0301, Alert: &tlswire.Alert{Level: 2, Description: 40}}},
		{name: "text behind a record", stream: "15 0301 0002 01 70 48545450", want: tlswire.Flight{RecordVersion: 0x0301, Alert: &tlswire.Alert{Level: 1, Description: 112}, Truncated: true}},
		{name: "a whole line of text behind a record", stream: "15 0301 0002 01 70 485454502f312e31", want: tlswire.Flight{RecordVersion: 0x0301, Alert: &tlswire.Alert{Level: 1, Description: 112}, Malformed: "a record has an impossible header"}},
		{name: "a message over the limit", stream: "16 0301 0004 0b 040001", want: tlswire.Flight{RecordVersion: 0x0301, Malformed: "a handshake message says it has 262145 bytes"}},
		{name: "a message at the limit has only begun", stream: "16 0301 0004 0b 040000", want: tlswire.Flight{RecordVersion: 0x0301, Truncated: true}},
		{name: "a hello without extensions", stream: hello, want: tlswire.Flight{RecordVersion: 0x0301, ServerHello: &tlswire.ServerHello{Version: 0x0301, Suite: 0x2f}}},
		{name: "a hello that is too short", stream: "16 0301 0006 02 000002 0301", want: tlswire.Flight{RecordVersion: 0x0301, Malformed: "the ServerHello cannot be read"}},
		{name: "a certificate list with a wrong length", stream: "16 0301 000a 0b 000006 000004 000001", want: tlswire.Flight{RecordVersion: 0x0301, Malformed: "the Certificate message cannot be read"}},
		{name: "an empty certificate list", stream: "16 0301 0007 0b 000003 000000", want: tlswire.Flight{RecordVersion: 0x0301}},
		{name: "a key exchange of static RSA names no group", stream: hello + "16 0301 0008 0c 000004 03 0017 00", want: tlswire.Flight{RecordVersion: 0x0301, ServerHello: &tlswire.ServerHello{Version: 0x0301, Suite: 0x2f}}},
		{name: "a key exchange before the hello names no group", stream: "16 0301 0008 0c 000004 03 0017 00", want: tlswire.Flight{RecordVersion: 0x0301}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tlswire.ParseFlight(octets(t, tt.stream))
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func octets(t *testing.T, s string) []byte {
	t.Helper()
	if text, ok := strings.CutPrefix(s, "="); ok {
		return []byte(text)
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestNotTLSIsBounded(t *testing.T) {
	got := tlswire.ParseFlight(bytes.Repeat([]byte("x"), 1<<20))
	if len(got.NotTLS) != tlswire.MaxNotTLS {
		t.Errorf("got %d bytes, want %d", len(got.NotTLS), tlswire.MaxNotTLS)
	}
}

func TestNames(t *testing.T) {
	for _, tt := range []struct{ got, want string }{
		{tlswire.SuiteName(0xc02f), "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"},
		{tlswire.SuiteName(0x0004), "TLS_RSA_WITH_RC4_128_MD5"},
		{tlswire.SuiteName(0xfafa), "0xfafa"},
		{tlswire.VersionName(0x0300), "SSLv3"},
		{tlswire.VersionName(0x0305), "0x0305"},
		{tlswire.GroupName(23), "prime256v1"},
		{tlswire.GroupName(0x00ff), "0x00ff"},
		{tlswire.AlertName(112), "unrecognized_name"},
		{tlswire.Alert{Level: 2, Description: 255}.String(), "unknown(255)"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
	for _, suite := range tls.CipherSuites() {
		if got := tlswire.SuiteName(suite.ID); got != suite.Name {
			t.Errorf("got %q, want %q", got, suite.Name)
		}
	}
}
