package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// plan is what to measure, from the flags.
type plan struct {
	sections []string // names; empty means all
	cells    []cell
	subjects []string // names; empty means all available
	rounds   int
	duration time.Duration
	starts   int // cold starts of each kind
	requests int // requests of the allocation count
	load     string
	edgesim  string // path of the binary
	json     string // file to write, or ""
	// tlsRounds and tlsTurn are the rounds of the TLS section and the length of each
	// subject's turn.
	tlsRounds int
	tlsTurn   time.Duration
	exchanges int // in the store of the record section
	keys      int // distinct keys of the cache section
	burst     int // new viewers per second in the burst section
	// pgEdges record pgRate exchanges per second in total, for pgTime.
	pgEdges, pgRate int
	pgTime          time.Duration
}

// The sections of the report.
const (
	sectionProxy     = "proxy"
	sectionTLS       = "tls"
	sectionCheck     = "check"     // measured only when named: other checkers take their time
	sectionRecord    = "record"    // measured only when named: a million exchanges take theirs
	sectionFunctions = "functions" // measured only when named
	sectionBurst     = "burst"     // measured only when named
	sectionPostgres  = "postgres"  // measured only when named
	sectionCache     = "cache"     // measured only when named: ten million keys take theirs
)

// has reports whether a section was requested.
func (p *plan) has(section string) bool {
	return len(p.sections) == 0 || slices.Contains(p.sections, section)
}

// named reports whether a section was requested by name.
func (p *plan) named(section string) bool { return slices.Contains(p.sections, section) }

// cell is one field of the matrix.
type cell struct {
	Body        int `json:"bodyBytes"`
	Connections int `json:"connections"`
}

// String returns the cell's name in the report.
func (c cell) String() string { return fmt.Sprintf("%s, c=%d", sizeName(c.Body), c.Connections) }

// The matrix of the issue, and the three cells of -quick, two of which have targets.
var (
	allBodies      = []int{1 << 10, 64 << 10, 1 << 20}
	allConnections = []int{1, 16, 64, 256}
	quickCells     = []cell{{1 << 10, 64}, {64 << 10, 64}, {1 << 20, 16}}
)

// errHelp means that the flags were explained or wrong; the flag package has already
// printed everything.
var errHelp = errors.New("usage")

// parsePlan reads the flags.
func parsePlan(args []string, stderr io.Writer) (*plan, error) {
	p := &plan{}
	var bodies, connections, subjects, sections string
	var quick bool
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(stderr)
	f.BoolVar(&quick, "quick", false, "three cells and three rounds of TLS only, a minute and a half")
	f.StringVar(&sections, "sections", "", "what is measured: any of proxy, tls, check, record, cache, functions, burst, postgres (default: proxy and tls)")
	f.StringVar(&bodies, "bodies", "", "body sizes in bytes: any of 1024, 65536, 1048576 (default: all)")
	f.StringVar(&connections, "connections", "", "numbers of connections, e.g. 1,64 (default: 1,16,64,256)")
	f.StringVar(&subjects, "subjects", "", "who takes part beside std: any of direct, edgesim, nginx, haproxy (default: all there are)")
	f.IntVar(&p.rounds, "rounds", 3, "rounds for each cell; the medians over them are printed")
	f.DurationVar(&p.duration, "duration", time.Second, "how long one run lasts, whole seconds")
	f.IntVar(&p.starts, "starts", 11, "cold starts of each kind; 0 leaves them out")
	f.IntVar(&p.requests, "requests", 5000, "requests for the count of allocations; 0 leaves it out")
	f.IntVar(&p.tlsRounds, "tls-rounds", 0, "rounds of the TLS section (default: 11, with -quick 3)")
	f.DurationVar(&p.tlsTurn, "tls-turn", 120*time.Millisecond, "how long a subject works in one round of the TLS section")
	f.IntVar(&p.exchanges, "exchanges", 0, "exchanges in the store of the record section (default: 1000000, with -quick 100000)")
	f.IntVar(&p.pgEdges, "pg-edges", 100, "edges of the postgres section")
	f.IntVar(&p.pgRate, "pg-rate", 20_000, "exchanges a second that they record, all together")
	f.DurationVar(&p.pgTime, "pg-time", 15*time.Second, "for how long they record")
	f.IntVar(&p.keys, "keys", 10_000_000, "distinct keys of the cache section; 0 leaves them out")
	f.IntVar(&p.burst, "burst", 2000, "new TLS viewers a second of the burst section")
	f.StringVar(&p.load, "load", "", "who makes the load: wrk or own (default: wrk where it is installed)")
	f.StringVar(&p.edgesim, "edgesim", "bin/edgesim", "the program under test; make build makes it")
	f.StringVar(&p.json, "json", "", "write the report to this file, too")
	if err := f.Parse(args); err != nil {
		return nil, errHelp
	}
	if f.NArg() > 0 {
		return nil, fmt.Errorf("no argument is taken, %q was given", f.Args())
	}
	if subjects != "" {
		p.subjects = append(strings.Split(subjects, ","), nameStd)
	}
	if sections != "" {
		p.sections = strings.Split(sections, ",")
	}
	if p.tlsRounds == 0 {
		p.tlsRounds = 11
		if quick {
			p.tlsRounds = 3
		}
	}
	if p.exchanges == 0 {
		p.exchanges = 1_000_000
		if quick {
			p.exchanges = 100_000
		}
	}
	var err error
	if p.cells, err = cellsOf(quick, bodies, connections); err != nil {
		return nil, err
	}
	return p, p.check()
}

