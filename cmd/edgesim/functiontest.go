package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/internal/functions/trial"
	"github.com/edgesim/edgesim/policy"
)

func (p *program) functionCommand() *cli.Command {
	return &cli.Command{
		Name:  "function",
		Usage: "try CloudFront Functions without a distribution",
		Subcommands: []*cli.Command{{
			Name:      "test",
			Usage:     "run a function on an event and print what aws cloudfront test-function would",
			ArgsUsage: "FILE",
			Description: "The event has the format of the service's test events. In addition to the service's fields, Live\n" +
				"says if a live request would fail although the service's test passes.\n\n" +
				"Examples:\n" +
				"  edgesim function test rewrite.js --event event.json\n" +
				"  edgesim function test route.js --event event.json --kvs routes=routes.json\n" +
				"  edgesim function test rewrite.js --event event.json --engine njs",
			Flags: []cli.Flag{
				&cli.StringFlag{Name: "event", Usage: "read the event from `FILE`; - is standard input"},
				&cli.StringFlag{Name: "stage", Usage: "the event `TYPE`, viewer-request or viewer-response (default: as in the event)"},
				&cli.StringSliceFlag{Name: "kvs", Usage: "the function's key-value store, `NAME=FILE`"},
				&cli.StringFlag{Name: "runtime", Usage: "the `RUNTIME`, cloudfront-js-1.0 or cloudfront-js-2.0", Value: "cloudfront-js-2.0"},
				&cli.StringFlag{Name: "engine", Usage: "`njs` also checks the syntax with the installed njs"},
			},
			Action: p.functionTest,
		}},
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return usage{err: fmt.Errorf("function has no command %q", c.Args().First()), hint: "edgesim function test FILE --event EVENT.json runs one"}
			}
			return cli.ShowSubcommandHelp(c)
		},
	}
}

func (p *program) functionTest(c *cli.Context) error {
	if c.NArg() != 1 {
		return usage{err: errors.New("one FILE with the function's code is needed"), hint: "edgesim function test rewrite.js --event event.json"}
	}
	code, err := readInput(c.Args().First(), p.stdin)
	if err != nil {
		return usage{err: err}
	}
	if c.String("event") == "" {
		return usage{err: errors.New("--event FILE is needed"), hint: `an event is {"version": "1.0", "context": {"eventType": "viewer-request"}, "viewer": {"ip": "…"}, "request": {…}}`}
	}
	event, err := readInput(c.String("event"), p.stdin)
	if err != nil {
		return usage{err: err}
	}
	t := trial.Trial{Code: string(code), Runtime: c.String("runtime"), Stage: policy.Trigger(c.String("stage"))}
	if t.Stage != "" && !slices.Contains([]policy.Trigger{policy.ViewerRequestTrigger, policy.ViewerResponseTrigger}, t.Stage) {
		return usage{err: fmt.Errorf("--stage %q is neither viewer-request nor viewer-response", t.Stage)}
	}
	if t.Store, err = readStore(c.StringSlice("kvs")); err != nil {
		return usage{err: err}
	}
	result, err := t.Run(event)
	if err != nil {
		return usage{err: err}
	}
	encoder := json.NewEncoder(p.out.stdout)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(result); err != nil {
		return err
	}
	disagrees := false
	switch engine := c.String("engine"); engine {
	case "":
	case "njs":
		if disagrees, err = p.askNjs(c.Context, c.Args().First(), code); err != nil {
			return err
		}
	default:
		return usage{err: fmt.Errorf("--engine %q: there is njs", engine)}
	}
	if result.Failed() || disagrees {
		return concluded(exitFailed)
	}
	return nil
}

// mostInput limits the size of an input file.
const mostInput = 1 << 20

// readInput reads a file, or standard input for "-".
func readInput(file string, stdin io.Reader) ([]byte, error) {
	var from io.Reader = stdin
	if file != "-" {
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		from = f
	}
	text, err := io.ReadAll(io.LimitReader(from, mostInput+1))
	if err == nil && len(text) > mostInput {
		err = fmt.Errorf("%s is larger than %d bytes", file, mostInput)
	}
	return text, err
}

// readStore reads the store of --kvs; a function has at most one (CF-KVS-12).
func readStore(given []string) (*kvs.Store, error) {
	switch len(given) {
	case 0:
		return nil, nil
	case 1:
	default:
		return nil, errors.New("--kvs: a function has one key-value store (CF-KVS-12)")
	}
	name, file, ok := strings.Cut(given[0], "=")
	if !ok {
		name, file = "", given[0]
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--kvs: %w", err)
	}
	store, err := kvs.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("--kvs: %s %w", file, err)
	}
	store.Name = name
	if info, err := os.Stat(file); err == nil {
		store.Read = info.ModTime()
	}
	return store, nil
}

// askNjs lets the installed njs parse the code, and prints its output. It runs in a
// separate folder, where an empty module stands in for cloudfront.
func (p *program) askNjs(ctx context.Context, file string, code []byte) (refuses bool, err error) {
	njs, err := exec.LookPath("njs")
	if err != nil {
		return false, usage{err: errors.New("njs is not installed"), hint: "Debian: apt-get install njs; or leave --engine out"}
	}
	dir, err := os.MkdirTemp("", "edgesim-njs-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "cloudfront"), []byte("export default {kvs: function() {}};\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "function.js"), code, 0o600)); err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, njs, "-p", dir, "function.js")
	command.Dir, command.Env = dir, []string{}
	said, runErr := command.CombinedOutput()
	for line := range bytes.Lines(said) {
		if text := strings.TrimSpace(string(line)); strings.Contains(text, "SyntaxError") || strings.Contains(text, "Invalid left-hand side") {
			p.out.note("njs: %s", strings.ReplaceAll(text, "function.js", file))
			return true, nil
		}
	}
	if runErr != nil {
		p.out.note("njs: parses it; what it said when it ran the module: %s", strings.TrimSpace(string(said)))
		return false, nil
	}
	p.out.note("njs: accepts the syntax")
	return false, nil
}
