package main

import (
	"io"
	"strings"
	"testing"
	"time"
)

func TestParsePlan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		args  string
		cells int    // how many
		want  string // part of the error; "" if there is none
	}{
		{"", 12, ""},
		{"-quick", 3, ""},
		{"-bodies 1024,1048576 -connections 16", 2, ""},
		{"-quick -connections 1", 3, ""},
		{"-subjects edgesim,nginx", 12, ""},
		{"-bodies 1000", 0, "none of 1024"},
		{"-connections 0", 0, "not from 1 to 1000"},
		{"-connections many", 0, "not a number"},
		{"-subjects caddy", 0, `no "caddy"`},
		{"-rounds 0", 0, "not from 1 to 100"},
		{"-duration 1500ms", 0, "whole seconds"},
		{"-load ab", 0, "neither wrk nor own"},
		{"-sections tls", 12, ""},
		{"-sections proxy,tls -tls-rounds 3 -tls-turn 10ms", 12, ""},
		{"-sections check", 12, ""},
		{"-sections dns", 0, "none of proxy, tls, check"},
		{"-tls-rounds -1", 0, "not from 1 to 100"},
		{"-tls-turn 0s", 0, "not from 1ms to 1m"},
		{"-starts -1", 0, "not below 0"},
		{"quick", 0, "no argument"},
		{"-nonsense", 0, "usage"},
	}
	for _, test := range tests {
		p, err := parsePlan(strings.Fields(test.args), io.Discard)
		switch {
		case test.want != "":
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q: got error %v, want %q", test.args, err, test.want)
			}
		case err != nil:
			t.Errorf("%q: %v", test.args, err)
		case len(p.cells) != test.cells:
			t.Errorf("%q: got %d cells, want %d", test.args, len(p.cells), test.cells)
		case !p.takesPart(nameStd):
			t.Errorf("%q: std is left out, nothing could be compared", test.args)
		}
	}
}

// TestTLSTakesLessThanAMinute adds up the turns: four cells of handshakes with
// four subjects at most, and as many of requests.
func TestTLSTakesLessThanAMinute(t *testing.T) {
	t.Parallel()
	p, err := parsePlan(nil, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if total := 8 * 4 * time.Duration(p.tlsRounds) * p.tlsTurn; total > 50*time.Second {
		t.Errorf("the turns alone take %s", total)
	}
}

// TestDefaultTakesFourMinutes adds up the least time it takes: the runs and warm-ups of
// five subjects.
func TestDefaultTakesFourMinutes(t *testing.T) {
	t.Parallel()
	for args, limit := range map[string]time.Duration{"": 4 * time.Minute, "-quick": time.Minute} {
		p, err := parsePlan(strings.Fields(args), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		each := time.Duration(len(subjects)) * (warmUp + time.Duration(p.rounds)*p.duration)
		if total := time.Duration(len(p.cells)) * each; total > limit {
			t.Errorf("%q: the runs alone take %s, more than %s", args, total, limit)
		}
	}
}
