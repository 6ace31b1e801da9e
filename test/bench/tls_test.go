package main

import (
	"crypto/tls"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/pki"
)

// TestTLSSection measures everything once, briefly. It only checks that each figure is
// present: other machines have other figures.
func TestTLSSection(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts programs")
	}
	p := &plan{load: "own", sections: []string{sectionTLS}, tlsRounds: 1, tlsTurn: time.Millisecond}
	s, err := openSite(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	b := &bench{plan: p, site: s, progress: t.Output()}
	r, err := b.tls(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	old := []string{nameStd, nameFirst, nameLegacy, nameResumed}
	checkCells(t, r.Handshakes, [][]string{old, {nameStd, nameFirst, nameResumed}, old, {nameStd, nameFirst, nameResumed}})
	old = []string{nameStd, nameTransport, nameFirst, nameLegacy}
	checkCells(t, r.Requests, [][]string{old, old[:3], old, old[:3]})
	for _, s := range r.Scans {
		if s.Runs != 1 || s.Median < s.RoundTrip || s.Scanner == nameScan && s.Connections < 2 {
			t.Errorf("scan: got %+v", s)
		}
	}
	whole := &report{TLS: r}
	whole.Targets = judge(whole)
	var out strings.Builder
	if err := whole.writeText(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CF-TLS-26", "ECDHE_RSA_WITH_AES_128_GCM_SHA256", nameLegacy, "50ms", "at most 40 connections"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not have %q:\n%s", want, &out)
		}
	}
}

// checkCells: every subject that is wanted has worked, and no other.
func checkCells(t *testing.T, cells []tlsCell, want [][]string) {
	t.Helper()
	if len(cells) != len(want) {
		t.Fatalf("got %d cells, want %d: %+v", len(cells), len(want), cells)
	}
	for i, c := range cells {
		var got []string
		for _, f := range c.Subjects {
			got = append(got, f.Subject)
			if f.Rate <= 0 || f.RateRatio <= 0 || f.Agreed == "" {
				t.Errorf("%s, %s, %d bytes: got %+v", c.Certificate, c.Version, c.Body, f)
			}
		}
		if !reflect.DeepEqual(got, want[i]) {
			t.Errorf("%s, %s, %d bytes: got %v, want %v", c.Certificate, c.Version, c.Body, got, want[i])
		}
	}
}

// TestTLSGoOrigin tries the stand-in for nginx with both kinds of key.
func TestTLSGoOrigin(t *testing.T) {
	s := &site{dir: t.TempDir()}
	if err := s.mint(); err != nil {
		t.Fatal(err)
	}
	if err := s.writeBodies(); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []pki.KeyKind{pki.P256, pki.RSA2048} {
		certFile, keyFile, err := s.issue(kind.String(), kind)
		if err != nil {
			t.Fatal(err)
		}
		child, address, err := s.startRole(t.Context(), role{Name: roleOrigin, CertFile: certFile, KeyFile: keyFile, Bodies: s.bodies})
		if err != nil {
			t.Fatal(err)
		}
		defer child.stop()
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			end := &tlsEnd{site: s, address: address, version: version}
			for _, start := range append(handshakers(end), askers(end, 1<<20)...) {
				w, err := start(t.Context())
				if err != nil {
					t.Errorf("%s, %#x: %v", kind, version, err)
					continue
				}
				w.close()
			}
		}
	}
}

// TestRelay: what comes back is what was sent, a round trip for the connection and one for
// the exchange later, and after close nothing is left.
func TestRelay(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() { // an origin that says what it heard, and ends with the listener
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			io.Copy(conn, conn)
			conn.Close()
		}
	}()
	const roundTrip = 20 * time.Millisecond
	r, err := openRelay(ln.Addr().String(), roundTrip)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	conn, err := net.Dial("tcp", r.address())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.Write([]byte("hello"))
	got := make([]byte, 5)
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
	if took := time.Since(began); took < 2*roundTrip {
		t.Errorf("it took %s, but a connection and an exchange are two round trips of %s", took, roundTrip)
	}
	if n := r.opened.Load(); n != 1 {
		t.Errorf("got %d connections, want 1", n)
	}
	r.close()
	if _, err := conn.Read(got); err == nil {
		t.Error("the connection outlives the relay")
	}
}

func TestJudgeTLS(t *testing.T) {
	t.Parallel()
	cell := func(body int, first, legacy float64, errors int64) tlsCell {
		return tlsCell{Body: body, Subjects: []tlsFigures{
			{Subject: nameStd, RateRatio: 1}, {Subject: nameFirst, RateRatio: first}, {Subject: nameLegacy, RateRatio: legacy, Errors: errors},
		}}
	}
	r := &tlsReport{
		Handshakes: []tlsCell{cell(0, 0.95, 0.4, 0), cell(0, 0.85, 0.6, 1)},
		Requests:   []tlsCell{cell(1<<10, 0.1, 0.1, 0), cell(1<<20, 0.1, 0.7, 0)},
		Scans: []scanRow{
			{Scanner: nameScan, Median: 61 * time.Millisecond, Connections: 40},
			{Scanner: nameOpenSSL, Median: time.Hour},
			{Scanner: nameScan, RoundTrip: farAway, Median: 400 * time.Millisecond, Connections: 41},
			{Scanner: nameScan, Median: time.Millisecond, Limits: []string{"cut short"}},
		},
	}
	// First and legacy client twice, bodies, and the time and the connections of three
	// scans.
	want := []bool{true, false, false, false, true, false, true, true, false, false, true}
	var got []bool
	for _, one := range r.judge() {
		got = append(got, one.Met)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if left := (*tlsReport)(nil).judge(); left != nil {
		t.Errorf("nothing was measured, but judged: %v", left)
	}
}
