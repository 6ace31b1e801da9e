package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print shell completions for bash, zsh or fish",
		ArgsUsage: "SHELL",
		Description: "Examples:\n" +
			"  edgesim completion bash > /etc/bash_completion.d/edgesim\n" +
			"  edgesim completion zsh > \"${fpath[1]}/_edgesim\"\n" +
			"  edgesim completion fish > ~/.config/fish/completions/edgesim.fish",
		Action: func(c *cli.Context) error {
			complete, ok := map[string]func(*cli.App) (string, error){
				"bash": bashCompletion, "zsh": zshCompletion, "fish": (*cli.App).ToFishCompletion,
			}[c.Args().First()]
			if !ok || c.NArg() != 1 {
				return usage{err: fmt.Errorf("one of bash, zsh and fish is taken, %q was given", strings.Join(c.Args().Slice(), " "))}
			}
			return p.print(complete(c.App))
		},
	}
}

// manCommand prints what is kept as edgesim.1; people do not need it.
func (p *program) manCommand() *cli.Command {
	return &cli.Command{
		Name: "man", Usage: "print the man page", Hidden: true,
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			return p.print(c.App.ToManWithSection(1))
		},
	}
}

// print prints a text that was made of the commands.
func (p *program) print(text string, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out.stdout, "%s\n", strings.TrimRight(text, "\n"))
	return err
}

// bashCompletion completes commands, then a command's own commands and flags,
// then files.
func bashCompletion(app *cli.App) (string, error) {
	var cases, names strings.Builder
	for _, c := range app.VisibleCommands() {
		names.WriteString(c.Name + " ")
		flags := flagNames(c)
		for _, sub := range c.Subcommands {
			flags = append(flags, flagNames(sub)...)
		}
		slices.Sort(flags)
		fmt.Fprintf(&cases, "    %s) words=%q flags=%q ;;\n", c.Name,
			strings.Join(subcommandNames(c), " "), strings.Join(slices.Compact(flags), " ")+" --help")
	}
	return fmt.Sprintf(`# bash completion for edgesim
_edgesim() {
  local cur=${COMP_WORDS[COMP_CWORD]} command=${COMP_WORDS[1]} words="" flags=""
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W %q -- "$cur"))
    return
  fi
  case $command in
%s  esac
  case $cur in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
    *)
      [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W "$words" -- "$cur"))
      [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$cur"))
      ;;
  esac
}
complete -o filenames -F _edgesim edgesim
`, names.String()+"--help --version", cases.String()), nil
}

// flagNames are the flags of a command as they are typed, but for --help.
func flagNames(c *cli.Command) []string {
	var names []string
	for _, f := range c.VisibleFlags() {
		if name := f.Names()[0]; name != "help" {
			names = append(names, "--"+name)
		}
	}
	return names
}

// subcommandNames are the commands of a command.
func subcommandNames(c *cli.Command) []string {
	var names []string
	for _, sub := range c.Subcommands {
		if !sub.Hidden {
			names = append(names, sub.Name)
		}
	}
	return names
}

// zshCompletion is the same with what each command and flag is for.
func zshCompletion(app *cli.App) (string, error) {
	var commands, cases strings.Builder
	for _, c := range app.VisibleCommands() {
		fmt.Fprintf(&commands, "    '%s:%s'\n", c.Name, zshText(c.Usage))
		fmt.Fprintf(&cases, "    %s)\n      _arguments \\\n", c.Name)
		for _, f := range c.VisibleFlags() {
			documented, ok := f.(cli.DocGenerationFlag)
			if !ok {
				continue
			}
			placeholder, text := unquoted(documented.GetUsage())
			repeated, value := "", ""
			if _, many := f.(*cli.StringSliceFlag); many {
				repeated = "*"
			}
			if documented.TakesValue() {
				value = fmt.Sprintf(":%s:_files", zshText(placeholder))
			}
			equals := map[bool]string{true: "=", false: ""}[documented.TakesValue()]
			fmt.Fprintf(&cases, "        '%s--%s%s[%s]%s' \\\n", repeated, f.Names()[0], equals, zshText(text), value)
		}
		if subs := subcommandNames(c); len(subs) > 0 {
			fmt.Fprintf(&cases, "        '1:command:(%s)' \\\n", strings.Join(subs, " "))
		}
		cases.WriteString("        '*:file:_files'\n      ;;\n")
	}
	return fmt.Sprintf(`#compdef edgesim
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
_edgesim "$@"
`, commands.String(), cases.String()), nil
}

// zshText makes a text fit for a specification in single quotes.
func zshText(text string) string {
	return strings.NewReplacer(`\`, `\\`, "'", `'\''`, "[", `\[`, "]", `\]`, ":", `\:`).Replace(text)
}

// unquoted takes the placeholder out of a flag's usage, where it stands between
// backquotes.
func unquoted(usage string) (placeholder, text string) {
	before, rest, ok := strings.Cut(usage, "`")
	name, after, closed := strings.Cut(rest, "`")
	if !ok || !closed {
		return "value", usage
	}
	return name, before + name + after
}
