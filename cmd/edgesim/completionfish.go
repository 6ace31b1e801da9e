package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// fishCompletion is the same for fish.
func fishCompletion(app *cli.App) (string, error) {
	var b strings.Builder
	b.WriteString(`# fish completion for edgesim
function __edgesim_at
  set -l typed (commandline -opc)
  set -l last (math 1 + (count $argv))
  test (count $typed) -ge $last; or return 1
  test $last -eq 1; or test "$typed[2..$last]" = "$argv"
end
function __edgesim_next
  set -l typed (commandline -opc)
  test (count $typed) -eq (math 1 + (count $argv)); and __edgesim_at $argv
end
function __edgesim_files
  for file in (__fish_complete_path (commandline -ct))
    string match -qr -- "(/|\\.($argv[1]))(\t|\$)" $file; and echo $file
  end
end
complete -c edgesim -f
complete -c edgesim -n '__edgesim_next' -l help -d 'show help'
complete -c edgesim -n '__edgesim_next' -l version -d 'print the version'
`)
	long := longLists()
	for _, name := range slices.Sorted(maps.Keys(long)) {
		fmt.Fprintf(&b, "function __edgesim_%s\n  string split ' ' '%s'\nend\n", name, strings.Join(long[name], " "))
	}
	for _, c := range app.VisibleCommands() {
		fmt.Fprintf(&b, "complete -c edgesim -n '__edgesim_next' -a %s -d '%s'\n", c.Name, fishText(c.Usage))
		for _, sub := range c.Subcommands {
			if !sub.Hidden {
				fmt.Fprintf(&b, "complete -c edgesim -n '__edgesim_next %s' -a %s -d '%s'\n", c.Name, sub.Name, fishText(sub.Usage))
			}
		}
	}
	for _, p := range places(app) {
		at := "complete -c edgesim -n '__edgesim_at " + p.path + "'"
		for _, f := range p.flags() {
			flag := " -l " + f.name
			if f.short != "" {
				flag += " -s " + f.short
			}
			if f.takesValue {
				flag += " -x" + fishOffers(p.value(f.name)) // only a value
			}
			fmt.Fprintf(&b, "%s%s -d '%s'\n", at, flag, fishText(f.text))
		}
		if c := p.arguments(); !c.isEmpty() {
			fmt.Fprintf(&b, "%s%s\n", at, fishOffers(c))
		}
	}
	return b.String(), nil
}

// fishOffers offers what is possible at a place.
func fishOffers(c completes) string {
	offers := ""
	if len(c.words) > 0 {
		offers = strings.Join(c.words, " ")
	}
	for _, list := range c.lists {
		offers += " (__edgesim_" + list + ")"
	}
	switch {
	case len(c.files) > 0 && c.files[0] != "*":
		offers += fmt.Sprintf(" (__edgesim_files \"%s\")", strings.Join(c.files, "|"))
	case len(c.files) > 0:
		offers += " (__fish_complete_path (commandline -ct))"
	case c.folders:
		offers += " (__fish_complete_directories (commandline -ct) \"\")"
	}
	if offers == "" {
		return ""
	}
	return " -a '" + strings.TrimSpace(offers) + "'"
}

// fishText escapes text for single quotes.
func fishText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(text)
}
