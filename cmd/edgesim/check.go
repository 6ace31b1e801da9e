package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/ingest"
)

func (p *program) checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "check whether CloudFront can reach your origins; report the failing rule and the fix",
		ArgsUsage: "[CONFIG | URL …] [PATH …]",
		Description: "Runs the same code as serve, once per behavior, origin, viewer protocol and Host. A URL is judged\n" +
			"as one custom origin with all other settings at their API defaults; its path is requested.\n" +
			"Only GET (or HEAD) requests are sent, by default for the behavior's path pattern without its\n" +
			"wildcards, e.g. /api/ for /api/*. After a failure, check tries whether another setting works.\n\n" +
			"check warns of a certificate with less than 14 days and less than a third of its lifetime left.\n" +
			"A 5xx from the origin is a warning, a 4xx only if you gave the path in the URL or with --path.\n" +
			"If GITHUB_ACTIONS is true, annotations also go to standard error, whatever the format.\n" +
			"Exit codes: 0 all pass, 1 a rule failed, 2 usage error or unreadable input, 3 undecided.\n\n" +
			"Examples:\n" +
			"  edgesim check https://www.example.com\n" +
			"  edgesim check dist-config.json --format junit > edgesim.xml\n" +
			"  aws cloudfront get-distribution-config --id E123 | edgesim check -\n" +
			"  edgesim check https://www.example.com --scan\n" +
			"  edgesim check --elb-policy all --origin-ssl-protocols TLSv1.2\n" +
			"  edgesim check --live https://d111111abcdef8.cloudfront.net dist-config.json / /index.html",
		Flags:  append(checkFlags(), originFlags()...),
		Action: p.check,
	}
}

func checkFlags() []cli.Flag {
	const category = "Check:"
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Value: "text", Usage: "`FORMAT` of the report: text, json, junit or sarif", Category: category},
		&cli.StringFlag{Name: "host", Usage: "send requests for this viewer Host `NAME` (default: if Host is forwarded, every alias and the distribution's own name)", Category: category},
		&cli.StringFlag{Name: "path", Usage: "request this `PATH` (default: the behavior's path pattern without wildcards)", Category: category},
		&cli.StringFlag{Name: "method", Value: "GET", Usage: "send requests with `METHOD`: GET or HEAD", Category: category},
		&cli.BoolFlag{Name: "handshake-only", Usage: "stop after the TLS handshake; send no request", Category: category},
		&cli.BoolFlag{Name: "scan", Usage: "find out everything the origin's TLS accepts, and compare with what CloudFront offers", Category: category},
		&cli.StringFlag{Name: "elb-policy", Usage: "judge the ELB security policy `NAME`, or all of them, without contacting an origin", Category: category},
		&cli.StringFlag{Name: "live", Usage: "compare with the real distribution at `URL`: CONFIG, then the paths to request; nothing else contacts CloudFront", Category: category},
		&cli.StringFlag{Name: "save", Usage: "with --live: save each pair of responses as a case file in `DIR`", Category: category},
		&cli.StringFlag{Name: "fail-on", Value: "fail", Usage: "exit with code 1 at this `VERDICT` or worse: fail or warn", Category: category},
		&cli.BoolFlag{Name: "verbose", Usage: "with text: print every rule with its verdict", Category: category},
	}
}

func (p *program) check(c *cli.Context) error {
	if c.IsSet("elb-policy") {
		return p.checkELB(c)
	}
	if c.IsSet("live") {
		return p.checkLive(c)
	}
	if c.IsSet("save") {
		return usage{err: errors.New("--save goes with --live")}
	}
	print, err := p.reportPrinter(c)
	if err != nil {
		return err
	}
	cfg, closeAll, err := p.checkConfig(c)
	if err != nil {
		return p.nothingChecked(c, print, err)
	}
	defer closeAll()
	waiting := p.watch(&cfg)
	report, err := check.Run(c.Context, cfg)
	waiting.end()
	if errors.Is(err, context.Canceled) {
		p.out.note("stopped before the verdict")
		return concluded(exitUndecided)
	}
	if err != nil {
		return err
	}
	report.Version = version().Version
	if err := print(report); err != nil {
		return err
	}
	p.labHints(report)
	if os.Getenv("GITHUB_ACTIONS") == "true" {
		if err := report.WriteAnnotations(p.out.stderr); err != nil {
			return err
		}
	}
	if code := exitCode(report, c.String("fail-on")); code != exitFine {
		return concluded(code)
	}
	return nil
}

// exitCode returns the exit code for a report.
func exitCode(r *check.Report, failOn string) int {
	switch {
	case r.Count.Fail > 0, failOn == "warn" && r.Count.Warn > 0:
		return exitFailed
	case r.Count.Undecided > 0:
		return exitUndecided
	}
	return exitFine
}

