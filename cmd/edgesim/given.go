package main

import (
	"fmt"
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/ingest"
)

// given is the value of the settings from the command line, the environment and the
// overlay, in this order of precedence; otherwise it is the flag's default.
type given struct {
	c       *cli.Context
	overlay map[string][]string
}

// givenBy combines a command's flags with an overlay, which may be nil.
func givenBy(c *cli.Context, o *ingest.Overlay) given {
	if o == nil {
		return given{c: c}
	}
	return given{c, o.Values}
}

// text returns the value of a setting.
func (g given) text(name string) string {
	if values := g.overlay[name]; len(values) > 0 && !g.c.IsSet(name) {
		return values[0]
	}
	return g.c.String(name)
}

// on reports whether a switch is on.
func (g given) on(name string) bool {
	if values := g.overlay[name]; len(values) > 0 && !g.c.IsSet(name) {
		return values[0] == "true"
	}
	return g.c.Bool(name)
}

// list returns all values of a repeatable setting: the overlay's, then the flag's.
func (g given) list(name string) []string {
	return append(append([]string(nil), g.overlay[name]...), g.c.StringSlice(name)...)
}

// number returns the value of a numeric setting with a default.
func (g given) number(name string) (int, error) {
	if values := g.overlay[name]; len(values) > 0 && !g.c.IsSet(name) {
		n, err := strconv.Atoi(values[0])
		if err != nil {
			return 0, usage{err: fmt.Errorf("%s: %q is not a whole number", name, values[0])}
		}
		return n, nil
	}
	return g.c.Int(name), nil
}