// check rejects what cannot be measured.
func (p *plan) check() error {
	for _, name := range p.subjects {
		if !slices.ContainsFunc(subjects, func(s subject) bool { return s.name == name }) {
			return fmt.Errorf("-subjects: there is no %q", name)
		}
	}
	for _, name := range p.sections {
		if name != sectionProxy && name != sectionTLS && name != sectionCheck && name != sectionRecord && name != sectionCache && name != sectionFunctions && name != sectionBurst && name != sectionPostgres {
			return fmt.Errorf("-sections: %q is none of proxy, tls, check, record, cache, functions, burst, postgres", name)
		}
	}
	switch {
	case p.exchanges < 1000 || p.exchanges > 100_000_000:
		return fmt.Errorf("-exchanges %d is not from 1000 to 100000000", p.exchanges)
	case p.pgEdges < 1 || p.pgEdges > 400 || p.pgRate < 1 || p.pgTime < time.Second:
		return errors.New("-pg-edges is not from 1 to 400, -pg-rate below 1 or -pg-time below 1s")
	case p.tlsRounds < 1 || p.tlsRounds > 100:
		return fmt.Errorf("-tls-rounds %d is not from 1 to 100", p.tlsRounds)
	case p.tlsTurn < time.Millisecond || p.tlsTurn > time.Minute:
		return fmt.Errorf("-tls-turn %s is not from 1ms to 1m", p.tlsTurn)
	case p.rounds < 1 || p.rounds > 100:
		return fmt.Errorf("-rounds %d is not from 1 to 100", p.rounds)
	case p.duration < time.Second || p.duration%time.Second != 0:
		return fmt.Errorf("-duration %s is not a number of whole seconds", p.duration)
	case p.burst < 1 || p.burst > 100_000:
		return fmt.Errorf("-burst %d is not from 1 to 100000", p.burst)
	case p.starts < 0 || p.requests < 0 || p.keys < 0:
		return errors.New("-starts, -requests and -keys are not below 0")
	case p.load != "" && p.load != "wrk" && p.load != "own":
		return fmt.Errorf("-load %q is neither wrk nor own", p.load)
	}
	return nil
}

// takesPart reports whether a subject was requested.
func (p *plan) takesPart(name string) bool {
	return len(p.subjects) == 0 || slices.Contains(p.subjects, name)
}

// cellsOf makes the matrix.
func cellsOf(quick bool, bodies, connections string) ([]cell, error) {
	if quick && bodies == "" && connections == "" {
		return quickCells, nil
	}
	b, err := numbers("bodies", bodies, allBodies)
	if err != nil {
		return nil, err
	}
	c, err := numbers("connections", connections, allConnections)
	if err != nil {
		return nil, err
	}
	var cells []cell
	for _, body := range b {
		if !slices.Contains(allBodies, body) {
			return nil, fmt.Errorf("-bodies: %d is none of 1024, 65536, 1048576", body)
		}
		for _, n := range c {
			if n < 1 || n > 1000 {
				return nil, fmt.Errorf("-connections: %d is not from 1 to 1000", n)
			}
			cells = append(cells, cell{body, n})
		}
	}
	return cells, nil
}

// numbers parses a list of numbers, or returns the default.
func numbers(flag, text string, fallback []int) ([]int, error) {
	if text == "" {
		return fallback, nil
	}
	var list []int
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return nil, fmt.Errorf("-%s: %q is not a number", flag, part)
		}
		list = append(list, n)
	}
	return list, nil
}

// sizeName formats a body size for people.
func sizeName(bytes int) string {
	if bytes >= 1<<20 {
		return fmt.Sprintf("%d MiB", bytes>>20)
	}
	return fmt.Sprintf("%d KiB", bytes>>10)
}
