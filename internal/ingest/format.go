package ingest

import (
	"bytes"
	"regexp"
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
func detect(text []byte) (format, *node, error) {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) == 0 {
		return "", nil, &Error{Message: "is empty", Hint: knownFormats}
	}
	parse := parseYAML
	if trimmed[0] == '{' || trimmed[0] == '[' {
		parse = parseJSON
	} else if hclBlock.Match(text) {
		return formatTerraform, nil, nil
	}
	tree, err := parse(text)
	if err != nil {
		return "", nil, err
	}
	switch {
	case looksLikeCloudFormation(tree):
		return formatCloudFormation, tree, nil
	case looksLikeTerraform(tree):
		return formatTerraform, tree, nil
	case looksLikeAPI(tree):
		return formatAPI, tree, nil
	case looksLikeOverlay(tree):
		return formatOverlay, tree, nil
	}
	return "", nil, &Error{Message: "is not a format edgesim reads", Hint: knownFormats}
}
