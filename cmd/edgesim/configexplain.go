package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/ingest"
)

func (p *program) configExplain(*cli.Context, *ingest.Result) error { return errors.New("soon") }
func (p *program) configDiff(*cli.Context, *ingest.Result) error    { return errors.New("soon") }
