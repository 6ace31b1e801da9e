package main

import (
	"slices"
	"strings"
	"unicode"

	"github.com/urfave/cli/v2"
)

// interleave moves the flags of a command before its arguments, because urfave/cli stops
// looking for flags at the first argument and the contract allows them anywhere. Everything
// after "--" is an argument.
func interleave(app *cli.App, args []string) []string {
	at := 1
	for at < len(args) && strings.HasPrefix(args[at], "-") {
		at++
	}
	if at >= len(args) {
		return args
	}
	command := app.Command(args[at])
	if command == nil {
		return args
	}
	args, at, command = intoSubcommand(args, at, command)
	if asksForHelp(command, args[at+1:]) {
		return append(append([]string(nil), args[:at+1]...), "--help")
	}
	var flags, rest []string
	for i := at + 1; i < len(args); i++ {
		arg := args[i]
		switch {
		case arg == "--":
			rest = append(rest, args[i+1:]...)
			i = len(args)
		case arg == "-" || !strings.HasPrefix(arg, "-") || looksLikeID(command, arg):
			rest = append(rest, arg)
		default:
			flags = append(flags, arg)
			if takesValue(command, arg) && i+1 < len(args) {
				i++
				flags = append(flags, args[i])
			}
		}
	}
	out := append(append([]string(nil), args[:at+1]...), flags...)
	if len(rest) > 0 {
		out = append(append(out, "--"), rest...)
	}
	return out
}

// withoutHelpAll replaces --help-all with --help, and reports whether it was present.
func withoutHelpAll(args []string) ([]string, bool) {
	out, found := slices.Clone(args), false
	for i, arg := range out {
		if arg == "--" {
			break
		}
		if arg == "--"+helpAll {
			out[i], found = "--help", true
		}
	}
	return out, found
}

// asksForHelp reports whether --help is among the arguments of a command: then nothing else
// matters.
func asksForHelp(command *cli.Command, args []string) bool {
	for i := 0; i < len(args) && args[i] != "--"; i++ {
		switch {
		case args[i] == "--help" || args[i] == "-h":
			return true
		case strings.HasPrefix(args[i], "-") && takesValue(command, args[i]):
			i++
		}
	}
	return false
}

// takeExchanges are the commands whose arguments are exchanges.
var takeExchanges = []string{"show", "replay", "rm"}

// looksLikeID reports whether something that looks like a flag is the id of an exchange, or
// its beginning: ids of older edges may start with a dash. No flag has a capital letter,
// and hardly any id has none.
func looksLikeID(command *cli.Command, arg string) bool {
	return slices.Contains(takeExchanges, command.Name) && strings.ContainsFunc(flagName(arg), unicode.IsUpper)
}

// flagName returns the name of a flag without its dashes and its value.
func flagName(arg string) string {
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	return name
}

// intoSubcommand goes from a command to the named subcommand. Flags between the two are
// moved after it, as all flags belong to the subcommand.
func intoSubcommand(args []string, at int, command *cli.Command) ([]string, int, *cli.Command) {
	for i := at + 1; i < len(args) && args[i] != "--" && len(command.Subcommands) > 0; i++ {
		if strings.HasPrefix(args[i], "-") {
			if takesValue(command.Subcommands[0], args[i]) {
				i++
			}
			continue
		}
		for _, sub := range command.Subcommands {
			if sub.HasName(args[i]) {
				moved := append(append(append([]string(nil), args[:at+1]...), args[i]), args[at+1:i]...)
				return append(moved, args[i+1:]...), at + 1, sub
			}
		}
		break
	}
	return args, at, command
}

// takesValue reports whether a flag's value is the next argument.
func takesValue(command *cli.Command, arg string) bool {
	if strings.Contains(arg, "=") {
		return false
	}
	name := flagName(arg)
	for _, flag := range command.Flags {
		for _, known := range namesOf(flag) {
			if known == name {
				_, isBool := flag.(*cli.BoolFlag)
				return !isBool
			}
		}
	}
	return false
}
