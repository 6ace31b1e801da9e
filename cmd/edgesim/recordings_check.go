package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/recording"
)

func (p *program) recordingsCheckCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "look for damage in a folder of recordings",
		Description: "Reads every exchange, its bodies and the index. The exit code is 1 if anything is damaged.\n" +
			"--repair deletes damaged exchanges and rebuilds a damaged index from the segments; the exit code\n" +
			"is then 0.\n\n" +
			"Example:\n" +
			"  edgesim recordings check --repair",
		Flags: append(whereFlags(),
			&cli.BoolFlag{Name: "repair", Usage: "delete damaged exchanges"},
			&cli.BoolFlag{Name: "json", Usage: "print the report as JSON"}),
		Action: p.recordingsCheck,
	}
}

func (p *program) recordingsCheck(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	store, err := p.openRecordings(c, c.Bool("repair"))
	if err != nil {
		return err
	}
	defer store.Close()
	checker, ok := store.(recording.Checker)
	if !ok {
		return usage{err: errors.New("only a folder of recordings can be checked"), hint: "name it with --record DIR"}
	}
	report, err := checker.Check(c.Context, c.Bool("repair"))
	if err != nil {
		return err
	}
	if err := p.printCheck(c, &report); err != nil {
		return err
	}
	if !report.Fine() && !report.Repaired {
		return concluded(exitFailed)
	}
	return nil
}

// printCheck prints the results of a check of recordings.
func (p *program) printCheck(c *cli.Context, report *recording.CheckReport) error {
	out := p.out.stdout
	if c.Bool("json") {
		data, err := json.MarshalIndent(report, "", "  ")
		if err == nil {
			_, err = fmt.Fprintf(out, "%s\n", data)
		}
		return err
	}
	if report.Index != "" {
		fmt.Fprintf(out, "index: %s\n", report.Index)
	}
	for _, d := range report.Damaged {
		fmt.Fprintf(out, "%s: %s\n", d.Name, d.Reason)
	}
	switch {
	case report.Fine():
		fmt.Fprintf(out, "%s, nothing damaged\n", plural(int(report.Exchanges), "exchange"))
	case report.Repaired:
		fmt.Fprintf(out, "%s, %d damaged and dropped\n", plural(int(report.Exchanges), "exchange"), len(report.Damaged))
	default:
		fmt.Fprintf(out, "%s, %d damaged; --repair drops what is damaged\n", plural(int(report.Exchanges), "exchange"), len(report.Damaged))
	}
	return nil
}

// noteDamaged reports what was left out of an answer because it cannot be read.
func (p *program) noteDamaged(damaged []recording.Damaged) {
	if len(damaged) == 0 {
		return
	}
	const most = 3
	names := ""
	for i, d := range damaged[:min(most, len(damaged))] {
		if i > 0 {
			names += ", "
		}
		names += d.Name
	}
	if len(damaged) > most {
		names += ", …"
	}
	p.out.note("left out, as damaged: %s (%s); edgesim recordings check --repair drops what is damaged", plural(len(damaged), "exchange"), names)
}
