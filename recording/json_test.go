package recording_test

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// certificate returns the DER of the fixture, which is never made again.
func certificate(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/certificate.pem")
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(data)
	if _, err := x509.ParseCertificate(block.Bytes); err != nil {
		t.Fatal(err)
	}
	return block.Bytes
}

// failedHandshake returns an exchange with everything in it that a reader of
// the API may meet.
func failedHandshake(t *testing.T) *recording.Exchange {
	t.Helper()
	e := success(1)
	e.ID = "Rb2xT0c5yVwqkXbM0PYtOmgJ1oYQ8dUvk5rN3bZcW7lHfSxAaE9iGg=="
	e.Duration, e.FirstByte = 12345678*time.Nanosecond, 12*time.Millisecond
	e.Viewer.TLSVersion, e.Viewer.TLSCipher = policy.VersionTLS13, 0x1301
	cause := policy.NewCause(policy.CauseTLSHandshakeFailure, "app.example.com:443 refused the TLS handshake", errors.New("remote error: <handshake failure>"))
	cause.Hint = "allow a cipher of the list"
	e.Cause, e.ResultType, e.DetailedResultType = cause, "Error", cause.DetailedResultType
	e.Response = recording.Response{
		Status: 502, Header: map[string][]string{"X-Cache": {"Error from cloudfront"}},
		BodyBytes: 900, Body: []byte("<HTML>"), Truncated: true,
	}
	finding := policy.Finding{Rule: "CF-TLS-06", Verdict: policy.Fail, Cause: cause.Name, Subject: "version", Observed: "TLSv1.1", Expected: "TLSv1.2"}
	e.Findings = []policy.Finding{{Rule: "CF-CONN-10", Verdict: policy.Warn, Inferred: true}}
	e.Attempts = []*originconn.Attempt{
		{
			Number: 1, Target: "www.example.com:443", Start: e.Start, Addresses: []string{"127.0.0.1"}, Address: "127.0.0.1:443",
			Phases: originconn.Phases{Resolve: time.Millisecond, Dial: 250 * time.Microsecond, Handshake: 1500 * time.Microsecond},
			Handshake: &originconn.Handshake{
				Road: "crypto/tls", SNI: "app.example.com",
				Offered: policy.Offer{
					Versions: []uint16{policy.VersionTLS12, policy.VersionTLS13}, Suites: []uint16{0xc02f, 0x0a0a},
					Groups: []uint16{policy.GroupP256, policy.GroupX25519},
				},
				Version: policy.VersionTLS12, CipherSuite: 0xc02f, Curve: policy.GroupP256,
				PeerCertificates: [][]byte{certificate(t), []byte("not a certificate")},
				Alert:            &tlswire.Alert{Level: 2, Description: 40}, ClientCertificateRequested: true,
			},
			Findings: []policy.Finding{finding}, Cause: cause,
		},
		{
			Number: 2, Start: e.Start.Add(time.Second), Address: "127.0.0.1:443", Reused: true, Idle: time.Second, StaleIdle: time.Minute,
			Handshake: &originconn.Handshake{Road: "crypto/tls", FirstBytes: []byte("SSH-2.0-\xff")},
		},
	}
	return e
}

// TestExchangeJSON fixes the shape of the API.
func TestExchangeJSON(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"exchange.json": failedHandshake(t),
		"success.json":  success(1),
		"summary.json":  []recording.Summary{failedHandshake(t).Summary(), success(1).Summary()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got bytes.Buffer
			enc := json.NewEncoder(&got)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(v); err != nil {
				t.Fatal(err)
			}
			golden := "testdata/" + name
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want) {
				t.Errorf("differs from %s (run with -update and read the difference):\n%s", golden, got.Bytes())
			}
		})
	}
}