// checkConfig reads the arguments and flags. The caller must call closeAll.
func (p *program) checkConfig(c *cli.Context) (cfg check.Config, closeAll func(), err error) {
	cfg = check.Config{
		Host: c.String("host"), Path: c.String("path"), Method: c.String("method"),
		HandshakeOnly: c.Bool("handshake-only"), Scan: c.Bool("scan"),
	}
	switch {
	case !slices.Contains([]string{"GET", "HEAD"}, cfg.Method):
		return cfg, nil, usage{err: fmt.Errorf("--method %q is neither GET nor HEAD: check sends nothing that could change an origin", cfg.Method)}
	case cfg.Path != "" && !strings.HasPrefix(cfg.Path, "/"):
		return cfg, nil, usage{err: fmt.Errorf("--path %q does not begin with /", cfg.Path)}
	case !slices.Contains([]string{"fail", "warn"}, c.String("fail-on")):
		return cfg, nil, usage{err: fmt.Errorf("--fail-on %q is neither fail nor warn", c.String("fail-on"))}
	}
	all, err := p.readSubjects(c)
	if err != nil {
		return cfg, nil, err
	}
	var opened []io.Closer
	closeAll = func() {
		for _, c := range slices.Backward(opened) { // clients before their logs
			c.Close()
		}
	}
	var settings []*settings
	for _, s := range all {
		folders, err := s.settings.openFolders()
		if err != nil {
			closeAll()
			return cfg, nil, err
		}
		opened = append(opened, folders)
		client := newClient(s.settings)
		if file := s.settings.keyLog; file != "" {
			log, err := keyLogFile(file)
			if err != nil {
				closeAll()
				return cfg, nil, err
			}
			client.KeyLog, opened = log, append(opened, log)
		}
		client.ExplainWithin, client.MaxExplanations = explainFully, check.DefaultParallel
		opened, settings = append(opened, client), append(settings, s.settings)
		cfg.Subjects = append(cfg.Subjects, check.Subject{Name: s.name, Path: s.path, Edge: newEdge(s.settings, client, nil)})
		if at := s.settings.at; !at.IsZero() {
			cfg.Now = func() time.Time { return at }
		}
	}
	p.remarks(settings...)
	p.noticesOf(all)
	return cfg, closeAll, nil
}

// noticesOf prints the notices of the subjects' readers, each once. Inferred defaults are
// only in the report.
func (p *program) noticesOf(all []subject) {
	var lines repeated
	for _, s := range all {
		var told []distribution.Notice
		for _, n := range s.settings.distribution.Notices {
			if n.Kind == distribution.NoticeInferred || n.Loopback && p.watched { // whoever typed localhost at a terminal knows
				continue
			}
			if strings.Contains(s.name, "://") { // the URL is all there is to point to
				n.Path = ""
			}
			told = append(told, n)
		}
		for _, line := range distribution.NoticeLines(told) {
			lines.add(line, s.name)
		}
	}
	for _, line := range lines.order {
		of := lines.said[line]
		more := ""
		if n := len(of) - 1; n > 0 {
			more = fmt.Sprintf(" and %d more", n)
		}
		p.out.note("%s%s: %s", of[0], more, line)
	}
}

// explainFully makes a check wait until a refusal is explained, as no viewer is waiting
// meanwhile.
const explainFully = 20 * time.Second

// subject is an argument of check with its settings.
type subject struct {
	name, path string
	settings   *settings
}

// readSubjects reads every CONFIG and URL, and --origin.
func (p *program) readSubjects(c *cli.Context) ([]subject, error) {
	args := c.Args().Slice()
	if origin := c.String("origin"); origin != "" {
		args = append([]string{origin}, args...)
	}
	if len(args) == 0 {
		return nil, usage{err: errors.New("no CONFIG and no URL was given"),
			hint: "edgesim check https://www.example.com\nedgesim check dist-config.json"}
	}
	var all []subject
	for _, arg := range args {
		s := subject{name: arg}
		result, err := p.readSubject(c, &s)
		if err != nil {
			return nil, usage{err: err, hint: schemeHint(arg)}
		}
		for _, one := range eachDistribution(result, c.IsSet("distribution")) {
			s := s
			if s.settings, err = p.merge(c, one); err != nil {
				return nil, err
			}
			if d := one.Distribution; len(result.Distributions) > 1 && cmp.Or(d.Name, d.ID) != "" {
				s.name += " " + cmp.Or(d.Name, d.ID)
			}
			all = append(all, s)
		}
	}
	return all, nil
}

// eachDistribution returns what was read, once for each distribution, or only for the
// chosen one.
func eachDistribution(result *ingest.Result, chosen bool) []*ingest.Result {
	if chosen || len(result.Distributions) < 2 {
		return []*ingest.Result{result}
	}
	var all []*ingest.Result
	for _, d := range result.Distributions {
		one := *result
		one.Distribution = d
		all = append(all, &one)
	}
	return all
}

// schemeHint returns the URL that was probably meant if a host was given and no such file
// exists; "" for what looks like a file.
func schemeHint(arg string) string {
	if _, err := os.Stat(arg); err == nil || strings.Contains(arg, "://") {
		return ""
	}
	u, err := url.Parse("https://" + arg)
	if err != nil || u.Hostname() != "localhost" && !strings.Contains(strings.Trim(u.Hostname(), "."), ".") {
		return ""
	}
	if slices.Contains([]string{".json", ".yaml", ".yml", ".txt", ".md", ".toml", ".tf", ".tfstate", ".template"}, strings.ToLower(filepath.Ext(arg))) {
		return ""
	}
	return "a URL begins with its scheme: edgesim check https://" + arg
}

// readSubject reads one argument. The path of a URL is the one to request.
func (p *program) readSubject(c *cli.Context, s *subject) (*ingest.Result, error) {
	if !strings.Contains(s.name, "://") {
		return p.fromFile(c, s.name)
	}
	origin, named := s.name, "the URL" // may contain a password
	if u, err := url.Parse(origin); err == nil && u.User == nil && u.Host != "" {
		s.path = u.EscapedPath()
		if u.RawQuery != "" {
			s.path = "/" + strings.TrimPrefix(s.path, "/") + "?" + u.RawQuery
		}
		origin = u.Scheme + "://" + u.Host
		named = origin
	}
	result, err := fromOrigin(c, origin)
	var rejected *distribution.InvalidError
	if errors.As(err, &rejected) { // the flag was not typed
		for i := range rejected.Problems {
			if at := &rejected.Problems[i].Path; *at == "--origin" && c.String("origin") == "" {
				*at = named
			}
		}
	}
	return result, err
}
