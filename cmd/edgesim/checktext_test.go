package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

var update = flag.Bool("update", false, "rewrite the goldens")

// labReportAt is a report of a few origins of the lab at a fixed time.
func labReportAt(t *testing.T, now time.Time, cfg check.Config, names ...string) *check.Report {
	t.Helper()
	clock := func() time.Time { return now }
	l, err := lab.Start(context.Background(), lab.Config{Only: names, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	block, _ := pem.Decode(l.CAPEM())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	trust := originconn.TrustWith(root)
	client := &originconn.Client{ConnectTo: l.Connect(), Now: clock, Trust: func() *policy.TrustStore { return trust }, ExplainWithin: time.Minute}
	defer client.Close()
	cfg.Now, cfg.Subjects = clock, []check.Subject{{Name: "lab", Edge: &edge.Edge{Distribution: l.Distribution(), Client: client}}}
	r, err := check.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// ports are what differs from run to run.
var ports = regexp.MustCompile(`127\.0\.0\.1:\d+`)

// golden compares an output with its file.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	got = ports.ReplaceAll(got, []byte("127.0.0.1:PORT"))
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what is printed now; go test -update rewrites it\n%s", file, got)
	}
}

// TestCheckText: what a person reads, in a file, on terminals of three widths, and at
// length.
func TestCheckText(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	r := labReportAt(t, noon, check.Config{}, "healthy-ecdsa", "dns-failure", "incomplete-chain", "wrong-name", "own-503")
	for name, text := range map[string]checkText{
		"check.txt": {}, "check_60.txt": {width: 60}, "check_80.txt": {width: 80}, "check_120.txt": {width: 120},
		"check-verbose.txt": {verbose: true, width: 120},
	} {
		var out bytes.Buffer
		text.w = &out
		if err := text.print(r); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}

// TestCheckTextScan: the table that compares what the origin accepts with the offer.
func TestCheckTextScan(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	if err := (&checkText{w: &out, width: 100}).print(labReportAt(t, noon, check.Config{Scan: true}, "healthy-rsa")); err != nil {
		t.Fatal(err)
	}
	golden(t, "check-scan.txt", out.Bytes())
}

// TestCheckTextColors: color marks the verdicts, and only where it is wanted.
func TestCheckTextColors(t *testing.T) {
	t.Parallel()
	r := &check.Report{Checks: []check.Check{{Behavior: "*", Verdict: check.Pass, Viewers: []check.Viewer{{Scheme: "https", Host: "a"}},
		Target: &check.Target{Address: "a:443", TLS: true}, Outcome: check.Outcome{Status: 200}}}}
	var plain, colored bytes.Buffer
	if err := (&checkText{w: &plain}).print(r); err != nil {
		t.Fatal(err)
	}
	if err := (&checkText{w: &colored, ink: ink{green: "\x1b[32m", off: "\x1b[0m"}}).print(r); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(plain.String(), "\x1b") {
		t.Errorf("color in %q", plain.String())
	}
	if !strings.Contains(colored.String(), "\x1b[32mPASS") {
		t.Errorf("no color in %q", colored.String())
	}
}

// TestCheckTextRedirects: where viewers are sent is shown, in one piece.
func TestCheckTextRedirects(t *testing.T) {
	t.Parallel()
	viewers := []check.Viewer{{Scheme: "http", Host: "www.example.com"}}
	login := "https://login.example.com/oauth2/authorize?client_id=4f1c&redirect_uri=https%3A%2F%2Fwww.example.com%2Fcallback"
	r := &check.Report{Policy: "current", At: time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC), Checks: []check.Check{
		{Behavior: "/login*", Origin: "app", Verdict: check.Pass, Viewers: viewers, Target: &check.Target{Address: "app.example.com:443", TLS: true},
			Outcome: check.Outcome{Status: 302, Location: login}},
		{Behavior: "/old*", Origin: "app", Verdict: check.Pass, Viewers: viewers, Target: &check.Target{Address: "app.example.com:443", TLS: true},
			Outcome: check.Outcome{Status: 301, Location: "/new"}},
		{Behavior: "/old*", Verdict: check.Pass, Viewers: viewers, Outcome: check.Outcome{Status: 301, Location: "https://www.example.com/old", Rule: "CF-ERR-29", Detail: "the viewer is sent to HTTPS", ByEdge: true}},
		{Behavior: "*", Verdict: check.Pass, Viewers: viewers, Outcome: check.Outcome{Status: 301, Location: "https://www.example.com/", Rule: "CF-ERR-29", Detail: "the viewer is sent to HTTPS", ByEdge: true}},
		{Behavior: "/fn*", Verdict: check.Pass, Viewers: viewers, Outcome: check.Outcome{Status: 302, Location: "/home", Rule: "CF-FN-40", Detail: "the function answers itself", ByEdge: true}},
	}}
	r.Count.Pass = len(r.Checks)
	for _, width := range []int{60, 80, 120} {
		var out bytes.Buffer
		if err := (&checkText{w: &out, width: width}).print(r); err != nil {
			t.Fatal(err)
		}
		golden(t, fmt.Sprintf("check-redirects_%d.txt", width), out.Bytes())
	}
}

// TestCheckTextSent: a report says of nothing that was not sent that it was, nor
// that anything was agreed on over plain HTTP.
func TestCheckTextSent(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for origin, row := range map[string]struct{ want, never []string }{
		"healthy-http":     {want: []string{"asked     GET /healthy-http with Host", "reached   127.0.0.1:PORT"}, never: []string{"agreed", "TLS", "would", "offered", "SNI"}},
		"healthy-rsa":      {want: []string{"asked     GET /healthy-rsa with Host", "agreed    127.0.0.1:PORT TLSv1.3", "; offered TLSv1.2"}, never: []string{"would", "reached"}},
		"handshake-silent": {want: []string{"would ask GET /handshake-silent with Host", "; offered TLSv1.2"}, never: []string{"asked ", "agreed"}},
		"connect-refused":  {want: []string{"would ask GET /connect-refused with Host", "; would offer TLSv1.2"}, never: []string{"asked ", "agreed", "reached   "}},
		"expired":          {want: []string{"would ask GET /expired with Host", "agreed    127.0.0.1:PORT TLSv1.3", "; offered TLSv1.2"}, never: []string{"asked "}},
	} {
		t.Run(origin, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			if err := (&checkText{w: &out, verbose: true}).print(labReportAt(t, noon, check.Config{}, origin)); err != nil {
				t.Fatal(err)
			}
			// The block of the origin: the lab's default behavior has another one.
			text := ports.ReplaceAllString(out.String(), "127.0.0.1:PORT")
			block := ""
			for part := range strings.SplitSeq(text, "\n\n") {
				if strings.Contains(part, "(origin "+origin+")") {
					block += part + "\n"
				}
			}
			rows, _, _ := strings.Cut(block, "\nrule ")
			for _, want := range row.want {
				if !strings.Contains(rows, want) {
					t.Errorf("no %q in\n%s", want, rows)
				}
			}
			for _, never := range row.never {
				if strings.Contains(rows, never) {
					t.Errorf("%q in\n%s", never, rows)
				}
			}
		})
	}
}
