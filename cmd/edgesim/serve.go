package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

func (p *program) serveCommand() *cli.Command {
	return &cli.Command{
		Name:      "serve",
		Usage:     "run the edge for a distribution or one origin",
		ArgsUsage: "[CONFIG]",
		Description: "CONFIG is a DistributionConfig as the API gives it (aws cloudfront get-distribution-config),\n" +
			"an overlay in YAML, or - for standard input.\n\n" +
			"Examples:\n" +
			"  edgesim serve --origin https://www.example.com\n" +
			"  edgesim serve --origin http://localhost:3000\n" +
			"  edgesim serve dist-config.json --connect app.example.com=127.0.0.1:8444 --origin-ca ca.pem\n" +
			"  edgesim serve dist-config.json --fault 'response-timeout path=/api/* next=2 latency=1s'\n" +
			"  curl -i http://127.0.0.1:8080/\n" +
			"  curl -s http://127.0.0.1:4040/api/exchanges",
		Flags:  append(append(originFlags(), listenFlags()...), faultFlag()),
		Action: p.serve,
	}
}

func (p *program) serve(c *cli.Context) error {
	tuneMemory()
	s, err := p.read(c)
	if err != nil {
		return err
	}
	st, err := p.open(s)
	if err != nil {
		return err
	}
	p.notices(s.distribution)
	at := st.addresses()
	if s.readyFile != "" {
		if err := at.writeReady(s.readyFile); err != nil {
			st.close()
			return err
		}
	}
	p.announce(at)
	err = st.run(c.Context)
	p.out.note("stopped")
	return err
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

// plural is n things, in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
