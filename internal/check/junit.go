package check

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// The elements of JUnit XML, as CI systems read them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitMessage `xml:"failure"`
		Error   *junitMessage `xml:"error"`
		Skipped *junitMessage `xml:"skipped"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes the report as JUnit XML: a suite for each subject, a case for each
// check. Undecided checks are skipped; warnings fail if failOnWarn.
func (r *Report) WriteJUnit(w io.Writer, failOnWarn bool) error {
	out := junitSuites{Name: "edgesim check"}
	for i := range r.Checks {
		c := &r.Checks[i]
		if n := len(out.Suites); n == 0 || out.Suites[n-1].Name != c.Subject {
			out.Suites = append(out.Suites, junitSuite{Name: c.Subject})
		}
		suite := &out.Suites[len(out.Suites)-1]
		row := junitCaseOf(c, failOnWarn)
		suite.Cases = append(suite.Cases, row)
		suite.Tests++
		out.Tests++
		if row.Failure != nil {
			suite.Failures++
			out.Failures++
		}
		if row.Skipped != nil {
			suite.Skipped++
			out.Skipped++
		}
	}
	if r.Error != "" {
		unread := junitCase{Class: "edgesim check", Name: "configuration", Error: &junitMessage{Message: r.Error}}
		out.Tests, out.Errors = 1, 1
		out.Suites = []junitSuite{{Name: "configuration", Tests: 1, Errors: 1, Cases: []junitCase{unread}}}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(out); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitCaseOf(c *Check, failOnWarn bool) (row junitCase) {
	row = junitCase{Class: c.Subject, Name: title(c)}
	if c.Verdict == Undecided {
		row.Skipped = &junitMessage{Message: c.Why}
		return row
	}
	defer func() {
		row.Output = strings.TrimSuffix(row.Output, "\n")
		if row.Failure != nil {
			row.Failure.Text = strings.TrimSuffix(row.Failure.Text, "\n")
		}
	}()
	for _, j := range c.Rules {
		line := fmt.Sprintf("%s %s: %s\n", j.Verdict, j.Rule, named(j.Cause, findingText(c, j)))
		switch {
		case j.Verdict == policy.Fail, j.Verdict == policy.Warn && failOnWarn:
			if row.Failure == nil {
				row.Failure = &junitMessage{Message: named(j.Cause, j.Observed), Type: string(j.Rule)}
			}
			row.Failure.Text += line
		case j.Verdict == policy.Warn:
			row.Output += line
		}
	}
	return row
}
