package main

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/ingest"
)

// oneDash is a flag in a message of package flag, which writes all of them with
// one dash, whatever the user typed and the help says.
var oneDash = regexp.MustCompile(`( |^)-([a-z][a-z0-9-]+)`)

// twoDashes writes the flags of a message as the help does.
func twoDashes(err error) error {
	return errors.New(oneDash.ReplaceAllString(err.Error(), "${1}--${2}"))
}

// undefined is the name in the message about a flag that does not exist. Package
// flag has no other way to tell it.
var undefined = regexp.MustCompile(`not defined: -+([^ ]+)`)

// flagMistake is what a command says to flags that it cannot read.
func flagMistake(err error, command *cli.Command) error {
	u := usage{err: twoDashes(err), hint: command.HelpName + " --help lists the flags"}
	if name := undefined.FindStringSubmatch(err.Error()); name != nil {
		var names []string
		for _, flag := range command.Flags {
			names = append(names, flag.Names()...)
		}
		if near := ingest.DidYouMean(name[1], names); near != "" {
			u.hint = fmt.Sprintf("did you mean --%s? %s", near, u.hint)
		}
	}
	return u
}
