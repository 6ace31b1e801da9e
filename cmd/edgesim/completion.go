package main

import (
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"
)

func (p *program) completionCommand() *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "print shell completions for bash, zsh or fish",
		ArgsUsage: "SHELL",
		Description: "Commands, flags and their values: causes, rule ids, names of the lab and of ELB security policies, dates,\n" +
			"and the files that are meant.\n\n" +
			"Examples:\n" +
			"  edgesim completion bash > /etc/bash_completion.d/edgesim\n" +
			"  edgesim completion zsh > \"${fpath[1]}/_edgesim\"\n" +
			"  edgesim completion fish > ~/.config/fish/completions/edgesim.fish",
		Action: func(c *cli.Context) error {
			complete, ok := map[string]func(*cli.App) (string, error){
				"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion,
			}[c.Args().First()]
			if !ok || c.NArg() != 1 {
				return usage{err: fmt.Errorf("one of bash, zsh and fish is taken, %q was given", strings.Join(c.Args().Slice(), " "))}
			}
			return p.print(complete(c.App))
		},
	}
}

// manCommand prints the man page for packages; people do not need it.
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

// print prints a text generated from the commands.
func (p *program) print(text string, err error) error {
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.out.stdout, "%s\n", strings.TrimRight(text, "\n"))
	return err
}
