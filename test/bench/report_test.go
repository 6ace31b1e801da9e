package main

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestTable(t *testing.T) {
	t.Parallel()
	table := table{header: []string{"who", "µs", "x"}, left: 1}
	table.add("std", "80.4", "1.00")
	table.add()
	table.add("edgesim", "5", "-")
	const want = "" +
		"who        µs     x\n" +
		"std      80.4  1.00\n" +
		"\n" +
		"edgesim     5     -\n"
	if got := table.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// exampleReport has one of everything.
func exampleReport() *report {
	r := &report{
		Environment: environment{Processor: "A CPU", Cores: 2, Go: "go1", Origin: "nginx", Load: "wrk", Missing: []string{"haproxy"},
			Versions: map[string]string{"nginx": "1.22.1"}, Limits: []string{errNoUsage.Error()}},
		Cells: []cellResult{{cell{1 << 10, 64}, []figures{
			{Subject: nameStd, Rate: 100, RateRatio: 1, P99: time.Millisecond, P99Ratio: 1},
			{Subject: nameEdgesim, Rate: 150, RateRatio: 1.5, P99: time.Millisecond, P99Ratio: 1, Errors: 7},
		}}},
		Allocations: []allocation{{Subject: nameStd, Body: 1 << 10, Count: 86.5, CountRatio: 1}},
		ColdStarts:  []coldStart{{State: stateEmpty, Ready: time.Millisecond, Answered: 12 * time.Millisecond, Starts: 3}},
	}
	r.Targets = judge(r)
	return r
}

func TestReportText(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := exampleReport().writeText(&out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A CPU", "nginx 1.22.1", "not installed: haproxy", "limit: CPU", "! 7", "86.5", "12.00", "within 50 ms", "met"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not have %q:\n%s", want, &out)
		}
	}
	if err := exampleReport().writeText(broken{}); !errors.Is(err, errBroken) {
		t.Errorf("writing to a broken pipe: got %v", err)
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestReportJSON(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "report.json")
	if err := exampleReport().writeJSON(file); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Cells []struct {
			BodyBytes, Connections int
			Subjects               []struct{ RequestsPerSecondToStd float64 }
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Cells) != 1 || got.Cells[0].BodyBytes != 1024 || got.Cells[0].Subjects[1].RequestsPerSecondToStd != 1.5 {
		t.Errorf("got %+v from\n%s", got, data)
	}
}

func TestVersionIn(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]string{
		"nginx version: nginx/1.22.1\n":                                "1.22.1",
		"HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://x/\n":   "2.6.12-1+deb12u4",
		"wrk debian/4.1.0-3+b2 [epoll] Copyright (C) 2012 Will Glozer": "4.1.0-3+b2",
		"": "unknown",
	} {
		if got := versionIn(said); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
}
