package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

// demoScreen prints a short form of what to try: the paths in groups, for a screen of 24
// lines and 80 columns.
func demoScreen(out io.Writer, origins []lab.Origin, at addresses, width int) {
	fmt.Fprintf(out, "edgesim demo: an edge and %s, most of them broken\n\n", plural(len(origins), "origin"))
	fmt.Fprintf(out, "  edge    http://%s  https://%s\n", at.HTTP, at.HTTPS)
	fmt.Fprintf(out, "  page    http://%s\n", at.Inspect)
	fmt.Fprintf(out, "  try     curl -i http://%s/expired\n", at.HTTP)
	fmt.Fprintf(out, "  why     edgesim recordings show failed --record http://%s\n\n", at.Inspect)
	for _, g := range demoGroups(origins) {
		label := fmt.Sprintf("  %-*s", demoLabel, g.label)
		for _, line := range columns.Wrap(strings.Join(g.paths, " "), max(width-demoLabel-2, 0)) {
			fmt.Fprintf(out, "%s%s\n", label, line)
			label = strings.Repeat(" ", demoLabel+2)
		}
	}
	fmt.Fprintln(out)
	next := "Your own origin: edgesim serve --origin URL."
	if startedByGoRun() {
		next = "go install ./cmd/edgesim installs edgesim."
	}
	for _, line := range columns.Wrap("--all says what each shows. "+next+" Ctrl-C ends this.", width) {
		fmt.Fprintln(out, line)
	}
}

// goRunPath matches where go run puts the program.
var goRunPath = regexp.MustCompile(`/go-build[0-9]+/b[0-9]+/exe/[^/]+$`)

// startedByGoRun reports whether this is the temporary program of go run: then there may be
// no edgesim command yet.
func startedByGoRun() bool {
	file, err := os.Executable()
	return err == nil && goRunPath.MatchString(filepath.ToSlash(file))
}

// demoLabel is the width of the groups' names.
const demoLabel = 13

// demoGroup holds the origins that fail at the same step.
type demoGroup struct {
	label string
	paths []string
}

// demoGroups sorts the origins by the step at which they fail.
func demoGroups(origins []lab.Origin) []demoGroup {
	groups := []demoGroup{{label: "fine"}, {label: "connection"}, {label: "TLS"}, {label: "certificate"}, {label: "response"}, {label: "body"}}
	for _, o := range origins {
		at := 0
		switch {
		case o.BodyCause != "":
			at = 5
		case o.Cause == "":
			if o.Status >= 400 {
				at = 4
			}
		default:
			switch o.Cause.Spec().Stage {
			case policy.StageResolve, policy.StageDial:
				at = 1
			case policy.StageHandshake:
				at = 2
			case policy.StageVerify:
				at = 3
			default:
				at = 4
			}
		}
		groups[at].paths = append(groups[at].paths, o.Path())
	}
	return groups
}
