package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/ingest"
)

// helpCommand is "edgesim help [COMMAND [COMMAND]]", which many people type.
func helpCommand(c *cli.Context) error {
	names := c.Args().Tail()
	if len(names) == 0 {
		return cli.ShowAppHelp(c)
	}
	command := c.App.Command(names[0])
	if command == nil {
		return unknownCommand(c, names[0])
	}
	path := []string{c.App.Name, command.Name}
	for _, name := range names[1:] {
		below := commandNamed(command.Subcommands, name)
		if below == nil {
			return unknownSubcommand(command, name)
		}
		command, path = below, append(path, below.Name)
	}
	return c.App.RunContext(c.Context, append(path, "--help"))
}

func commandNamed(commands []*cli.Command, name string) *cli.Command {
	for _, command := range commands {
		if command.HasName(name) {
			return command
		}
	}
	return nil
}

// whereThingsAre maps what people look for among the commands to where it is.
var whereThingsAre = map[string]string{
	"show": "recordings show", "ls": "recordings ls", "list": "recordings ls", "logs": "recordings ls", "log": "recordings ls",
	"tail": "recordings tail", "export": "recordings export", "replay": "recordings replay", "rm": "recordings rm", "stats": "recordings stats",
	"status": "healthcheck", "health": "healthcheck", "ping": "healthcheck", "start": "serve", "run": "serve", "up": "serve", "proxy": "serve",
	"test": "check", "scan": "check", "validate": "config", "explain": "config", "diff": "config", "rule": "rules", "cert": "ca", "trust": "ca",
	"purge": "invalidate", "functions": "function", "fn": "function", "tour": "demo", "version": "--version",
}

// unknownCommand suggests what was probably meant: a command with a similar name, the
// command that does it, a file or a URL without its command. Only close matches are
// suggested.
func unknownCommand(c *cli.Context, name string) error {
	err := usage{err: fmt.Errorf("no command %q", name), hint: "edgesim --help lists the commands"}
	info, statErr := os.Stat(name)
	near := nearCommand(c.App.Commands, strings.ToLower(name))
	switch lower := strings.ToLower(name); {
	case strings.Contains(name, "://"):
		err.hint = fmt.Sprintf("edgesim check %s judges an origin; edgesim serve --origin %s puts an edge in front of it", name, name)
	case near != "" && (statErr != nil || info.IsDir()):
		err.hint = fmt.Sprintf("did you mean edgesim %s?", near)
	case statErr == nil, slices.Contains([]string{".json", ".yaml", ".yml", ".tf", ".template"}, strings.ToLower(filepath.Ext(name))):
		err.hint = fmt.Sprintf("edgesim serve %s, or edgesim check %s", name, name)
	case whereThingsAre[lower] != "":
		err.hint = fmt.Sprintf("did you mean edgesim %s?", whereThingsAre[lower])
	}
	return err
}

// nearCommand returns the command with a similar name, or "".
func nearCommand(commands []*cli.Command, name string) string {
	best, distance := "", 3
	for _, command := range commands {
		if d := editDistance(name, command.Name); !command.Hidden && d < distance && d < len(command.Name)/2 {
			best, distance = command.Name, d
		}
	}
	return best
}

// unknownSubcommand suggests which subcommand was probably meant.
func unknownSubcommand(command *cli.Command, name string) error {
	err := usage{err: fmt.Errorf("%s has no command %q", command.Name, name), hint: "edgesim " + command.Name + " --help lists them"}
	var names []string
	for _, sub := range command.Subcommands {
		names = append(names, sub.Name)
	}
	near := command.Name + " " + ingest.DidYouMean(name, names)
	if known := whereThingsAre[strings.ToLower(name)]; strings.HasPrefix(known, command.Name+" ") {
		near = known
	}
	if near != command.Name+" " {
		err.hint = fmt.Sprintf("did you mean edgesim %s?", near)
	}
	return err
}

// editDistance is how many letters must be inserted, removed or changed to turn one word
// into the other (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
