package main

import (
	"context"
	"os/exec"
	"runtime"
	"strings"
)

// environment describes what was measured on. Figures of different machines, or of
// different states of one, must not be compared.
type environment struct {
	Processor string `json:"processor"`
	Cores     int    `json:"cores"`
	System    string `json:"system"`
	Go        string `json:"go"`
	Origin    string `json:"origin"`
	Load      string `json:"load"`
	// Rounds and Seconds are those of the section about proxies; 0 without it.
	Rounds  int `json:"rounds,omitempty"`
	Seconds int `json:"secondsPerRun,omitempty"`
	// Versions are the versions of the installed programs.
	Versions map[string]string `json:"versions"`
	// Missing are the programs that are not installed.
	Missing []string `json:"missing,omitempty"`
	// Limits say what this system cannot measure.
	Limits []string `json:"limits,omitempty"`
}

// versionFlags are the peers and their version flags.
var versionFlags = []struct{ program, flag string }{{"nginx", "-v"}, {"haproxy", "-v"}, {"wrk", "-v"}, {"openssl", "version"}, {"sslscan", "--version"}}

func environmentOf(ctx context.Context, s *site, p *plan) environment {
	e := environment{
		Processor: processorName(), Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH,
		Go: runtime.Version(), Origin: s.originKind, Load: s.load.String(),
		Versions: map[string]string{},
	}
	if p.has(sectionProxy) {
		e.Rounds, e.Seconds = p.rounds, int(p.duration.Seconds())
	}
	for _, v := range versionFlags {
		path, ok := installed(v.program)
		if !ok {
			e.Missing = append(e.Missing, v.program)
			continue
		}
		// wrk exits with an error after printing its version.
		out, _ := exec.CommandContext(ctx, path, v.flag).CombinedOutput()
		e.Versions[v.program] = versionIn(string(out))
	}
	if runtime.GOOS != "linux" {
		e.Limits = append(e.Limits, errNoUsage.Error())
	}
	return e
}

// versionIn finds the first word with a digit and a dot in a program's output, without a
// preceding name.
func versionIn(said string) string {
	for word := range strings.FieldsSeq(said) {
		if _, after, ok := strings.Cut(word, "/"); ok {
			word = after
		}
		if strings.ContainsAny(word, "0123456789") && strings.Contains(word, ".") {
			return word
		}
	}
	return "unknown"
}

func (e *environment) print(p *printer) {
	p.line("%s, %d cores, %s, %s", e.Processor, e.Cores, e.System, e.Go)
	var all []string
	for _, v := range versionFlags {
		if version, ok := e.Versions[v.program]; ok {
			all = append(all, v.program+" "+version)
		}
	}
	if len(all) > 0 {
		p.line("%s", strings.Join(all, ", "))
	}
	if len(e.Missing) > 0 {
		p.line("not installed: %s", strings.Join(e.Missing, ", "))
	}
	if e.Rounds > 0 {
		p.line("origin: %s, HTTPS, kept alive; load: %s; %d rounds of %d s each", e.Origin, e.Load, e.Rounds, e.Seconds)
	}
	for _, limit := range e.Limits {
		p.line("limit: %s", limit)
	}
}
