package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// zshCompletion is the same with a description of each command and flag.
func zshCompletion(app *cli.App) (string, error) {
	var lists, cases strings.Builder
	long := longLists()
	for _, name := range slices.Sorted(maps.Keys(long)) {
		fmt.Fprintf(&lists, "    %s) compadd -- %s ;;\n", name, strings.Join(long[name], " "))
	}
	for _, c := range app.VisibleCommands() {
		fmt.Fprintf(&cases, "    %s)\n", c.Name)
		if len(c.Subcommands) == 0 {
			cases.WriteString(zshArguments(place{c.Name, c}))
		} else {
			fmt.Fprintf(&cases, "      if (( CURRENT == 2 )); then\n        commands=(\n%s        )\n        _describe command commands\n        return\n      fi\n", zshCommands(c.Subcommands))
			cases.WriteString("      shift words\n      (( CURRENT-- ))\n      case $words[1] in\n")
			for _, sub := range c.Subcommands {
				if !sub.Hidden {
					fmt.Fprintf(&cases, "    %s)\n%s      ;;\n", sub.Name, zshArguments(place{c.Name + " " + sub.Name, sub}))
				}
			}
			cases.WriteString("      esac\n")
		}
		cases.WriteString("      ;;\n")
	}
	return fmt.Sprintf(`#compdef edgesim
_edgesim_list() {
  local list
  for list in "$@"; do
    case $list in
%s    esac
  done
}
_edgesim() {
  local -a commands
  commands=(
%s  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  shift words
  (( CURRENT-- ))
  case $words[1] in
%s  esac
}
if [ "$funcstack[1]" = _edgesim ]; then _edgesim "$@"; else compdef _edgesim edgesim; fi
`, lists.String(), zshCommands(app.VisibleCommands()), cases.String()), nil
}

// zshCommands lists commands with their descriptions.
func zshCommands(commands []*cli.Command) string {
	var b strings.Builder
	for _, c := range commands {
		if !c.Hidden {
			fmt.Fprintf(&b, "    '%s:%s'\n", c.Name, zshText(c.Usage))
		}
	}
	return b.String()
}

// zshArguments completes the flags and arguments of a command.
func zshArguments(p place) string {
	var b strings.Builder
	b.WriteString("      _arguments \\\n")
	for _, f := range p.flags() {
		repeated, equals, value := "", "", ""
		if f.many {
			repeated = "*"
		}
		if f.takesValue {
			equals, value = "=", ":"+zshText(cmp.Or(f.placeholder, "value"))+":"+zshOffers(p.value(f.name))
		}
		fmt.Fprintf(&b, "        '%s--%s%s[%s]%s' \\\n", repeated, f.name, equals, zshText(f.text), value)
	}
	fmt.Fprintf(&b, "        '*:argument:%s'\n", zshOffers(p.arguments()))
	return b.String()
}

// zshOffers returns the action that offers what is possible at a place.
func zshOffers(c completes) string {
	files := ""
	switch {
	case len(c.files) > 0 && c.files[0] != "*":
		files = fmt.Sprintf(`_files -g "*.(%s)"`, strings.Join(c.files, "|"))
	case len(c.files) > 0:
		files = "_files"
	case c.folders:
		files = "_files -/"
	}
	words := strings.Join(c.words, " ")
	if len(c.lists) > 0 {
		action := ""
		if words != "" {
			action = "compadd -- " + words + "; "
		}
		return "{" + action + "_edgesim_list " + strings.Join(c.lists, " ") + "}"
	}
	switch {
	case words != "" && files != "":
		return fmt.Sprintf("{compadd -- %s; %s}", words, files)
	case words != "":
		return "(" + words + ")"
	case files != "":
		return files
	}
	return " " // unknown
}

// zshText escapes text for a specification in single quotes.
func zshText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(text)
}
