package main

import (
	"strconv"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/setting"
)

// originFlags say what the origin is and how it is reached; every command that contacts an
// origin has them.
func originFlags() []cli.Flag { return flagsOf(setting.GroupOrigin) }

// listenFlags are the flags of a running edge. record is the default of --record.
func listenFlags(record string) []cli.Flag {
	var flags []cli.Flag
	for _, flag := range append(recordFlags(record), flagsOf(setting.GroupEdge)...) {
		if nameOf(flag) != faultFlagName {
			flags = append(flags, flag)
		}
	}
	return flags
}

// recordFlags are the flags for recordings. standard is the default of --record.
func recordFlags(standard string) []cli.Flag {
	flags := flagsOf(setting.GroupRecording)
	for _, flag := range flags {
		if f, ok := flag.(*cli.StringFlag); ok && f.Name == "record" {
			f.Usage = usageText(setting.Flag("record"), standard)
		}
	}
	return flags
}

// faultFlagName is a flag that demo does not have: its faults are the lab's.
const faultFlagName = "fault"

// faultFlag is the flag for faults on demand.
func faultFlag() cli.Flag { return flagOf(setting.Flag(faultFlagName)) }

// logFlags are the flags of the log, which every command has.
func logFlags() []cli.Flag { return flagsOf(setting.GroupLog) }

// flagsOf makes the flags of a group of settings.
func flagsOf(g setting.Group) []cli.Flag {
	var flags []cli.Flag
	for _, s := range setting.Of(g) {
		flags = append(flags, flagOf(s))
	}
	return flags
}

// nameOf returns the name of a flag without its aliases.
func nameOf(flag cli.Flag) string { return namesOf(flag)[0] }

// namesOf returns the name of a flag and its aliases. The flag's own Names method matches a
// regular expression for each, which took a fifth of the time in which a command starts.
func namesOf(flag cli.Flag) []string {
	switch f := flag.(type) {
	case *cli.StringFlag:
		return append([]string{f.Name}, f.Aliases...)
	case *cli.StringSliceFlag:
		return append([]string{f.Name}, f.Aliases...)
	case *cli.BoolFlag:
		return append([]string{f.Name}, f.Aliases...)
	case *cli.IntFlag:
		return append([]string{f.Name}, f.Aliases...)
	}
	return flag.Names()
}

// flagOf makes the flag of a setting.
func flagOf(s *setting.Setting) cli.Flag {
	category, usage := string(s.Group)+":", usageText(s, s.Said)
	switch {
	case s.Kind == setting.Switch:
		return &cli.BoolFlag{Name: s.Name, Usage: usage, Category: category}
	case s.Repeatable():
		return &cli.StringSliceFlag{Name: s.Name, Usage: usage, Category: category}
	case s.Kind == setting.Number && s.Default != "":
		value, _ := strconv.Atoi(s.Default) // the table's test checks that it is one
		return &cli.IntFlag{Name: s.Name, Value: value, Usage: usage, Category: category}
	}
	return &cli.StringFlag{Name: s.Name, Value: s.Default, Usage: usage, Category: category}
}

// usageText is the help text of a setting, with its default.
func usageText(s *setting.Setting, said string) string {
	if said == "" {
		return s.Usage
	}
	return s.Usage + " (default: " + said + ")"
}

// The addresses of the contract.
const (
	defaultListen  = setting.DefaultListen
	defaultInspect = setting.DefaultInspect
)
