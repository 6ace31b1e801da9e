package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"
)

func (p *program) healthcheckCommand() *cli.Command {
	return &cli.Command{
		Name:      "healthcheck",
		Usage:     "check whether a running edge is healthy: exit code 0 if it is",
		ArgsUsage: "[URL]",
		Description: "URL is the API's address; the default is EDGESIM_INSPECT, else http://" + defaultInspect + ".\n\n" +
			"Example:\n" +
			"  edgesim healthcheck http://127.0.0.1:4040",
		Action: p.healthcheck,
	}
}

// healthcheckTimeout is shorter than the timeout of any container runtime.
const healthcheckTimeout = 3 * time.Second

func (p *program) healthcheck(c *cli.Context) error {
	if c.NArg() > 1 {
		return usage{err: fmt.Errorf("one URL is taken, %d were given: %s", c.NArg(), strings.Join(c.Args().Slice(), " "))}
	}
	address := c.Args().First()
	if address == "" {
		address = os.Getenv("EDGESIM_INSPECT")
	}
	if address == "" {
		address = defaultInspect
	}
	if !strings.Contains(address, "://") {
		address = "http://" + address
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return usage{err: fmt.Errorf("%q is not a URL like http://%s", address, defaultInspect)}
	}
	u.Path = "/healthz"
	client := http.Client{Timeout: healthcheckTimeout}
	r, err := client.Get(u.String())
	if err != nil {
		return unwell{err: fmt.Errorf("no answer from %s: %w", u.String(), errors.Unwrap(err)), hint: elsewhere}
	}
	body, _ := io.ReadAll(io.LimitReader(r.Body, 64))
	r.Body.Close()
	if string(body) != "ok\n" && r.StatusCode == http.StatusOK {
		return unwell{err: errors.New(u.String() + " is not edgesim's API"), hint: elsewhere}
	}
	if r.StatusCode != http.StatusOK {
		return unwell{err: errors.New(u.String() + " answered " + r.Status), hint: elsewhere}
	}
	return nil
}

// unwell is an edge that does not answer as expected: exit code 1.
type unwell struct {
	err  error
	hint string
}

// Error says why the edge is not healthy.
func (u unwell) Error() string { return u.err.Error() }

// Unwrap returns the underlying error.
func (u unwell) Unwrap() error { return u.err }

// ExitCode returns the exit code of a failed check.
func (unwell) ExitCode() int { return exitFailed }

// elsewhere is the hint for an edge that is not at the expected address.
const elsewhere = "the API is at the address of the edge's --inspect: edgesim healthcheck http://HOST:PORT, or EDGESIM_INSPECT=HOST:PORT"
