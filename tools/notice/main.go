// Command notice prints the licenses of everything in a Go binary: each module recorded in
// it by the toolchain, with the text of its license, and the standard library's. It fails
// for a license that is not in the list of those that edgesim may be shipped with.
//
//	go run ./notice ../bin/edgesim > ../NOTICE
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: notice BINARY")
		os.Exit(2)
	}
	if err := print(os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "notice:", err)
		os.Exit(1)
	}
}

// print writes the notices of a binary.
func print(w io.Writer, file string) error {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return err
	}
	var all notices
	if err := all.add("Go standard library", runtime.GOROOT()); err != nil {
		return err
	}
	for _, module := range info.Deps {
		if module.Replace != nil {
			module = module.Replace
		}
		dir, err := source(module)
		if err != nil {
			return err
		}
		if err := all.add(module.Path, dir); err != nil {
			return err
		}
	}
	return all.write(w)
}

// source returns the folder of a module's files, which are downloaded if needed.
func source(m *debug.Module) (string, error) {
	out, err := exec.Command("go", "mod", "download", "-json", m.Path+"@"+m.Version).Output()
	if err != nil {
		return "", fmt.Errorf("downloading %s %s: %w", m.Path, m.Version, err)
	}
	var found struct{ Dir string }
	return found.Dir, errors.Join(json.Unmarshal(out, &found))
}

// licenses are those that edgesim may be shipped with, recognized by a sentence of their
// texts.
var licenses = []struct{ name, sentence string }{
	{"Apache-2.0", "Apache License"},
	{"MPL-2.0", "Mozilla Public License"},
	{"BSD-3-Clause", "Neither the name of"},
	{"BSD-2-Clause", "Redistribution and use in source and binary forms"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software for any purpose"},
	{"ISC", "Permission to use, copy, modify, and distribute this software for any purpose"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
}

// notices are the texts, each with the software that has it.
type notices struct {
	texts []string
	names map[string][]string
}

// add finds the license of one module in its folder.
func (n *notices) add(name, dir string) error {
	var files []string
	for _, pattern := range []string{"LICENSE*", "LICENCE*", "License*", "license*", "COPYING*", "NOTICE*", "../LICENSE"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		files = append(files, found...)
	}
	kind := ""
	if n.names == nil {
		n.names = map[string][]string{}
	}
	var own []string
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // a folder with that name
		}
		text := strings.TrimSpace(strings.ReplaceAll(string(data), "\r\n", "\n"))
		own = append(own, text)
		for _, l := range licenses {
			if kind == "" && strings.Contains(strings.Join(strings.Fields(text), " "), l.sentence) {
				kind = l.name
			}
		}
	}
	if kind == "" {
		return fmt.Errorf("%s: none of %v is a license that edgesim may be shipped with", name, files)
	}
	for _, text := range own {
		if n.names[text] == nil {
			n.texts = append(n.texts, text)
		}
		n.names[text] = append(n.names[text], name+" ("+kind+")")
	}
	return nil
}

// write writes each text once.
func (n *notices) write(w io.Writer) error {
	fmt.Fprintf(w, "edgesim is licensed under the Apache License 2.0, see LICENSE. The binary contains the\nfollowing software of others, each under its own license.\n")
	line := strings.Repeat("=", 80)
	for _, text := range n.texts {
		if _, err := fmt.Fprintf(w, "\n%s\n%s\n%s\n\n%s\n", line, strings.Join(n.names[text], "\n"), line, text); err != nil {
			return err
		}
	}
	return nil
}
