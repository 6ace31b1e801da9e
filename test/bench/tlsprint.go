package main

import (
	"fmt"
	"strconv"
	"time"
)

// print writes the section for people; nothing if it was not measured.
func (r *tlsReport) print(p *printer) {
	if r == nil {
		return
	}
	p.line("")
	p.line("TLS toward the origin (%s): one connection at a time, %d rounds, %s each. Medians; \"x\" is the median of the", r.Origin, r.Rounds, r.Turn)
	p.line("rounds' ratios to std, which is crypto/tls with the same versions, suites and groups, and the chain verified. CPU is")
	p.line("that of the client alone. The legacy road is internal/tlslegacy with the chain judged as on the first road.")
	p.line("")
	r.printHandshakes(p)
	p.line("edgesim does not resume origin sessions: whether CloudFront does is not documented (CF-TLS-26).")
	p.line("")
	r.printRequests(p)
	p.line("")
	r.printScans(p)
}

func (r *tlsReport) printHandshakes(p *printer) {
	t := table{header: []string{"key", "version", "handshakes", "agreed", "per s", "x", "CPU µs", "x", "errors"}, left: 4}
	for i, c := range r.Handshakes {
		if i > 0 {
			t.add()
		}
		for _, f := range c.Subjects {
			t.add(append([]string{c.Certificate, c.Version}, f.cells()...)...)
		}
	}
	p.table(&t)
}

func (r *tlsReport) printRequests(p *printer) {
	p.line("Requests over one connection kept alive. On std and on the legacy road the bench itself asks, so that TLS is the only")
	p.line("difference; the first road is edgesim's whole client, as http.Transport is the standard library's.")
	t := table{header: []string{"body", "version", "requests", "agreed", "per s", "x", "CPU µs", "x", "errors"}, left: 4}
	for i, c := range r.Requests {
		if i > 0 {
			t.add()
		}
		for _, f := range c.Subjects {
			t.add(append([]string{sizeName(c.Body), c.Version}, f.cells()...)...)
		}
	}
	p.table(&t)
}

// cells returns the columns that both tables share.
func (f *tlsFigures) cells() []string {
	return []string{f.Subject, f.Agreed, number(f.Rate, 0), times(f.RateRatio), number(f.CPU, 0), times(f.CPURatio), failures(f.Errors)}
}

func (r *tlsReport) printScans(p *printer) {
	p.line("Scans. Opening a connection counts as a round trip. Other programs count from the start of their process.")
	t := table{header: []string{"scanner", "key", "round trip", "median ms", "slowest ms", "connections", "runs"}, left: 2}
	for _, s := range r.Scans {
		connections := "-"
		if s.Connections > 0 {
			connections = strconv.FormatInt(s.Connections, 10)
		}
		t.add(s.Scanner, s.Certificate, distanceName(s.RoundTrip), milliseconds(s.Median), milliseconds(s.Slowest), connections, strconv.Itoa(s.Runs))
	}
	p.table(&t)
	for _, s := range r.Scans {
		for _, limit := range s.Limits {
			p.line("! %s, %s, %s: %s", s.Scanner, s.Certificate, distanceName(s.RoundTrip), limit)
		}
	}
}

// distanceName formats a round trip for people.
func distanceName(roundTrip time.Duration) string {
	if roundTrip == 0 {
		return "loopback"
	}
	return roundTrip.String()
}

// The targets of the section.
const (
	firstRoadShare  = 0.90 // of the rate of std
	legacyRoadShare = 0.50
	scanNear        = 60 * time.Millisecond
	scanFar         = 500 * time.Millisecond
	scanConnections = 40
)

// judge compares the section with the targets.
func (r *tlsReport) judge() []target {
	if r == nil {
		return nil
	}
	var all []target
	rate := func(what string, f tlsFigures, share float64) {
		all = append(all, target{
			f.Subject + ", " + what, fmt.Sprintf("at least %.2f x std", share), fmt.Sprintf("%.2f x", f.RateRatio), f.RateRatio >= share && f.Errors == 0,
		})
	}
	for _, c := range r.Handshakes {
		for _, f := range c.Subjects {
			what := fmt.Sprintf("handshakes, %s, %s", c.Certificate, c.Version)
			switch f.Subject {
			case nameFirst:
				rate(what, f, firstRoadShare)
			case nameLegacy:
				rate(what, f, legacyRoadShare)
			}
		}
	}
	for _, c := range r.Requests {
		for _, f := range c.Subjects {
			if f.Subject == nameLegacy && c.Body == 1<<20 {
				rate("bodies of "+sizeName(c.Body)+", "+c.Version, f, legacyRoadShare)
			}
		}
	}
	for _, s := range r.Scans {
		if s.Scanner == nameScan {
			all = append(all, s.judge()...)
		}
	}
	return all
}

// judge compares edgesim's scan with the targets. An incomplete scan does not count.
func (s *scanRow) judge() []target {
	limit, wanted := scanNear, "within 60 ms"
	if s.RoundTrip > 0 {
		limit, wanted = scanFar, "within 500 ms"
	}
	where := fmt.Sprintf("scan, %s, %s", s.Certificate, distanceName(s.RoundTrip))
	return []target{
		{where, wanted, fmt.Sprintf("%s ms, slowest %s", milliseconds(s.Median), milliseconds(s.Slowest)), s.Median <= limit && len(s.Limits) == 0},
		{where, fmt.Sprintf("at most %d connections", scanConnections), strconv.FormatInt(s.Connections, 10), s.Connections <= scanConnections},
	}
}
