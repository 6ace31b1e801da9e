package ingest

import (
	"bytes"

	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/cloudformation"
	"github.com/edgesim/edgesim/internal/ingest/terraform"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// format is one of the detected formats.
type format string

const (
	formatAPI            format = "API JSON"
	formatOverlay        format = "overlay"
	formatCloudFormation format = "CloudFormation"
	formatTerraform      format = "Terraform"
	formatServerless     format = "serverless.yml"
)

// knownFormats lists what can be read, for messages.
const knownFormats = "edgesim reads the API's JSON (aws cloudfront get-distribution-config), CloudFormation, SAM, a CDK's cdk.out, serverless.yml, " +
	"Terraform (.tf files, terraform show -json of a plan or a state, terraform.tfstate) and its own overlay"

// isJSON reports whether a text is JSON rather than YAML or HCL.
func isJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// formatOf returns the format of a tree, "" if unknown.
func formatOf(n *tree.Node) format {
	switch {
	case cloudformation.LooksLike(n):
		return formatCloudFormation
	case cloudformation.IsServerless(n):
		return formatServerless
	case terraform.LooksLike(n):
		return formatTerraform
	case apishape.LooksLike(n):
		return formatAPI
	case looksLikeOverlay(n):
		return formatOverlay
	}
	return ""
}
