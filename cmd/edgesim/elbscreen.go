package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// elbPrefix is the prefix of all security policies' names; it can be omitted on the command
// line.
const elbPrefix = "ELBSecurityPolicy-"

// elbScreen prints verdicts on security policies: a table if it fits into width columns,
// and in files; otherwise one with the suites below each policy, without the common prefix
// of the names if that is still too wide.
func elbScreen(out io.Writer, verdicts []policy.ELBVerdict, width int) error {
	text := ""
	for _, form := range []elbForm{{}, {below: true}, {below: true, short: true}} {
		var err error
		if text, err = form.table(verdicts); err != nil {
			return err
		}
		if fits(text, width) {
			break
		}
	}
	var b strings.Builder
	b.WriteString(text)
	paragraph(&b, "\nSHARED suites are on CloudFront's list, too; LEFT are those without TLS 1.0, TLS 1.1 and CBC. Curves are not judged.", width)
	for _, v := range verdicts {
		if f := v.Finding; f.Verdict != policy.Pass {
			hint := ""
			if f.Hint != "" {
				hint = "; hint: " + f.Hint
			}
			paragraph(&b, fmt.Sprintf("%s: %s %s: %s%s", f.Subject, f.Verdict, f.Rule, f.Observed, hint), width)
		}
	}
	if len(verdicts) == 1 {
		paragraph(&b, "source: "+verdicts[0].Policy.Source, width)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// elbForm is a form of the table: the suites below each policy, and names without their
// prefix.
type elbForm struct{ below, short bool }

// table prints verdicts in a form.
func (form elbForm) table(verdicts []policy.ELBVerdict) (string, error) {
	var table strings.Builder
	w := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	heading := "VERDICT\tPOLICY\tVERSION\tSHARED\tLEFT"
	if !form.below {
		heading += "\tWITH RSA\tWITH ECDSA"
	}
	fmt.Fprintln(w, heading)
	for _, v := range verdicts {
		name, version := v.Policy.Name, "-"
		if form.short {
			name = strings.TrimPrefix(name, elbPrefix)
		}
		if v.Version != 0 {
			version = policy.VersionName(v.Version)
		}
		row := []string{string(v.Finding.Verdict), name, version, fmt.Sprintf("%d of %d", len(v.Shared), len(v.Policy.Suites)), strconv.Itoa(v.Modern)}
		if !form.below {
			row = append(row, elbSuite(v.RSA), elbSuite(v.ECDSA))
		}
		fmt.Fprintln(w, strings.Join(row, "\t"))
	}
	if err := w.Flush(); err != nil || !form.below {
		return table.String(), err
	}
	return elbSuitesBelow(table.String(), verdicts), nil
}

// elbSuitesBelow puts the chosen suites below the row of each policy.
func elbSuitesBelow(table string, verdicts []policy.ELBVerdict) string {
	var b strings.Builder
	i := -1
	for line := range strings.Lines(table) {
		b.WriteString(line)
		if i >= 0 {
			const indent = "         "
			switch rsa, ecdsa := elbSuite(verdicts[i].RSA), elbSuite(verdicts[i].ECDSA); {
			case verdicts[i].Version == 0: // as the row says
			case rsa == ecdsa:
				fmt.Fprintf(&b, "%s%s\n", indent, rsa)
			default:
				fmt.Fprintf(&b, "%sRSA    %s\n%sECDSA  %s\n", indent, rsa, indent, ecdsa)
			}
		}
		i++
	}
	return b.String()
}

func elbSuite(suite uint16) string {
	if suite == 0 {
		return "none"
	}
	return tlswire.SuiteName(suite)
}
