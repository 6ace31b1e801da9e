package main

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/ingest"
)

// oneDash matches a flag in a message of package flag, which writes all of them with one
// dash, regardless of what the user typed and the help says.
var oneDash = regexp.MustCompile(`( |^)-([a-z][a-z0-9-]+)`)

// twoDashes writes the flags of a message as in help.
func twoDashes(err error) error {
	return errors.New(oneDash.ReplaceAllString(err.Error(), "${1}--${2}"))
}

// undefined matches the name in the message about an unknown flag. Package flag provides it
// in no other way.
var undefined = regexp.MustCompile(`not defined: -+([^ ]+)`)

// flagMistake is a command's error for flags that cannot be parsed.
func flagMistake(err error, command *cli.Command) error {
	u := usage{err: twoDashes(err), hint: command.HelpName + " --help lists the flags"}
	if name := undefined.FindStringSubmatch(err.Error()); name != nil {
		var names []string
		for _, flag := range command.Flags {
			names = append(names, namesOf(flag)...)
		}
		if near := ingest.DidYouMean(name[1], names); near != "" {
			u.hint = fmt.Sprintf("did you mean --%s? %s", near, u.hint)
		}
	}
	return u
}
