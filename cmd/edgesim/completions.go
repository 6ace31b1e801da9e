package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/setting"
	"github.com/edgesim/edgesim/policy"
)

// completes is what is possible at a place of the command line: words, files and folders.
type completes struct {
	words []string
	// lists are names in longLists whose words are also offered.
	lists []string
	// files are the extensions of possible files; "*" means any file, an empty list none.
	// folders means only folders.
	files   []string
	folders bool
}

// isEmpty reports whether nothing is known about a place.
func (c completes) isEmpty() bool { return len(c.words)+len(c.lists)+len(c.files) == 0 && !c.folders }

// longLists are lists of words used at several places: a script has each once.
func longLists() map[string][]string {
	lists := map[string][]string{}
	for _, s := range policy.Causes() {
		lists["causes"] = append(lists["causes"], string(s.Name))
	}
	for _, r := range policy.Catalogue() {
		lists["rules"] = append(lists["rules"], string(r.ID))
	}
	return lists
}

// The files that commands read and write.
var (
	configFiles    = completes{files: []string{"json", "yaml", "yml", "tf", "template"}}
	recordingFiles = completes{files: []string{"har", "jsonl"}}
	pemFiles       = completes{files: []string{"pem", "crt", "cer", "key"}}
	anyFile        = completes{files: []string{"*"}}
	aFolder        = completes{folders: true}
)

// place is a command with its flags and arguments.
type place struct {
	// path is the command's name, prefixed with that of its parent command.
	path    string
	command *cli.Command
}

// places returns all commands that people run, in the order of help.
func places(app *cli.App) []place {
	var all []place
	for _, c := range app.VisibleCommands() {
		if len(c.Subcommands) == 0 {
			all = append(all, place{c.Name, c})
		}
		for _, sub := range c.Subcommands {
			if !sub.Hidden {
				all = append(all, place{c.Name + " " + sub.Name, sub})
			}
		}
	}
	return all
}

// arguments returns what a command accepts besides its flags.
func (p place) arguments() completes {
	switch p.path {
	case "serve", "check", "config":
		return configFiles
	case "rules":
		var families []string
		for _, f := range ruleFamilies {
			families = append(families, f.name)
		}
		return completes{words: slices.Compact(slices.Sorted(slices.Values(families))), lists: []string{"causes", "rules"}}
	case "lab":
		var names []string
		for _, f := range lab.Faults() {
			names = append(names, f.Name)
		}
		return completes{words: names}
	case "recordings show":
		return completes{words: []string{"last", "failed"}}
	case "recordings replay":
		return completes{words: []string{"last", "failed"}, files: recordingFiles.files}
	case "function test":
		return completes{files: []string{"js", "mjs", "cjs"}}
	case "completion":
		return completes{words: []string{"bash", "zsh", "fish"}}
	}
	return completes{}
}

// value returns the possible values of a command's flag.
func (p place) value(flag string) completes {
	if known, ok := ownValues[p.path+" "+flag]; ok {
		return known
	}
	switch flag {
	case "cause":
		return completes{lists: []string{"causes"}}
	case "rule":
		return completes{lists: []string{"rules"}}
	case "record":
		if strings.HasPrefix(p.path, "recordings") {
			return completes{files: recordingFiles.files}
		}
		return completes{words: []string{"memory", "off"}, folders: true}
	case "elb-policy":
		names := []string{"all"}
		for _, e := range policy.ELBPolicies() {
			names = append(names, e.Name)
		}
		return completes{words: names}
	case "policy":
		var names []string
		for _, s := range policy.Snapshots() {
			names = append(names, s.Name)
		}
		return completes{words: names}
	case "origin-ssl-protocols":
		return completes{words: []string{"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"}}
	case "origin-ca", "client-certificate", "client-key", "key":
		return pemFiles
	case "replay":
		return recordingFiles
	case "state", "save":
		return aFolder
	case "log-level":
		return completes{words: []string{"debug", "info", "warn", "error"}}
	}
	s := setting.Flag(flag)
	if s == nil {
		return completes{}
	}
	c := completes{words: s.Choices}
	if s.Kind == setting.File || s.Kind == setting.Files || s.Kind == setting.Place {
		c.files = []string{"*"}
	}
	return c
}

// ownValues are the values of flags that are not in package setting, by command and flag.
var ownValues = map[string]completes{
	"check format":             {words: []string{"text", "json", "junit", "sarif"}},
	"check method":             {words: []string{"GET", "HEAD"}},
	"check fail-on":            {words: []string{"fail", "warn"}},
	"config format":            {words: []string{"api-json", "yaml"}},
	"config diff":              configFiles,
	"rules markdown":           {words: []string{"rules", "fidelity"}},
	"lab ca-file":              pemFiles,
	"lab distribution-file":    {files: []string{"json"}},
	"ca export":                pemFiles,
	"pull output":              aFolder,
	"sign policy":              {files: []string{"json"}},
	"recordings export format": {words: []string{"har", "jsonl", "cflog", "cflog-realtime"}},
	"recordings export output": anyFile,
	"recordings replay config": configFiles,
	"function test event":      {files: []string{"json"}},
	"function test stage":      {words: []string{"viewer-request", "viewer-response"}},
	"function test runtime":    {words: []string{"cloudfront-js-1.0", "cloudfront-js-2.0"}},
	"function test engine":     {words: []string{"njs"}},
}

// documentedFlag is a flag with what completions need.
type documentedFlag struct {
	name, placeholder, text string
	// short is the one-letter name; "" for none.
	short            string
	takesValue, many bool
}

// flags returns the flags of a command.
func (p place) flags() []documentedFlag {
	var all []documentedFlag
	for _, f := range p.command.VisibleFlags() {
		doc, ok := f.(cli.DocGenerationFlag)
		if !ok || nameOf(f) == "help" {
			continue
		}
		d := documentedFlag{name: nameOf(f), takesValue: doc.TakesValue()}
		for _, name := range namesOf(f)[1:] {
			if len(name) == 1 {
				d.short = name
			}
		}
		d.placeholder, d.text = unquoteUsage(doc.GetUsage())
		_, d.many = f.(*cli.StringSliceFlag)
		all = append(all, d)
	}
	return all
}
