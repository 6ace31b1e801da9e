package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/proxy"
)

func (p *program) caCommand() *cli.Command {
	return &cli.Command{
		Name:  "ca",
		Usage: "print the local viewer CA and how to trust it",
		Description: "The CA signs the certificates that HTTPS viewers get. It is created once per installation, and\n" +
			"its key never leaves the state directory.\n\n" +
			"Examples:\n" +
			"  edgesim ca --export edgesim-ca.pem\n" +
			"  curl --cacert edgesim-ca.pem https://localhost:8443/",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "export", Usage: "write the certificate to `FILE`"},
			&cli.BoolFlag{Name: "rotate", Usage: "create a new CA, which viewers must then trust"},
			&cli.StringFlag{Name: "state", Usage: "the CA is in `DIR` (default: the user's state directory)"},
		},
		Action: p.ca,
	}
}

func (p *program) ca(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	dir, err := (&settings{state: c.String("state")}).stateDir()
	if err != nil {
		return usage{err: err, hint: "name a directory with --state DIR"}
	}
	load := proxy.LoadOrCreateCA
	if c.Bool("rotate") {
		load = proxy.RotateCA
	}
	ca, err := load(dir)
	if err != nil {
		return usage{err: err}
	}
	file := ca.Path()
	if export := c.String("export"); export != "" {
		if err := writeWhole(export, ca.PEM()); err != nil {
			return usage{err: fmt.Errorf("--export: %w", err)}
		}
		p.out.note("wrote %s", export)
		file = export
	} else {
		fmt.Fprintf(p.out.stdout, "%s", ca.PEM())
	}
	p.out.note("to trust it:")
	for _, way := range [][2]string{
		{"curl", "curl --cacert %s https://localhost:8443/"},
		{"Debian", "cp %s /usr/local/share/ca-certificates/edgesim.crt && update-ca-certificates"},
		{"macOS", "security add-trusted-cert -k ~/Library/Keychains/login.keychain-db %s"},
		{"Windows", "certutil -user -addstore Root %s"},
		{"Firefox", "certutil -A -n edgesim -t C,, -i %s -d sql:PROFILE (PROFILE: about:profiles, Root Directory)"},
		{"Java", "keytool -importcert -noprompt -alias edgesim -cacerts -storepass changeit -file %s"},
		{"Python", "SSL_CERT_FILE=%[1]s REQUESTS_CA_BUNDLE=%[1]s"},
		{"Node.js", "NODE_EXTRA_CA_CERTS=%s"},
	} {
		p.out.line("  %-9s %s", way[0], fmt.Sprintf(way[1], file)) // never wrapped: people copy it
	}
	return nil
}
