package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// The subjects of the section about check.
const (
	nameCheck     = "edgesim check"
	nameCheckTen  = "edgesim check, 10 origins"
	nameCheckScan = "edgesim check --scan"
	nameTestSSL   = "testssl"
)

// checkReport is the section about check: the program as a person runs it, compared with
// other checkers, on one origin.
type checkReport struct {
	Origin string     `json:"origin"`
	Rows   []checkRow `json:"rows"`
}

// checkRow is how long a checker took at one distance. A process counts from its start.
type checkRow struct {
	Checker   string        `json:"checker"`
	RoundTrip time.Duration `json:"roundTripNanoseconds"`
	Median    time.Duration `json:"medianNanoseconds"`
	Slowest   time.Duration `json:"slowestNanoseconds"`
	// Ratio is the median time divided by that of edgesim check --scan, ConnectionRatio the
	// same for the connections.
	Ratio           float64 `json:"timeToScan"`
	Connections     int64   `json:"connections"`
	ConnectionRatio float64 `json:"connectionsToScan"`
	Runs            int     `json:"runs"`
}

// checker is one subject.
type checker struct {
	name    string
	origins int
	// runs limits how often it runs; slow ones run once.
	runs int
	// args returns its arguments for relays in front of the origin.
	args func(relays []*relay) []string
	path string
}

// checkers returns the installed ones.
func (b *bench) checkers() []checker {
	edgesim := func(more ...string) func([]*relay) []string {
		return func(relays []*relay) []string {
			args := append([]string{"check", "--origin-ca", b.site.caFile, "--path", bodyPath(1 << 10)}, more...)
			for i, r := range relays {
				port := strconv.Itoa(8001 + i)
				args = append(args, "--connect", originHost+":"+port+"="+r.address(), "https://"+originHost+":"+port)
			}
			return args
		}
	}
	all := []checker{
		{nameCheck, 1, 11, edgesim(), b.site.edgesim},
		{nameCheckTen, 10, 11, edgesim(), b.site.edgesim},
		{nameCheckScan, 1, 11, edgesim("--scan"), b.site.edgesim},
	}
	if path, ok := installed("openssl"); ok {
		all = append(all, checker{nameOpenSSL, 1, 11, func(r []*relay) []string {
			return []string{"s_client", "-servername", originHost, "-connect", r[0].address()}
		}, path})
	}
	if path, ok := installed("sslscan"); ok {
		all = append(all, checker{nameSSLScan, 1, 1, func(r []*relay) []string {
			return []string{"--no-colour", "--sni-name=" + originHost, r[0].address()}
		}, path})
	}
	if path, ok := installed("testssl"); ok {
		all = append(all, checker{nameTestSSL, 1, 1, func(r []*relay) []string {
			return []string{"--quiet", "--color", "0", "--warnings", "off", "-p", "-E", r[0].address()}
		}, path})
	}
	return all
}

// check measures the section.
func (b *bench) check(ctx context.Context) (*checkReport, error) {
	report := &checkReport{Origin: b.site.originKind}
	for _, distance := range []time.Duration{0, farAway} {
		var rows []checkRow
		for _, c := range b.checkers() {
			b.say("%s, %s away", c.name, distanceName(distance))
			row, err := b.checkOnce(ctx, c, distance)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			rows = append(rows, row)
		}
		for i := range rows {
			scan := rows[2] // edgesim check --scan
			rows[i].Ratio = float64(rows[i].Median) / float64(scan.Median)
			rows[i].ConnectionRatio = float64(rows[i].Connections) / float64(scan.Connections)
		}
		report.Rows = append(report.Rows, rows...)
	}
	return report, nil
}

// checkOnce runs one checker at one distance, through relays of its own, which count its
// connections.
func (b *bench) checkOnce(ctx context.Context, c checker, distance time.Duration) (checkRow, error) {
	row := checkRow{Checker: c.name, RoundTrip: distance}
	var relays []*relay
	defer func() {
		for _, r := range relays {
			r.close()
		}
	}()
	for range c.origins {
		r, err := openRelay(b.site.originAddress, distance)
		if err != nil {
			return row, err
		}
		relays = append(relays, r)
	}
	var times []float64
	for range c.runs {
		began := time.Now()
		said, err := exec.CommandContext(ctx, c.path, c.args(relays)...).CombinedOutput()
		took := time.Since(began)
		var ended *exec.ExitError
		if err != nil && !(errors.As(err, &ended) && c.name == nameTestSSL) { // its exit code is a grade
			return row, fmt.Errorf("%w: %s", err, strings.TrimSpace(string(said)))
		}
		row.Runs++
		row.Slowest = max(row.Slowest, took)
		times = append(times, float64(took))
	}
	row.Median = time.Duration(median(times))
	for _, r := range relays {
		row.Connections += r.opened.Load() / int64(row.Runs)
	}
	return row, nil
}

// print writes the section for people; nothing if it was not measured.
func (r *checkReport) print(p *printer) {
	if r == nil {
		return
	}
	p.line("")
	p.line("Checkers of one origin (%s), each a process from its start; x is the ratio to %s.", r.Origin, nameCheckScan)
	t := table{header: []string{"checker", "round trip", "median ms", "x", "slowest ms", "connections", "x", "runs"}, left: 1}
	for _, row := range r.Rows {
		t.add(row.Checker, distanceName(row.RoundTrip), milliseconds(row.Median), times(row.Ratio), milliseconds(row.Slowest),
			strconv.FormatInt(row.Connections, 10), times(row.ConnectionRatio), strconv.Itoa(row.Runs))
	}
	p.table(&t)
}

// judge compares the section with the targets: five round trips and 50 ms to start for one
// origin, at most two of them for ten, a second with a scan.
func (r *checkReport) judge() []target {
	if r == nil {
		return nil
	}
	const start = 50 * time.Millisecond
	var all []target
	var one time.Duration
	for _, row := range r.Rows {
		switch {
		case row.Checker == nameCheck && row.RoundTrip == 0:
			all = append(all, target{"check, loopback", "within 50 ms", milliseconds(row.Median) + " ms", row.Median <= start})
		case row.Checker == nameCheck:
			one = row.Median
			aim := 5*row.RoundTrip + start
			all = append(all, target{"check, " + row.RoundTrip.String(), "5 round trips and 50 ms", milliseconds(row.Median) + " ms", row.Median <= aim},
				target{"check, " + row.RoundTrip.String(), "1 connection", strconv.FormatInt(row.Connections, 10), row.Connections == 1})
		case row.Checker == nameCheckTen && row.RoundTrip > 0:
			all = append(all, target{"check of 10 origins, " + row.RoundTrip.String(), "no longer than 2", milliseconds(row.Median) + " ms", row.Median <= 2*one})
		case row.Checker == nameCheckScan && row.RoundTrip > 0:
			all = append(all, target{"check --scan, " + row.RoundTrip.String(), "within 1 s", milliseconds(row.Median) + " ms", row.Median <= time.Second})
		}
	}
	return all
}
