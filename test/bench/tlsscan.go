package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/edgesim/edgesim/originconn"
)

// The scanners.
const (
	nameScan    = "edgesim scan"
	nameOpenSSL = "openssl s_client, one handshake"
	nameSSLScan = "sslscan"
)

// scanRow is how long a scanner took for one origin at one distance.
type scanRow struct {
	Scanner     string `json:"scanner"`
	Certificate string `json:"certificate"`
	// RoundTrip is the distance; 0 is loopback.
	RoundTrip time.Duration `json:"roundTripNanoseconds"`
	// Median and Slowest are over the runs. A process of another program counts from its
	// start, and our own scan from the call.
	Median  time.Duration `json:"medianNanoseconds"`
	Slowest time.Duration `json:"slowestNanoseconds"`
	// Connections is the maximum in any run; 0 means not counted.
	Connections int64 `json:"connections,omitempty"`
	Runs        int   `json:"runs"`
	// Limits say what cut a run short.
	Limits []string `json:"limits,omitempty"`
}

// scanner is one subject: run scans an address once.
type scanner struct {
	name string
	// nearOnly means that it takes too long from afar.
	nearOnly bool
	run      func(ctx context.Context, address string, row *scanRow) error
}

// farAway is the distance of the second scan.
const farAway = 50 * time.Millisecond

// scans scans every origin from here and from afar.
func (b *bench) scans(ctx context.Context, origins []tlsOrigin) ([]scanRow, error) {
	all := []scanner{{name: nameScan, run: b.scanOnce}}
	if path, ok := installed("openssl"); ok {
		all = append(all, scanner{name: nameOpenSSL, run: program(path, "s_client", "-servername", originHost, "-connect")})
	}
	if path, ok := installed("sslscan"); ok {
		all = append(all, scanner{name: nameSSLScan, nearOnly: true, run: program(path, "--no-colour", "--sni-name="+originHost)})
	}
	var rows []scanRow
	for _, o := range origins {
		for _, distance := range []time.Duration{0, farAway} {
			b.say("TLS scans, %s, %s away", o.kind, distance)
			more, err := b.scansOf(ctx, o, distance, all)
			if err != nil {
				return nil, err
			}
			rows = append(rows, more...)
		}
	}
	return rows, nil
}

// scansOf lets the scanners take turns with one origin at one distance.
func (b *bench) scansOf(ctx context.Context, o tlsOrigin, distance time.Duration, all []scanner) ([]scanRow, error) {
	address, runs := o.address, b.plan.tlsRounds
	if distance > 0 {
		r, err := openRelay(o.address, distance)
		if err != nil {
			return nil, err
		}
		defer r.close()
		address, runs = r.address(), min(runs, 7)
		all = slices.DeleteFunc(slices.Clone(all), func(s scanner) bool { return s.nearOnly })
	}
	rows, times := make([]scanRow, len(all)), make([][]float64, len(all))
	for range runs {
		for i, s := range all {
			row := &rows[i]
			row.Scanner, row.Certificate, row.RoundTrip = s.name, o.kind.String(), distance
			began := time.Now()
			err := s.run(ctx, address, row)
			took := time.Since(began)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			row.Runs++
			row.Slowest = max(row.Slowest, took)
			times[i] = append(times[i], float64(took))
		}
	}
	for i := range rows {
		rows[i].Median = time.Duration(median(times[i]))
	}
	return rows, nil
}

// scanOnce is edgesim's scan in this process. Connections are counted where they are
// dialed.
func (b *bench) scanOnce(ctx context.Context, address string, row *scanRow) error {
	var opened atomic.Int64
	client := b.site.originClient(address)
	defer client.Close()
	client.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		opened.Add(1)
		var d net.Dialer
		return d.DialContext(ctx, network, address)
	}
	end := &tlsEnd{site: b.site, address: address}
	report, err := client.Scan(ctx, end.target(), originconn.ScanOptions{})
	if err != nil {
		return err
	}
	row.Connections = max(row.Connections, opened.Load())
	for _, limit := range report.Limits {
		if !slices.Contains(row.Limits, limit) {
			row.Limits = append(row.Limits, limit)
		}
	}
	if len(report.Spoken()) == 0 {
		return errors.New("no version was found, but the origin speaks two")
	}
	return nil
}

// program is a scanner that is another program, which takes the address last.
func program(path string, args ...string) func(context.Context, string, *scanRow) error {
	return func(ctx context.Context, address string, _ *scanRow) error {
		said, err := exec.CommandContext(ctx, path, append(slices.Clone(args), address)...).CombinedOutput()
		if err != nil {
			lines := strings.Split(strings.TrimSpace(string(said)), "\n")
			return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
		}
		return nil
	}
}
