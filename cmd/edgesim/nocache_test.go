package main

import (
	"flag"
	"testing"

	"github.com/urfave/cli/v2"
)

// TestCommandWithoutCache: a command that has no --cache-size, such as check, is
// not refused for it.
func TestCommandWithoutCache(t *testing.T) {
	t.Parallel()
	c := cli.NewContext(cli.NewApp(), flag.NewFlagSet("check", flag.ContinueOnError), nil)
	got, err := readCache(givenBy(c, nil))
	if err != nil || got.Bytes != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}
