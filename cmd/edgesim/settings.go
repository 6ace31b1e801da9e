package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/sigv4"
	"github.com/edgesim/edgesim/internal/standin"
	"github.com/edgesim/edgesim/internal/when"
	"github.com/edgesim/edgesim/policy"
)

// settings are what a command works with: the configuration file, the overlay and the
// flags, merged and checked. Flags take precedence over the overlay.
type settings struct {
	distribution *distribution.Distribution
	// result is what was read, and reread reads it again; nil if that is impossible.
	result *ingest.Result
	reread func() (*ingest.Result, error)
	// watch rereads the configuration when a file changes.
	watch bool
	// connect maps an origin's domain, in lower case, to where it is reached, or to a
	// folder; folders serves the latter once they are open.
	connect map[string]string
	folders *standin.Folders
	// trust are the CAs of --origin-ca.
	trust    []*x509.Certificate
	snapshot policy.Snapshot
	// clock is the edge's clock.
	clock edge.Clock
	// clientCertificates are the certificates for origin mTLS, by origin id.
	clientCertificates map[string]*tls.Certificate
	strict             policy.Strictness
	hostOnly           bool
	// functions are the distribution's edge functions, which hold processes.
	functions *functions.Set
	// functionsOf makes those of another or a changed distribution.
	functionsOf func(*distribution.Distribution, *ingest.Overlay) (*functions.Set, error)
	// certificateForAll is the certificate for every origin; nil if ids are given.
	certificateForAll *tls.Certificate
	// geography holds the values of the CloudFront-Viewer-* headers that require AWS.
	geography map[string]string
	// credentials sign requests to origins, by the id of the access control.
	credentials map[string]sigv4.Credentials
	// keyLog is the file for TLS secrets; "" for none.
	keyLog string
	// faults are the faults on demand, which the API can change while serving.
	faults *faults.Set
	// at is when certificates are judged; zero means now.
	at time.Time

	listen, listenTLS, inspect string
	inspectHosts               []string
	replay                     replaying
	keeping                    keeping
	bodyLimit                  int
	faithful                   bool
	forwardOthers              bool
	cache                      edge.CacheConfig
	state                      string
	caFile                     string
	readyFile                  string
}

// now returns the time for judging certificates: that of --at, or the real one, plus how
// far the edge's clock has been moved ahead.
func (s *settings) now() time.Time {
	if s.at.IsZero() {
		return s.clock.Now()
	}
	return s.at.Add(s.clock.Ahead())
}

// read merges the command's file, overlay and flags.
func (p *program) read(c *cli.Context) (*settings, error) {
	result, err := p.ingest(c)
	if err != nil {
		return nil, usage{err: err}
	}
	s, err := p.merge(c, result)
	if err != nil {
		return nil, err
	}
	s.result = result
	if c.String("origin") == "" && !slices.Contains(c.Args().Slice(), "-") {
		s.reread = func() (*ingest.Result, error) { return p.ingest(c) }
	}
	p.remarks(s)
	return s, s.check()
}

// merge combines a file, its overlay and the flags.
func (p *program) merge(c *cli.Context, result *ingest.Result) (*settings, error) {
	var err error
	g := givenBy(c, result.Overlay)
	s := &settings{distribution: result.Distribution, connect: map[string]string{}}
	if err := p.setLog(g); err != nil {
		return nil, err
	}
	if err := s.readEdge(g); err != nil {
		return nil, err
	}
	maps.Copy(s.connect, lowerKeys(result.Connect))
	if err := s.connectFlags(c.StringSlice("connect")); err != nil {
		return nil, err
	}
	if s.trust, err = readCAs(append(g.list("trust"), c.StringSlice("origin-ca")...)); err != nil {
		return nil, err
	}
	if s.snapshot, err = policy.SnapshotFor(g.text("policy")); err != nil {
		return nil, usage{err: fmt.Errorf("--policy: %w", err)}
	}
	switch tls13 := g.text("tls13"); tls13 {
	case "", "auto":
	case "forbid":
		s.snapshot.TLS13 = false
	default:
		return nil, usage{err: fmt.Errorf("--tls13 %q is neither auto nor forbid", tls13)}
	}
	if result.Overlay != nil {
		s.geography = result.Overlay.Geography
	}
	if err := s.readAccess(g, result.Overlay); err != nil {
		return nil, err
	}
	for _, choice := range []struct {
		flag, usual, other string
		to                 *bool
	}{
		{"superfluous-certificates", "allow", "refuse", &s.strict.Superfluous},
		{"sha1-signatures", "allow", "refuse", &s.strict.SHA1},
	} {
		switch value := g.text(choice.flag); value {
		case "", choice.usual:
		case choice.other:
			*choice.to = true
		default:
			return nil, usage{err: fmt.Errorf("--%s %q is neither %s nor %s", choice.flag, value, choice.usual, choice.other)}
		}
	}
	if err := s.readHostNameCheck(g.text("host-name-check")); err != nil {
		return nil, err
	}
	s.keyLog = g.text("tls-key-log")
	if err := s.readClientCertificate(g.text("client-certificate"), g.text("client-key"), g.list("client-certificate-origins")); err != nil {
		return nil, err
	}
	if s.at, err = readTime(g.text("at")); err != nil {
		return nil, err
	}
	if s.faults, err = readFaults(s.distribution, g.list("fault")); err != nil {
		return nil, err
	}
	s.functionsOf = func(d *distribution.Distribution, o *ingest.Overlay) (*functions.Set, error) {
		return p.loadFunctions(d, o, g.text("functions"))
	}
	s.functions, err = p.loadFunctions(s.distribution, result.Overlay, g.text("functions"))
	return s, err
}

