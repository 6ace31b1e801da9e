package terraform

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

var terragrunt = regexp.MustCompile(`(?m)^(?:include|dependency|dependencies|generate|remote_state)[ \t]*(?:"[^"\n]*"[ \t]*)?\{|^inputs[ \t]*=`)

// IsTerragrunt reports whether text is a terragrunt.hcl.
func IsTerragrunt(text []byte) bool {
	return terragrunt.Match(text) && !strings.Contains(string(text), "\nresource \"aws_")
}

// ErrTerragrunt says what to run if a file or a folder is Terragrunt's.
func ErrTerragrunt(file string) error {
	return &tree.Error{
		File: file, Message: "is a Terragrunt configuration: what it deploys is in the modules that Terragrunt fetches",
		Hint: "terragrunt plan -out=plan.bin && terragrunt show -json plan.bin > plan.json, and give plan.json",
	}
}

// HasTerragrunt reports whether a folder is used by Terragrunt.
func HasTerragrunt(dir string) bool {
	for _, name := range []string{"terragrunt.hcl", "root.hcl", "terragrunt.stack.hcl"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// Pulumi returns the error for a Pulumi export or project file, or nil if the document is
// neither.
func Pulumi(file string, root *tree.Node) error {
	resources := root.At("deployment", "resources")
	project := root.Has("name") && root.Has("runtime") && !root.HasAny("Resources", "resources", "functions", "provider") && strings.HasPrefix(filepath.Base(file), "Pulumi")
	if root.Get("deployment") == nil && !project {
		return nil
	}
	e := &tree.Error{File: file, Message: "is a Pulumi project, which edgesim does not evaluate", Hint: "edgesim pull E…, with the id of the deployed distribution, and give the folder it writes"}
	if project {
		return e
	}
	e.Message = "is the export of a Pulumi stack, which edgesim does not read"
	var ids []string
	if resources != nil {
		for _, r := range resources.Items {
			if r.Get("type").StringText() == "aws:cloudfront/distribution:Distribution" {
				if id := r.Get("id").StringText(); id != "" {
					ids = append(ids, id)
				}
			}
		}
	}
	if len(ids) > 0 {
		e.Message += fmt.Sprintf("; it deployed %s", strings.Join(ids, ", "))
		e.Hint = "edgesim pull " + strings.Join(ids, " ") + ", and give the folder it writes"
	}
	return e
}
