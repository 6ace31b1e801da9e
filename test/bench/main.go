package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if ranAsChild() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the program at once
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	interrupted := ctx.Err() != nil
	stop()
	switch {
	case err == nil:
	case errors.Is(err, errHelp):
		os.Exit(2)
	case interrupted:
		fmt.Fprintln(os.Stderr, "bench: interrupted; nothing is left running")
		os.Exit(130)
	default:
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(2)
	}
}

// run is the program: it measures, prints the report on stdout, and its progress on stderr.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	p, err := parsePlan(args, stderr)
	if err != nil {
		return err
	}
	site, err := openSite(ctx, p)
	if err != nil {
		return err
	}
	defer site.close()

	b := &bench{plan: p, site: site, progress: stderr}
	report := &report{Environment: environmentOf(ctx, site, p)}
	if p.has(sectionTLS) {
		if report.TLS, err = b.tls(ctx); err != nil {
			return err
		}
	}
	if p.has(sectionProxy) {
		if err := b.proxies(ctx, report); err != nil {
			return err
		}
	}
	if p.named(sectionCheck) {
		if report.Check, err = b.check(ctx); err != nil {
			return err
		}
	}
	if p.named(sectionRecord) {
		if report.Record, err = b.records(ctx); err != nil {
			return err
		}
	}
	if p.named(sectionCache) {
		if report.Cache, err = b.caches(ctx); err != nil {
			return err
		}
	}
	if p.named(sectionFunctions) {
		if report.Functions, err = b.functions(ctx); err != nil {
			return err
		}
	}
	if p.named(sectionBurst) {
		if report.Burst, err = b.bursts(ctx); err != nil {
			return err
		}
	}
	if p.named(sectionPostgres) {
		if report.Postgres, err = b.postgres(ctx); err != nil {
			return err
		}
	}
	report.Targets = judge(report)
	if p.json != "" {
		if err := report.writeJSON(p.json); err != nil {
			return err
		}
	}
	return report.writeText(stdout)
}

// proxies measures the section about proxies.
func (b *bench) proxies(ctx context.Context, r *report) error {
	var err error
	if r.Cells, err = b.cells(ctx); err != nil {
		return err
	}
	if r.Allocations, err = b.allocations(ctx); err != nil {
		return err
	}
	r.ColdStarts, err = b.coldStarts(ctx)
	return err
}

// bench is one run of the program.
type bench struct {
	plan     *plan
	site     *site
	progress io.Writer
}

// say prints progress for the person waiting.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.progress, "bench: "+format+"\n", args...)
}
