package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// bashCompletion completes commands, their flags, and the values after them.
func bashCompletion(app *cli.App) (string, error) {
	var lists, groups, flags, arguments, values strings.Builder
	long := longLists()
	for _, name := range slices.Sorted(maps.Keys(long)) {
		fmt.Fprintf(&lists, "_edgesim_%s=%q\n", name, strings.Join(long[name], " "))
	}
	var names []string
	for _, c := range app.VisibleCommands() {
		names = append(names, c.Name)
		if subs := subcommandNames(c); len(subs) > 0 {
			fmt.Fprintf(&groups, "    %s) words=%q ;;\n", c.Name, strings.Join(subs, " "))
		}
	}
	for _, p := range places(app) {
		var all []string
		for _, f := range p.flags() {
			all = append(all, "--"+f.name)
			if !f.takesValue {
				continue
			}
			typed := fmt.Sprintf("%q", p.path+" --"+f.name)
			if f.short != "" {
				typed += fmt.Sprintf("|%q", p.path+" -"+f.short)
			}
			fmt.Fprintf(&values, "    %s) %s;;\n", typed, bashOffers(p.value(f.name)))
		}
		fmt.Fprintf(&flags, "    %q) flags=%q ;;\n", p.path, strings.Join(append(all, "--help", "--help-all"), " "))
		if c := p.arguments(); !c.isEmpty() {
			fmt.Fprintf(&arguments, "    %q) %s;;\n", p.path, bashOffers(c))
		}
	}
	return fmt.Sprintf(`# bash completion for edgesim
%s_edgesim_words() { COMPREPLY+=($(compgen -W "$1" -- "$cur")); }
_edgesim_folders() { local IFS=$'\n'; compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$cur")); }
_edgesim_files() {
  local IFS=$'\n' ending
  _edgesim_folders
  for ending in "$@"; do
    if [ "$ending" = "*" ]; then
      COMPREPLY=($(compgen -f -- "$cur"))
    else
      COMPREPLY+=($(compgen -f -X "!*.$ending" -- "$cur"))
    fi
  done
}
_edgesim() {
  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=${COMP_WORDS[1]} words="" flags=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _edgesim_words %q
    return
  fi
  case $path in
%s  esac
  if [ -n "$words" ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then
      _edgesim_words "$words"
      return
    fi
    path="$path ${COMP_WORDS[2]}"
  fi
  # --flag=value is three words.
  if [ "$cur" = "=" ]; then
    cur=""
  elif [ "$before" = "=" ]; then
    before=${COMP_WORDS[COMP_CWORD-2]}
  fi
  case "$path $before" in
%s  esac
  case $path in
%s  esac
  case $cur in
    -*) _edgesim_words "$flags"; return ;;
  esac
  case $path in
%s  esac
}
complete -F _edgesim edgesim
`, lists.String(), strings.Join(names, " ")+" --help --version", groups.String(), values.String(), flags.String(), arguments.String()), nil
}

// bashOffers returns the commands that offer what is possible at a place, up to the end of
// the function.
func bashOffers(c completes) string {
	var b strings.Builder
	if len(c.words) > 0 {
		fmt.Fprintf(&b, "_edgesim_words %q; ", strings.Join(c.words, " "))
	}
	for _, list := range c.lists {
		fmt.Fprintf(&b, `_edgesim_words "$_edgesim_%s"; `, list)
	}
	switch {
	case len(c.files) > 0:
		fmt.Fprintf(&b, "_edgesim_files '%s'; ", strings.Join(c.files, "' '"))
	case c.folders:
		b.WriteString("_edgesim_folders; ")
	}
	return b.String() + "return "
}

// subcommandNames returns the names of a command's subcommands.
func subcommandNames(c *cli.Command) []string {
	var names []string
	for _, sub := range c.Subcommands {
		if !sub.Hidden {
			names = append(names, sub.Name)
		}
	}
	return names
}
