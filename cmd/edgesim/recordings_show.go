package main

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/story"
	"github.com/edgesim/edgesim/recording"
)

func (p *program) recordingsShowCommand() *cli.Command {
	return &cli.Command{
		Name: "show", Usage: "explain one exchange step by step", ArgsUsage: "ID",
		Description: "ID is the X-Edgesim-Exchange of a response, or the beginning of it; \"last\" is the newest\n" +
			"exchange, \"failed\" the newest that failed. Shows, in order, the viewer's request, what was sent, each\n" +
			"attempt with its handshake, the rule that decided, how to fix it, and what the viewer got.",
		Flags: append(whereFlags(),
			&cli.BoolFlag{Name: "json", Usage: "print everything as JSON, with the bodies"},
			&cli.BoolFlag{Name: "pem", Usage: "print the chain that the origin sent, as PEM"}),
		Action: p.recordingsShow,
	}
}

func (p *program) recordingsShow(c *cli.Context) error {
	if c.NArg() != 1 {
		return usage{err: fmt.Errorf("one ID is taken, %d were given", c.NArg()), hint: "edgesim recordings ls lists them; last and failed stand for the newest"}
	}
	if c.Bool("json") && c.Bool("pem") {
		return usage{err: errors.New("--json and --pem exclude each other")}
	}
	store, err := p.openRecordings(c, false)
	if err != nil {
		return err
	}
	defer store.Close()
	e, err := p.named(c, store, c.Args().First())
	if err != nil {
		return err
	}
	switch {
	case c.Bool("json"):
		data, err := json.MarshalIndent(e, "", "  ")
		if err == nil {
			_, err = fmt.Fprintf(p.out.stdout, "%s\n", data)
		}
		return err
	case c.Bool("pem"):
		return p.showChain(e)
	}
	return story.Write(p.out.stdout, e, story.Options{Width: widthOf(p.out.stdout), Color: colored(p.out.stdout)})
}

// named returns the exchange with the name that a person typed.
func (p *program) named(c *cli.Context, store recording.Store, name string) (*recording.Exchange, error) {
	if name != "last" && name != "failed" {
		return p.find(c, store, name)
	}
	var found *recording.Exchange
	enough := errors.New("found")
	err := p.each(c, store, recording.Filter{}, 0, func(e *recording.Exchange) error {
		if name == "failed" && e.Cause == nil {
			return nil
		}
		found = e
		return enough
	})
	switch {
	case found != nil:
		return store.Get(c.Context, found.ID)
	case err != nil:
		return nil, err
	}
	if name == "failed" {
		return nil, usage{err: errors.New("no recorded exchange failed"), hint: "edgesim recordings ls lists them"}
	}
	return nil, usage{err: errors.New("nothing is recorded yet")}
}

// showChain prints the chain of the last attempt that has one.
func (p *program) showChain(e *recording.Exchange) error {
	var chain [][]byte
	for _, a := range e.Attempts {
		if a != nil && a.Handshake != nil && len(a.Handshake.PeerCertificates) > 0 {
			chain = a.Handshake.PeerCertificates
		}
	}
	if len(chain) == 0 {
		p.out.note("the origin sent no certificate in this exchange")
		return concluded(exitUndecided)
	}
	for _, der := range chain {
		if err := pem.Encode(p.out.stdout, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
			return err
		}
	}
	return nil
}
