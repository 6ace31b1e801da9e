package check

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// The parts of SARIF 2.1.0 that a report needs. The structs are ours: a library for all of
// SARIF would bring a schema validator into the program; the tests validate the output
// against the schema with one.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Results     []sarifResult     `json:"results"`
		Invocations []sarifInvocation `json:"invocations,omitempty"`
		ColumnKind  string            `json:"columnKind"`
		Language    string            `json:"language"`
	}
	// sarifInvocation is present if nothing was checked.
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version,omitempty"`
		Language       string      `json:"language"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string     `json:"id"`
		ShortDescription sarifText  `json:"shortDescription"`
		FullDescription  sarifText  `json:"fullDescription"`
		HelpURI          string     `json:"helpUri,omitempty"`
		Help             *sarifText `json:"help,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId,omitempty"`
		RuleIndex    *int              `json:"ruleIndex,omitempty"`
		Kind         string            `json:"kind"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations"`
	}
	sarifPhysical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			StartLine int `json:"startLine"`
		} `json:"region"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
)

// sarifSchema is the URL of the SARIF 2.1.0 schema.
const sarifSchema = "https://json.schemastore.org/sarif-2.1.0.json"

// language is the language of the messages.
const language = "en-US"

// homepage is the program's home page.
const homepage = "https://github.com/edgesim/edgesim"

// WriteSARIF writes the report as SARIF 2.1.0: a result for each failure and warning, one
// of kind "open" for each undecided check, and a rule for each id.
func (r *Report) WriteSARIF(w io.Writer) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Language: language, Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "edgesim", Version: r.Version, Language: language, InformationURI: homepage, Rules: []sarifRule{}}
	for i := range r.Checks {
		c := &r.Checks[i]
		if c.Verdict == Undecided {
			run.add(c, "", "open", "none", c.Why)
		}
		for _, j := range c.Rules {
			if c.Verdict == Undecided {
				continue
			}
			switch j.Verdict {
			case policy.Fail:
				run.add(c, j.Rule, "fail", "error", named(j.Cause, findingText(c, j)))
			case policy.Warn:
				run.add(c, j.Rule, "fail", "warning", findingText(c, j))
			}
		}
	}
	if r.Error != "" {
		run.Invocations = []sarifInvocation{{Notifications: []sarifNotification{{Level: "error", Message: sarifText{r.Error}}}}}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// add adds a result, and its rule if it is new.
func (r *sarifRun) add(c *Check, rule policy.RuleID, kind, level, message string) {
	result := sarifResult{
		RuleID: string(rule), Kind: kind, Level: level, Message: sarifText{message}, Locations: []sarifLocation{locationOf(c)},
		Fingerprints: map[string]string{"edgesim/v1": strings.Join([]string{string(rule), c.Behavior, c.Origin, viewersText(c)}, "|")},
	}
	if rule != "" {
		index := slices.IndexFunc(r.Tool.Driver.Rules, func(known sarifRule) bool { return known.ID == string(rule) })
		if index < 0 {
			index = len(r.Tool.Driver.Rules)
			r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, describe(rule))
		}
		result.RuleIndex = &index
	}
	r.Results = append(r.Results, result)
}

// describe returns the rule's row of the catalogue.
func describe(id policy.RuleID) sarifRule {
	out := sarifRule{ID: string(id), ShortDescription: sarifText{string(id)}, FullDescription: sarifText{string(id)}}
	rule, ok := policy.RuleByID(id)
	if !ok {
		return out
	}
	out.ShortDescription.Text, out.FullDescription.Text = rule.Condition, rule.Condition+": "+rule.Outcome
	if strings.HasPrefix(rule.Source.Page, "https://") {
		out.HelpURI = rule.Source.Page
	}
	for _, spec := range policy.Causes() {
		if fix, ok := FixesFor(spec.Name, "*"); ok && spec.Rule == id {
			out.Help = &sarifText{general(fix.Steps)}
		}
	}
	return out
}

// placeholders are the texts in a step if no origin is known.
var placeholders = strings.NewReplacer("{name}", "ORIGIN-NAME", "{sni}", "ORIGIN-NAME", "{host}", "ORIGIN-NAME", "{viewer}", "d111111abcdef8.cloudfront.net",
	"{port}", "PORT", "{portSetting}", "HTTPSPort (or HTTPPort)", "{hint}", "the finding says how", "{uri}", "PATH",
	"{readTimeout}", "OriginReadTimeout", "{order}", "leaf, its issuer, the next issuer", "{setting}", "OriginSslProtocols")

// General returns the steps of a fix without the facts of an origin.
func (f FixText) General() []string {
	steps := make([]string, len(f.Steps))
	for i, s := range f.Steps {
		steps[i] = placeholders.Replace(s)
	}
	return steps
}

func general(steps []string) string { return strings.Join(FixText{Steps: steps}.General(), "; ") }

// locationOf returns where a check's subject is configured.
func locationOf(c *Check) sarifLocation {
	var l sarifLocation
	l.Physical.Artifact.URI = artifact(c.Subject)
	l.Physical.Region.StartLine = 1
	l.Logical = []sarifLogical{{Name: title(c), Kind: "resource"}}
	return l
}

// artifact returns a subject as a URI reference.
func artifact(subject string) string {
	switch {
	case subject == "-":
		return "stdin"
	case strings.Contains(subject, "://"):
		return subject
	}
	return filepath.ToSlash(subject)
}

// title describes a check in one line.
func title(c *Check) string {
	text := "behavior " + c.Behavior
	if c.Origin != "" {
		text += ", origin " + c.Origin
	}
	return text + " (" + viewersText(c) + ")"
}

// viewersText names the viewers of a check. If the distribution has no name yet and Host is
// not forwarded, the made-up name is not worth mentioning.
func viewersText(c *Check) string {
	var all, schemes []string
	for _, v := range c.Viewers {
		all, schemes = append(all, v.Scheme+"://"+v.Host), append(schemes, v.Scheme)
	}
	if !c.HostForwarded && len(c.Viewers) > 0 && c.Viewers[0].Host == nameOfNone {
		return "viewers on " + strings.Join(schemes, " and ")
	}
	return strings.Join(all, ", ")
}

// findingText describes a finding in a sentence or two, with the fix of the deciding one.
func findingText(c *Check, j Judgement) string {
	text := j.Observed
	if j.Subject != "" {
		text = j.Subject + ": " + text
	}
	if j.Expected != "" {
		text += "; expected " + j.Expected
	}
	text = fmt.Sprintf("%s: %s", title(c), text)
	if c.Cause != nil && c.Fix != nil && j.Rule == c.Cause.Rule {
		return text + ". Fix: " + strings.Join(c.Fix.Steps, "; ")
	}
	if j.Hint != "" {
		text += ". Hint: " + j.Hint
	}
	return text
}

// named puts the short name of a cause, if any, before a text.
func named(cause policy.CauseName, text string) string {
	if cause == "" {
		return text
	}
	return string(cause) + ": " + text
}
