package ingest_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest"
)

func TestOverlay(t *testing.T) {
	t.Parallel()
	got, err := ingest.ReadFile("testdata/valid-overlay.yaml", ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := &ingest.Overlay{
		Values: map[string][]string{
			"trust":  {"testdata/certs/ca.pem", "/etc/ssl/extra.pem", "testdata/certs/second.pem"},
			"listen": {"127.0.0.1:8080"}, "listen-tls": {"127.0.0.1:8443"}, "inspect": {"off"}, "inspect-host": {"edge"},
			"record": {"testdata/recordings"}, "policy": {"2023-01-01"}, "at": {"2026-11-22T12:00:00Z"},
			"state": {"testdata/state"}, "ready-file": {"testdata/ready.json"},
			"body-limit": {"65536"}, "log-level": {"debug"}, "log-format": {"json"},
			"faithful": {"true"}, "forward-others": {"false"}, "keep-secrets": {"true"}, "error-caching": {"true"},
			"fault": {"connect-timeout path=/a,b next=1"},
		},
		Parameters: map[string]string{"Env": "test", "Count": "3"},
	}
	if !reflect.DeepEqual(got.Overlay, want) {
		t.Errorf("got  %+v\nwant %+v", got.Overlay, want)
	}
	if want := map[string]string{"app.example.com": "127.0.0.1:9000", "app.example.com:8443": "[::1]:9443"}; !reflect.DeepEqual(got.Connect, want) {
		t.Errorf("got connect %v, want %v", got.Connect, want)
	}
	if got.Distribution.ID != "EDFDVBD632BHDS5" {
		t.Errorf("got the distribution %q", got.Distribution.ID)
	}
}

func TestOverlayWithAnOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		connect    map[string]string
	}{
		{"as typed", "origin: http://localhost:3000\n", map[string]string{"localhost": "localhost:3000"}},
		{"with its own entry", "origin: http://app.internal\nconnect: {app.internal: '127.0.0.1:9000'}\n", map[string]string{"app.internal": "127.0.0.1:9000"}},
		{"with its own entry for the port", "origin: http://app.internal\nconnect: {'app.internal:80': '127.0.0.1:9000'}\n", map[string]string{"app.internal": "app.internal:80", "app.internal:80": "127.0.0.1:9000"}},
	} {
		got, err := ingest.Read([]byte(row.text+"forward-host: true\norigin-ssl-protocols: TLSv1.1,TLSv1.2\norigin-connection-attempts: 1\norigin-path: /v1\n"), ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if o := got.Overlay.Origin; o == nil || !o.ForwardHost || len(o.SSLProtocols) != 2 || *o.ConnectionAttempts != 1 || o.Path != "/v1" {
			t.Errorf("%s: got %+v", row.name, o)
		}
		if got.Distribution.Origins[0].Path != "/v1" || !reflect.DeepEqual(got.Connect, row.connect) {
			t.Errorf("%s: got %v, want %v", row.name, got.Connect, row.connect)
		}
	}
}

func TestOverlayWithoutADistribution(t *testing.T) {
	t.Parallel()
	got, err := ingest.Read([]byte("record: off\nlisten:\n"), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Distribution != nil || got.Overlay.Values["record"][0] != "off" || got.Overlay.Values["listen"] != nil {
		t.Errorf("got %+v, %+v", got.Distribution, got.Overlay)
	}
	if got, err := ingest.Read([]byte("record: memory\nkeep: 1000\nkeep-for: 168h\nkeep-size: 1GB\nedge-name: a\nredact-query: [token, sig]\n"), ingest.Options{BaseDir: "x"}); err != nil ||
		!reflect.DeepEqual(got.Overlay, &ingest.Overlay{Values: map[string][]string{
			"record": {"memory"}, "keep": {"1000"}, "keep-for": {"168h"}, "keep-size": {"1GB"}, "edge-name": {"a"}, "redact-query": {"token", "sig"},
		}}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := ingest.Read([]byte("record: postgres://db/edgesim\n"), ingest.Options{BaseDir: "x"}); err != nil || got.Overlay.Values["record"][0] != "postgres://db/edgesim" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestOverlayInline reads a distribution written in the overlay itself.
func TestOverlayInline(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile("testdata/valid-minimal.json")
	if err != nil {
		t.Fatal(err)
	}
	text := "distribution:\n  " + strings.ReplaceAll(string(config), "\n", "\n  ")
	got, err := ingest.Read([]byte(text), ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got.Distribution.Origins[0].DomainName != "web" {
		t.Errorf("got %+v", got.Distribution)
	}
}

func TestOverlayDistributionIsRelativeToTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config, err := os.ReadFile("testdata/valid-minimal.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"sub/cf.json": string(config), "edgesim.yaml": "distribution: sub/cf.json\n", "tf.yaml": "distribution: sub/main.tf\n", "sub/main.tf": "resource \"a\" \"b\" {\n}\n"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := ingest.ReadFile(filepath.Join(dir, "edgesim.yaml"), ingest.Options{}); err != nil || got.Distribution == nil {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err = ingest.ReadFile(filepath.Join(dir, "tf.yaml"), ingest.Options{})
	if want := filepath.Join(dir, "sub/main.tf") + ": holds no aws_cloudfront_distribution"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
