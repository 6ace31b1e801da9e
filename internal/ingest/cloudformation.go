package ingest

// looksLikeCloudFormation reports whether a tree is a CloudFormation, SAM or
// CDK template.
func looksLikeCloudFormation(n *node) bool {
	if n.hasAny("AWSTemplateFormatVersion") {
		return true
	}
	resources := n.get("Resources")
	if resources == nil || resources.kind != kindObject {
		return false
	}
	for _, f := range resources.fields {
		if f.value.has("Type") {
			return true
		}
	}
	return n.has("Transform")
}

// readCloudFormation is the place of the reader to come.
func readCloudFormation() (*Result, error) {
	return nil, &Error{Message: "is a CloudFormation template, which edgesim does not read yet", Hint: exportHint}
}

// exportHint is the way to a file that is read today.
const exportHint = "export what is deployed: aws cloudfront get-distribution-config --id ID > distribution.json"
