package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

func (p *program) labCommand() *cli.Command {
	return &cli.Command{
		Name:      "lab",
		Usage:     "run broken and healthy origins, one per documented cause",
		ArgsUsage: "[NAME …]",
		Description: "Each origin has its own port and host name. NAME selects origins; the default is all of them.\n" +
			"Certificates are created at each start; the CA that signs the good ones is written to\n" +
			"--ca-file, for edgesim serve --origin-ca.\n\n" +
			"Examples:\n" +
			"  edgesim lab --list\n" +
			"  edgesim lab expired --ca-file lab-ca.pem\n" +
			"  edgesim serve --origin https://expired.lab.edgesim.example --origin-ca lab-ca.pem \\\n" +
			"      --connect expired.lab.edgesim.example=127.0.0.1:PORT\n" +
			"  edgesim lab --ca-file lab-ca.pem --distribution-file lab.json\n" +
			"  edgesim serve lab.json --origin-ca lab-ca.pem     where the names resolve, as in docker-compose.yml",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "host", Value: "127.0.0.1", Usage: "listen at this `ADDRESS`"},
			&cli.IntFlag{Name: "first-port", DefaultText: "any free ones", Usage: "number the ports from `PORT` up"},
			&cli.StringFlag{Name: "ca-file", Usage: "write the lab's CA to `FILE`"},
			&cli.StringFlag{Name: "distribution-file", Usage: "write a distribution with these origins to `FILE`, for edgesim serve"},
			&cli.StringFlag{Name: "health", Usage: "answer health checks at `ADDRESS`"},
			&cli.BoolFlag{Name: "json", Usage: "print the list as JSON, for programs"},
			&cli.BoolFlag{Name: "list", Usage: "print the list and exit"},
		},
		Action: p.lab,
	}
}

// labOrigin is a row of the list for programs.
type labOrigin struct {
	lab.Fault
	Host    string `json:"host"`
	Address string `json:"address,omitempty"`
}

// labReport is the list for programs.
type labReport struct {
	CA      string      `json:"ca,omitempty"` // PEM
	Origins []labOrigin `json:"origins"`
}

func (p *program) lab(c *cli.Context) error {
	rows, err := declared(c.Args().Slice())
	if err != nil {
		return err
	}
	if c.Bool("list") {
		return p.labList(c, labReport{Origins: rows})
	}
	l, err := lab.Start(c.Context, lab.Config{Host: c.String("host"), Port: c.Int("first-port"), Only: c.Args().Slice()})
	if err != nil {
		return usage{err: err, hint: "edgesim lab --list names the origins; --first-port 0 takes any free ports"}
	}
	defer l.Close()
	if err := labFiles(c, l); err != nil {
		return err
	}
	if address := c.String("health"); address != "" {
		health, err := serveHealth(address)
		if err != nil {
			return err
		}
		defer health.Close()
	}
	report := labReport{CA: string(l.CAPEM())}
	for _, o := range l.Origins() {
		report.Origins = append(report.Origins, labOrigin{o.Fault, o.Host(), o.Address})
	}
	if err := p.labList(c, report); err != nil {
		return err
	}
	p.out.note("the lab is running, Ctrl-C ends it")
	<-c.Context.Done()
	p.out.note("stopped")
	return nil
}

// labHints says how to reach an origin of the lab whose name was requested: it does not
// resolve.
func (p *program) labHints(r *check.Report) {
	told := map[string]bool{}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Target == nil || c.Cause == nil || c.Cause.Name != policy.CauseDNSFailure {
			continue
		}
		host, _, _ := net.SplitHostPort(c.Target.Address)
		for _, f := range lab.Faults() {
			if f.Host() != host || f.Cause == policy.CauseDNSFailure || told[host] {
				continue
			}
			told[host] = true
			p.out.said("hint: ", fmt.Sprintf("%s is an origin of the lab: edgesim lab %s --ca-file lab-ca.pem runs it and prints its ADDRESS; "+
				"then add --connect %s=ADDRESS --origin-ca lab-ca.pem", host, f.Name, host))
		}
	}
}

// labFiles writes what an edge in front of the lab needs.
func labFiles(c *cli.Context, l *lab.Lab) error {
	if file := c.String("ca-file"); file != "" {
		if err := writeWhole(file, l.CAPEM()); err != nil {
			return usage{err: fmt.Errorf("--ca-file: %w", err)}
		}
	}
	if file := c.String("distribution-file"); file != "" {
		config, err := ingest.EncodeAPIJSON(l.NamedDistribution())
		if err != nil {
			return err
		}
		if err := writeWhole(file, config); err != nil {
			return usage{err: fmt.Errorf("--distribution-file: %w", err)}
		}
	}
	return nil
}

// serveHealth answers /healthz, so that the same health check works for every container of
// the image. The caller closes the server.
func serveHealth(address string) (*http.Server, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, cannotListen("health", address, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok\n") })
	server := &http.Server{Handler: mux, ReadHeaderTimeout: healthcheckTimeout}
	go func() { _ = server.Serve(ln) }() // ends with Close
	return server, nil
}

// declared returns the faults with these names, or all, without running them.
func declared(names []string) ([]labOrigin, error) {
	var rows []labOrigin
	for _, name := range names {
		if !slices.ContainsFunc(lab.Faults(), func(f lab.Fault) bool { return f.Name == name }) {
			var all []string
			for _, f := range lab.Faults() {
				all = append(all, f.Name)
			}
			u := usage{err: fmt.Errorf("the lab has no origin %q", name), hint: "edgesim lab --list names them"}
			if near := ingest.DidYouMean(name, all); near != "" {
				u.hint = fmt.Sprintf("did you mean %q? %s", near, u.hint)
			}
			return nil, u
		}
	}
	for _, f := range lab.Faults() {
		if len(names) == 0 || slices.Contains(names, f.Name) {
			rows = append(rows, labOrigin{f, f.Host(), ""})
		}
	}
	return rows, nil
}

func (p *program) labList(c *cli.Context, r labReport) error {
	if c.Bool("json") {
		e := json.NewEncoder(p.out.stdout)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	return labScreen(p.out.stdout, r.Origins, widthOf(p.out.stdout))
}

// writeWhole writes a file so that readers see either all of it or nothing.
func writeWhole(file string, data []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+"-*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", file, cause(err))
	}
	defer os.Remove(temp.Name())
	if _, err = temp.Write(data); err == nil {
		err = temp.Chmod(0o644)
	}
	if closeErr := temp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", file, cause(err))
	}
	if err := os.Rename(temp.Name(), file); err != nil {
		var link *os.LinkError
		if errors.As(err, &link) {
			err = link.Err
		}
		return fmt.Errorf("cannot write %s: %w", file, err)
	}
	return nil
}
