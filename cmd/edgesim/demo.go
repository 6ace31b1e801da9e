package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

func (p *program) demoCommand() *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "take the 60-second tour: broken origins and an edge in front of them, in one process",
		Description: "Needs no configuration and no internet. Prints URLs to try and what each one shows;\n" +
			"Ctrl-C ends it.\n\n" +
			"Example:\n" +
			"  edgesim demo\n" +
			"  curl -i http://127.0.0.1:8080/expired",
		Flags: append(listenFlags(recordMemory),
			&cli.BoolFlag{Name: "all", Usage: "list every origin and what it shows, also on a terminal"}),
		Action: p.demo,
	}
}

func (p *program) demo(c *cli.Context) error {
	p.tuneMemory()
	if err := noArguments(c); err != nil {
		return err
	}
	if !c.IsSet("log-level") {
		p.log.SetLevel(demoLogLevel)
	}
	l, err := lab.Start(c.Context, lab.Config{})
	if err != nil {
		return err
	}
	defer l.Close()
	s, err := p.demoSettings(c, l)
	if err != nil {
		return err
	}
	st, err := p.open(s)
	if err != nil {
		return err
	}
	at := st.addresses()
	if s.readyFile != "" {
		if err := at.writeReady(s.readyFile); err != nil {
			st.close()
			return err
		}
	}
	if p.watched && isTerminal(p.out.stdout) && !c.Bool("all") {
		demoScreen(p.out.stdout, l.Origins(), at.forPeople(), widthOf(p.out.stdout))
	} else {
		demoTable(p.out.stdout, l.Origins(), at.forPeople(), widthOf(p.out.stdout))
	}
	err = st.run(c.Context)
	p.out.note("stopped")
	return err
}

// demoSettings applies the flags to the lab's distribution.
func (p *program) demoSettings(c *cli.Context, l *lab.Lab) (*settings, error) {
	block, _ := pem.Decode(l.CAPEM())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, err
	}
	s := &settings{
		distribution: l.Distribution(), faults: faults.For(l.Distribution()), connect: lowerKeys(l.Connect()), trust: []*x509.Certificate{root},
		snapshot: policy.CurrentSnapshot(),
	}
	if err := s.readEdge(givenBy(c, nil)); err != nil {
		return nil, err
	}
	if s.keeping.record == "" {
		s.keeping.record = recordMemory // a demo leaves nothing behind
	}
	for flag, address := range map[string]*string{"listen": &s.listen, "listen-tls": &s.listenTLS, "inspect": &s.inspect} {
		if !c.IsSet(flag) && taken(*address) {
			p.out.note("%s is taken, another port is used for --%s", *address, flag)
			*address = "127.0.0.1:0"
		}
	}
	return s, s.check()
}

// demoTable prints what to try, and what each shows.
func demoTable(out io.Writer, origins []lab.Origin, at addresses, width int) {
	for _, line := range columns.Wrap(fmt.Sprintf("edgesim demo: an edge at http://%s with %s behind it", at.HTTP, plural(len(origins), "origin")), width) {
		fmt.Fprintln(out, line)
	}
	fmt.Fprintln(out)
	urls, longest := make([]string, len(origins)), 0
	for i, o := range origins {
		urls[i] = "http://" + at.HTTP + o.Path()
		if o.Method != "" && o.Method != "GET" {
			urls[i] += " -X " + o.Method
		}
		longest = max(longest, len(urls[i]))
	}
	var rows strings.Builder
	row := "%-" + strconv.Itoa(longest) + "s  %-6s  %s\n"
	fmt.Fprintf(&rows, row, "URL TO TRY", "STATUS", "CAUSE")
	for i, o := range origins {
		fmt.Fprintf(&rows, row, urls[i], strconv.Itoa(o.Status), causeOf(o.Fault))
	}
	if fits(rows.String(), width) {
		heading, rest, _ := strings.Cut(rows.String(), "\n")
		fmt.Fprintln(out, heading)
		for i, line := range slices.Collect(strings.Lines(rest)) {
			fmt.Fprint(out, line)
			for _, part := range columns.Wrap(origins[i].Title, width-2) {
				fmt.Fprintf(out, "  %s\n", part)
			}
		}
	} else {
		for i, o := range origins {
			originEntry(out, urls[i], o.Fault, width)
		}
	}
	demoTips(out, at, width)
	fmt.Fprintf(out, "\nReady. Ctrl-C ends it.\n")
}

// demoTips prints commands to continue with: next to what each is for if all of them fit,
// otherwise below it.
func demoTips(out io.Writer, at addresses, width int) {
	tips := [][2]string{
		{"See the page and the reason:", "curl -i http://" + at.HTTP + "/expired"},
		{"The same over HTTPS:", "curl -ik https://" + at.HTTPS + "/expired"},
		{"Why, and how to fix it:", "edgesim recordings show failed --record http://" + at.Inspect},
		{"The page:", "http://" + at.Inspect},
		{"The newest exchanges:", "curl -s 'http://" + at.Inspect + "/api/exchanges?limit=10'"},
		{"All that was seen of the last:", "curl -s http://" + at.Inspect + "/api/exchanges/last"},
		{"Your own origin:", "edgesim serve --origin https://www.example.com"},
	}
	var beside, below strings.Builder
	for _, tip := range tips {
		fmt.Fprintf(&beside, "%-32s%s\n", tip[0], tip[1])
		fmt.Fprintf(&below, "%s\n  %s\n", tip[0], tip[1])
	}
	text := beside.String()
	if !fits(text, width) {
		text = below.String()
	}
	fmt.Fprintf(out, "\n%s", text)
}

// causeOf returns the cause of an origin for a table: the viewer's, or the one that only
// the recording shows, as the status was sent before; noCause for none.
func causeOf(f lab.Fault) string {
	switch {
	case f.Cause != "":
		return string(f.Cause)
	case f.BodyCause != "":
		return string(f.BodyCause) + " (in the body)"
	}
	return noCause
}

// noCause stands in for the cause of an origin without one.
const noCause = "-"

// demoLogLevel keeps the table on the screen: the log only has problems of edgesim itself.
const demoLogLevel = logrus.ErrorLevel

// taken reports whether something is already listening on an address.
func taken(address string) bool {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return true
	}
	ln.Close()
	return false
}
