package ingest

import (
	"bytes"
	"regexp"

	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// format is one of the formats that are told apart.
type format string

const (
	formatAPI            format = "API JSON"
	formatOverlay        format = "overlay"
	formatCloudFormation format = "CloudFormation"
	formatTerraform      format = "Terraform"
)

// hclBlock is the start of a Terraform block at the beginning of a line.
var hclBlock = regexp.MustCompile(`(?m)^(?:resource|data|module|variable|output|provider)[ \t]+"[^"]*"(?:[ \t]+"[^"]*")?[ \t]*\{|^(?:locals|terraform)[ \t]*\{`)

const knownFormats = "edgesim reads the API's JSON (aws cloudfront get-distribution-config) and its own overlay"

// detect tells the format of a text by its content and returns its tree where
// the format has one.
func detect(file string, text []byte) (format, *tree.Node, error) {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) == 0 {
		return "", nil, &Error{Message: "is empty", Hint: knownFormats}
	}
	parse := tree.ParseYAML
	if isJSON(trimmed) {
		parse = tree.ParseJSON
	} else if hclBlock.Match(text) {
		return formatTerraform, nil, nil
	}
	n, err := parse(file, text)
	if err != nil {
		return "", nil, err
	}
	if format := formatOf(n); format != "" {
		return format, n, nil
	}
	return "", nil, &Error{Message: "is not a format edgesim reads", Hint: knownFormats}
}

// isJSON reports whether a text is JSON rather than YAML or HCL.
func isJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// formatOf tells the format of a tree, "" where it is none that is known.
func formatOf(n *tree.Node) format {
	switch {
	case looksLikeCloudFormation(n):
		return formatCloudFormation
	case looksLikeTerraform(n):
		return formatTerraform
	case apishape.LooksLike(n):
		return formatAPI
	case looksLikeOverlay(n):
		return formatOverlay
	}
	return ""
}

// looksLikeCloudFormation reports whether a tree is a CloudFormation, SAM or
// CDK template.
func looksLikeCloudFormation(n *tree.Node) bool {
	if n.HasAny("AWSTemplateFormatVersion") {
		return true
	}
	resources := n.Get("Resources")
	if resources == nil || resources.Kind != tree.Object {
		return false
	}
	for _, f := range resources.Fields {
		if f.Value.Has("Type") {
			return true
		}
	}
	return n.Has("Transform")
}

// looksLikeTerraform reports whether a tree is what `terraform show -json`
// prints for a plan or a state, a state file, or Terraform's JSON syntax.
func looksLikeTerraform(n *tree.Node) bool {
	return n.Has("format_version") && n.HasAny("planned_values", "values", "resource_changes", "configuration") ||
		n.Has("terraform_version") && n.HasAny("resources", "values") ||
		n.HasAny("terraform", "resource", "provider") && n.HasAny("resource", "data", "module")
}