// readEdge reads the settings of a running edge other than its distribution.
func (s *settings) readEdge(g given) (err error) {
	s.listen, s.listenTLS, s.inspect = g.text("listen"), g.text("listen-tls"), g.text("inspect")
	s.faithful, s.forwardOthers = g.on("faithful"), g.on("forward-others")
	s.watch = g.on("watch")
	s.state, s.readyFile, s.caFile = g.text("state"), g.text("ready-file"), g.text("ca-file")
	s.inspectHosts, s.replay = g.list("inspect-host"), readReplaying(g)
	if s.cache, err = readCache(g); err != nil {
		return err
	}
	if s.bodyLimit, err = g.number("body-limit"); err != nil {
		return err
	}
	s.keeping, err = readKeeping(g)
	return err
}

// readHostNameCheck reads which names count (CF-NAME-03) and whether a wildcard directly
// below a public suffix covers any (CF-CERT-17).
func (s *settings) readHostNameCheck(value string) error {
	names, wide := strings.CutSuffix(value, "-wide")
	if names != "either" && names != "host" && value != "" {
		return usage{err: fmt.Errorf("--host-name-check %q is none of either, host, either-wide and host-wide", value)}
	}
	s.hostOnly, s.strict.WideWildcard = names == "host", wide
	return nil
}

// check rejects what no field of the file is to blame for.
func (s *settings) check() error {
	if err := checkRecord(s.keeping.record); err != nil {
		return err
	}
	switch {
	case s.listen == "off" && s.listenTLS == "off" && s.inspect == "off":
		return usage{err: errors.New("--listen, --listen-tls and --inspect are all off: there would be nothing to serve"), hint: "leave one of them out"}
	case s.bodyLimit < 0 || s.bodyLimit > 64<<20:
		return usage{err: fmt.Errorf("--body-limit %d is out of range: 0 to %d bytes", s.bodyLimit, 64<<20)}
	}
	for _, at := range []struct{ flag, address string }{{"listen", s.listen}, {"listen-tls", s.listenTLS}, {"inspect", s.inspect}} {
		if err := checkAddress(at.flag, at.address); err != nil {
			return err
		}
	}
	if err := s.replay.check(); err != nil {
		return err
	}
	for _, name := range s.inspectHosts {
		if err := checkInspectHost(name); err != nil {
			return err
		}
	}
	return nil
}

// checkAddress rejects anything but HOST:PORT; "off" disables a listener.
func checkAddress(flag, address string) error {
	if address == "off" {
		return nil
	}
	_, port, err := net.SplitHostPort(address)
	if err == nil {
		if n, convErr := strconv.Atoi(port); convErr == nil && n >= 0 && n <= 65535 {
			return nil
		}
	}
	return usage{err: fmt.Errorf("--%s %q is not HOST:PORT with a port from 0 to 65535", flag, address),
		hint: fmt.Sprintf("for example --%s 127.0.0.1:0 for any free port, or off", flag)}
}

// connectFlags adds the --connect entries.
func (s *settings) connectFlags(flags []string) error {
	for _, flag := range flags {
		from, to, err := ingest.ParseConnect(flag)
		if err != nil {
			return usage{err: fmt.Errorf("--connect: %w", err)}
		}
		s.connect[from] = to
	}
	return nil
}

// readCAs reads PEM files of CA certificates.
func readCAs(files []string) ([]*x509.Certificate, error) {
	var all []*x509.Certificate
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, usage{err: fmt.Errorf("--origin-ca %s: %w", file, cause(err)), hint: "name a readable file of PEM certificates; edgesim lab --ca-file writes one"}
		}
		found := 0
		for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
			if block.Type != "CERTIFICATE" {
				continue
			}
			cert, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, usage{err: fmt.Errorf("--origin-ca %s: certificate %d: %w", file, found+1, err),
					hint: "the file is damaged; openssl x509 -in FILE -noout -text shows what is readable of it"}
			}
			all = append(all, cert)
			found++
		}
		if found == 0 {
			return nil, usage{err: fmt.Errorf("--origin-ca %s holds no PEM certificate", file),
				hint: "a file that begins with -----BEGIN CERTIFICATE----- is expected; openssl x509 -inform der converts"}
		}
	}
	return all, nil
}

func readTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	at, err := when.Time(text)
	if err != nil {
		return time.Time{}, usage{err: fmt.Errorf("--at %w", err),
			hint: "a date, or date, T, time and zone (RFC 3339): --at 2026-12-31, or --at 2026-12-31T01:00:00+01:00"}
	}
	return at, nil
}

// number returns a flag's value, or nil if it was not given. The flag is text, so that a
// mistake gets our own message, with the allowed range and the rule.
func number(c *cli.Context, flag, allowed string) (*int, error) {
	if !c.IsSet(flag) {
		return nil, nil
	}
	n, err := strconv.Atoi(c.String(flag))
	if err != nil {
		return nil, usage{err: fmt.Errorf("--%s: is not a whole number: got %q, allowed: %s", flag, c.String(flag), allowed)}
	}
	return &n, nil
}

// cause returns an error without the path that an operation puts before it.
func cause(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// list splits at commas; nil if empty.
func list(text string) []string {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

// pairs parses KEY=VALUE flags.
func pairs(flag string, values []string) (map[string]string, error) {
	out := make(map[string]string, len(values))
	for _, v := range values {
		key, value, ok := strings.Cut(v, "=")
		if !ok || key == "" || value == "" {
			return nil, usage{err: fmt.Errorf("--%s %q is not of the form KEY=VALUE", flag, v)}
		}
		out[key] = value
	}
	return out, nil
}

func lowerKeys(m map[string]string) map[string]string {
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[strings.ToLower(k)] = v
	}
	return out
}
