package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"strconv"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

func (p *program) demoCommand() *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "the 60-second tour: broken origins, an edge in front of them, and the API, in one process",
		Description: "Needs no configuration and no internet. Prints the URLs to try and what each shows;\n" +
			"Ctrl-C ends it.\n\n" +
			"Example:\n" +
			"  edgesim demo\n" +
			"  curl -i http://127.0.0.1:8080/expired",
		Flags: append(listenFlags(recordMemory),
			&cli.BoolFlag{Name: "all", Usage: "list every origin with what it shows, also on a terminal"}),
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
		p.demoTable(l, at.forPeople())
	}
	err = st.run(c.Context)
	p.out.note("stopped")
	return err
}

// demoSettings puts the flags over the lab's distribution.
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
		s.keeping.record = recordMemory // a tour leaves nothing behind
	}
	for flag, address := range map[string]*string{"listen": &s.listen, "listen-tls": &s.listenTLS, "inspect": &s.inspect} {
		if !c.IsSet(flag) && taken(*address) {
			p.out.note("%s is taken, another port is used for --%s", *address, flag)
			*address = "127.0.0.1:0"
		}
	}
	return s, s.check()
}

// demoTable prints what there is to try.
func (p *program) demoTable(l *lab.Lab, at addresses) {
	out := p.out.stdout
	origins := l.Origins()
	fmt.Fprintf(out, "edgesim demo: an edge at http://%s with %s behind it\n\n", at.HTTP, plural(len(origins), "origin"))
	row := "%-" + strconv.Itoa(len("http://"+at.HTTP)+longestPath(origins)) + "s  %-6s  %s\n"
	fmt.Fprintf(out, row, "URL TO TRY", "STATUS", "CAUSE")
	for _, o := range origins {
		url := "http://" + at.HTTP + o.Path()
		if o.Method != "" && o.Method != "GET" {
			url += " -X " + o.Method
		}
		fmt.Fprintf(out, row, url, strconv.Itoa(o.Status), causeOf(o.Fault))
		fmt.Fprintf(out, "  %s\n", o.Title)
	}
	fmt.Fprintf(out, "\nSee the page and the reason:   curl -i http://%s/expired\n", at.HTTP)
	fmt.Fprintf(out, "The same over HTTPS:           curl -ik https://%s/expired\n", at.HTTPS)
	fmt.Fprintf(out, "Why, and how to fix it:        edgesim recordings show failed --record http://%s\n", at.Inspect)
	fmt.Fprintf(out, "The page:                      http://%s\n", at.Inspect)
	fmt.Fprintf(out, "The newest exchanges:          curl -s 'http://%s/api/exchanges?limit=10'\n", at.Inspect)
	fmt.Fprintf(out, "All that was seen of one:      curl -s http://%s/api/exchanges/ID\n%31s(ID is the header X-Edgesim-Exchange)\n", at.Inspect, "")
	fmt.Fprintf(out, "Your own origin:               edgesim serve --origin https://www.example.com\n")
	fmt.Fprintf(out, "\nReady. Ctrl-C ends it.\n")
}

// longestPath is the length of the longest path of the origins.
func longestPath(origins []lab.Origin) int {
	longest := 0
	for _, o := range origins {
		longest = max(longest, len(o.Path()))
	}
	return longest
}

// causeOf is the cause that a table has for an origin: the viewer's, or the one
// that only the recording can tell, as the status was sent before; "-" for none.
func causeOf(f lab.Fault) string {
	switch {
	case f.Cause != "":
		return string(f.Cause)
	case f.BodyCause != "":
		return string(f.BodyCause) + " (in the body)"
	}
	return "-"
}

// demoLogLevel keeps the table on the screen: the log has only what is wrong
// with edgesim itself.
const demoLogLevel = logrus.ErrorLevel

// taken says whether somebody listens on an address already.
func taken(address string) bool {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return true
	}
	ln.Close()
	return false
}
