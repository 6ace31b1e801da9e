package main

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
)

func (p *program) serveCommand() *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "run the edge for a distribution or one origin",
		ArgsUsage: "[CONFIG]",
		Description: "CONFIG is a file or a folder: API JSON (aws cloudfront get-distribution-config), CloudFormation, SAM, cdk.out,\n" +
			"serverless.yml, Terraform, the output of edgesim pull, or a YAML overlay; - is standard input.\n\n" +
			"Examples:\n" +
			"  edgesim serve --origin https://www.example.com\n" +
			"  edgesim serve --origin http://localhost:3000\n" +
			"  edgesim serve dist-config.json --connect app.example.com=127.0.0.1:8444 --origin-ca ca.pem\n" +
			"  edgesim serve dist-config.json --fault 'response-timeout path=/api/* next=2 latency=1s'\n" +
			"  curl -i http://127.0.0.1:8080/\n" +
			"  curl -s http://127.0.0.1:4040/api/exchanges",
		Flags:  append(append(originFlags(), listenFlags("recordings in the state directory")...), faultFlag()),
		Action: p.serve,
	}
}

func (p *program) serve(c *cli.Context) error {
	p.tuneMemory()
	s, err := p.read(c)
	if err != nil {
		return err
	}
	st, err := p.open(s)
	if err != nil {
		return err
	}
	all := s.served()
	if !p.watched {
		p.noticesOfAll(all)
		p.servingRemarks(s, st, all)
	}
	at := st.addresses()
	if s.readyFile != "" {
		if err := at.writeReady(s.readyFile); err != nil {
			st.close()
			return err
		}
	}
	if p.watched {
		firstScreen(p.out.stderr, s, all, at, widthOf(p.out.stderr))
		p.noticesOfAll(all)
		p.servingRemarks(s, st, all)
	} else {
		p.standsFor(s)
		p.announce(at.forPeople())
	}
	serving, stop := context.WithCancel(c.Context)
	defer stop()
	go st.reloader.run(serving, s.watch, stop)
	err = st.run(serving)
	p.out.note("stopped")
	return err
}

// served returns the distributions of the settings, the first one first.
func (s *settings) served() []*distribution.Distribution {
	all := []*distribution.Distribution{s.distribution}
	if s.result != nil {
		for _, d := range s.result.Distributions {
			if d != s.distribution {
				all = append(all, d)
			}
		}
	}
	return all
}

// noticesOfAll prints the notices about each distribution; those that apply to several are
// printed once with a count.
func (p *program) noticesOfAll(all []*distribution.Distribution) {
	var lines repeated
	for _, d := range all {
		for _, line := range p.notices(d) {
			lines.add(line, d.Name)
		}
	}
	p.noteOnce(&lines)
}

// noteOnce prints each line once, and how many distributions it applies to.
func (p *program) noteOnce(lines *repeated) {
	for _, line := range lines.order {
		if n := len(lines.said[line]); n > 1 {
			line = fmt.Sprintf("%s (in %d distributions)", line, n)
		}
		p.out.note("%s", line)
	}
}

// repeated holds lines in order of first appearance, with what each applies to.
type repeated struct {
	order []string
	said  map[string][]string
}

// add adds a line about something.
func (r *repeated) add(line, of string) {
	if r.said == nil {
		r.said = map[string][]string{}
	}
	if r.said[line] == nil {
		r.order = append(r.order, line)
	}
	r.said[line] = append(r.said[line], of)
}

// standsFor says which origins the edge is in front of, and where they are actually reached
// if that is elsewhere.
func (p *program) standsFor(s *settings) {
	for _, d := range s.served() {
		for i := range d.Origins {
			o := &d.Origins[i]
			p.out.note("origin  %s: %s", o.ID, originAddress(o, s.connect))
		}
	}
}

// originAddress describes an origin for people: scheme, name and port, and where --connect
// sends it.
func originAddress(o *distribution.Origin, connect map[string]string) string {
	address := func(scheme string, port int) string {
		at := net.JoinHostPort(o.DomainName, strconv.Itoa(port))
		text := scheme + "://" + at
		for _, key := range []string{strings.ToLower(at), strings.ToLower(o.DomainName)} {
			if to, ok := connect[key]; ok && to != at {
				return text + " at " + to
			}
		}
		return text
	}
	plain, secure := address("http", o.HTTPPort), address("https", o.HTTPSPort)
	switch o.ProtocolPolicy {
	case distribution.OriginHTTPOnly:
		return plain
	case distribution.OriginMatchViewer:
		return plain + " or " + secure + ", as the viewer"
	case distribution.OriginHTTPSOnly:
	}
	return secure
}

// announce says where the edge listens.
func (p *program) announce(at addresses) {
	for _, l := range []struct{ what, scheme, address string }{
		{"viewers", "http", at.HTTP}, {"viewers", "https", at.HTTPS}, {"API    ", "http", at.Inspect},
	} {
		if l.address != "" {
			p.out.note("%s %s://%s", l.what, l.scheme, l.address)
		}
	}
}

// plural returns n things, in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// isAre returns n things with a verb, in words: "1 request is", "2 requests are".
func isAre(n int, thing string) string {
	if n == 1 {
		return plural(n, thing) + " is"
	}
	return plural(n, thing) + " are"
}
