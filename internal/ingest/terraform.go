package ingest

// looksLikeTerraform reports whether a tree is what `terraform show -json`
// prints for a plan or a state, a state file, or Terraform's JSON syntax.
func looksLikeTerraform(n *node) bool {
	return n.has("format_version") && n.hasAny("planned_values", "values", "resource_changes", "configuration") ||
		n.has("terraform_version") && n.hasAny("resources", "values") ||
		n.hasAny("terraform", "resource", "provider") && n.hasAny("resource", "data", "module")
}

// readTerraform is the place of the reader to come.
func readTerraform() (*Result, error) {
	return nil, &Error{Message: "is a Terraform configuration, plan or state, which edgesim does not read yet", Hint: exportHint}
}

// errFolder refuses a folder, which will be one of Terraform files.
func errFolder(path string) error {
	return &Error{File: path, Message: "is a folder; Terraform folders are not read yet", Hint: exportHint}
}