// TestSummaryIsPart checks that whatever a summary has is in the same place in the whole
// exchange.
func TestSummaryIsPart(t *testing.T) {
	t.Parallel()
	e := failedHandshake(t)
	var whole, summary map[string]any
	for _, row := range []struct {
		from any
		to   *map[string]any
	}{{e, &whole}, {e.Summary(), &summary}} {
		data, err := json.Marshal(row.from)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, row.to); err != nil {
			t.Fatal(err)
		}
	}
	var compare func(path string, part, whole any)
	compare = func(path string, part, whole any) {
		fields, ok := part.(map[string]any)
		if !ok {
			if !reflect.DeepEqual(part, whole) {
				t.Errorf("%s is %v in the summary and %v in the exchange", path, part, whole)
			}
			return
		}
		in, _ := whole.(map[string]any)
		for name, value := range fields {
			compare(path+"."+name, value, in[name])
		}
	}
	compare("", summary, whole)
}

// TestExchangeJSONIsComplete sets every field and checks that it comes back: a field added
// to an Exchange, or to what it contains, must be added to its JSON, too.
func TestExchangeJSONIsComplete(t *testing.T) {
	t.Parallel()
	var e recording.Exchange
	fill(t, reflect.ValueOf(&e).Elem(), 1)
	e.Response.OriginHead = "HTTP/1.1 200 OK\r\nX: caf\xe9\r\n"
	data, err := json.Marshal(&e)
	if err != nil {
		t.Fatal(err)
	}
	var back recording.Exchange
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(back, e) {
		got, _ := json.MarshalIndent(back, "", " ")
		t.Errorf("not the same when read back:\n got %s\nfrom %s", got, data)
	}
}

// fill sets every field below v to something that is not its zero value.
func fill(t *testing.T, v reflect.Value, n int) {
	t.Helper()
	switch v.Type() {
	case reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(noon.Add(time.Duration(n) * time.Microsecond)))
		return
	case reflect.TypeFor[*originconn.Explanation]():
		v.Set(reflect.ValueOf(originconn.Explained("tls-no-shared-cipher", "because", &originconn.ScanReport{Host: "origin.example:443", Connections: n})))
		return
	case reflect.TypeFor[error]():
		v.Set(reflect.ValueOf(errors.New("some error")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("text " + strings.Repeat("x", n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(n) * 1234567)
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(uint64(n) + 0x30)
	case reflect.Struct:
		for i := range v.NumField() {
			if !v.Type().Field(i).IsExported() {
				continue // its package keeps it for itself
			}
			fill(t, v.Field(i), n+i)
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(t, v.Index(0), n)
		fill(t, v.Index(1), n+1)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, n)
		fill(t, value, n)
		v.SetMapIndex(key, value)
	default:
		t.Fatalf("a %s in an exchange has no JSON test", v.Type())
	}
}

func TestExchangeJSONErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, data, want string }{
		{"unknown suite", `{"viewer":{"tls":{"version":"TLSv1.2","cipherSuite":"TLS_FOO"}}}`, `cipher suite "TLS_FOO" is not known`},
		{"bad number", `{"attempts":[{"handshake":{"curve":"0xfffff"}}]}`, `curve "0xfffff" is not known`},
		{"bad base64", `{"response":{"bodyBase64":"*"}}`, "reading a base64 field"},
		{"bad duration", `{"durationMs":"1"}`, "reading milliseconds"},
		{"no object", `[]`, "cannot unmarshal array"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var e recording.Exchange
			if err := json.Unmarshal([]byte(row.data), &e); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v, want an error with %q", err, row.want)
			}
		})
	}
}

// FuzzExchangeJSON reads foreign JSON: what can be read can be written.
func FuzzExchangeJSON(f *testing.F) {
	f.Add([]byte(`{"id":"a","durationMs":1.5,"attempts":[null,{"handshake":{"alert":{"number":40}}}],"cause":{"name":"x","error":"y"}}`))
	f.Add([]byte(`{"cause":{"error":"y"},"sent":{},"viewer":{"tls":{}},"response":{"body":"a"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var e recording.Exchange
		if json.Unmarshal(data, &e) != nil {
			return
		}
		if _, err := json.Marshal(recording.Redact(&e)); err != nil && e.Start.Year() >= 0 && e.Start.Year() <= 9999 {
			t.Errorf("cannot be written again: %v", err)
		}
		e.Size()
		e.Summary()
	})
}
