package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/pem"
	"flag"
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

// TestCheckText: what a person reads, in a file, in a narrow terminal, and at
// length.
func TestCheckText(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	r := labReportAt(t, noon, check.Config{}, "healthy-ecdsa", "dns-failure", "incomplete-chain", "wrong-name", "own-503")
	for name, text := range map[string]checkText{
		"check.txt": {}, "check-narrow.txt": {width: 60}, "check-verbose.txt": {verbose: true, width: 120},
	} {
		var out bytes.Buffer
		text.w = &out
		if err := text.print(r); err != nil {
			t.Fatal(err)
		}
		golden(t, name, out.Bytes())
	}
}

// TestCheckTextScan: the table of what the origin accepts beside the offer.
func TestCheckTextScan(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	var out bytes.Buffer
	if err := (&checkText{w: &out, width: 100}).print(labReportAt(t, noon, check.Config{Scan: true}, "healthy-rsa")); err != nil {
		t.Fatal(err)
	}
	golden(t, "check-scan.txt", out.Bytes())
}

// TestCheckTextColours: color marks the verdicts, and only where it is wanted.
func TestCheckTextColours(t *testing.T) {
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
