package main

import (
	"io"
	"slices"
	"testing"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli/v2"
)

// everyCommand calls each for every command and subcommand.
func everyCommand(commands []*cli.Command, each func(*cli.Command)) {
	for _, c := range commands {
		each(c)
		everyCommand(c.Subcommands, each)
	}
}

// TestOneMeaningAVariable: a variable of the environment means the same in every
// command that reads it, and what destroys is not done by one.
func TestOneMeaningAVariable(t *testing.T) {
	t.Parallel()
	p := &program{}
	meanings := map[string]map[string]string{} // by variable and usage, the command
	everyCommand(p.app().Commands, func(c *cli.Command) {
		for _, flag := range c.Flags {
			name := variableOf(c, flag)
			if name == "" {
				continue
			}
			if meanings[name] == nil {
				meanings[name] = map[string]string{}
			}
			meanings[name][flag.(cli.DocGenerationFlag).GetUsage()] = c.HelpName + " " + c.Name
			if c.Name == "rm" && flag.Names()[0] == "all" {
				t.Errorf("%s forgets every recording", name)
			}
		}
	})
	same := map[string]string{ // one thing, told from each command's side
		"EDGESIM_RECORD":       "where recordings are: serve writes there, recordings reads there",
		"EDGESIM_JSON":         "JSON for programs",
		"EDGESIM_LIMIT":        "at most so many exchanges",
		"EDGESIM_STATE":        "the state directory",
		"EDGESIM_DISTRIBUTION": "one distribution, by its id or name",
	}
	for name, usages := range meanings {
		if len(usages) > 1 && same[name] == "" {
			t.Errorf("%s means %d things: %v", name, len(usages), usages)
		}
	}
}

// TestCommasStay: the value of a repeatable flag may contain commas, and a variable has one
// value per line.
func TestCommasStay(t *testing.T) {
	for name, row := range map[string]struct {
		args []string
		env  string
		want []string
	}{
		"flags":       {[]string{"--fault", "latency=1s path=/a,b", "--fault", "latency=2s"}, "", []string{"latency=1s path=/a,b", "latency=2s"}},
		"environment": {nil, "latency=1s path=/a,b\nlatency=2s", []string{"latency=1s path=/a,b", "latency=2s"}},
	} {
		t.Run(name, func(t *testing.T) {
			if row.env != "" {
				t.Setenv("EDGESIM_FAULT", row.env)
			}
			p := &program{out: output{io.Discard, io.Discard}, log: logrus.New(), logTo: &logStream{io.Discard}}
			app := p.app()
			var got []string
			app.Command("serve").Action = func(c *cli.Context) error {
				got = givenBy(c, nil).list("fault")
				return nil
			}
			if err := app.Run(append([]string{"edgesim", "serve"}, row.args...)); err != nil || !slices.Equal(got, row.want) {
				t.Errorf("got %q, %v, want %q", got, err, row.want)
			}
		})
	}
}
