package peers

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// AWS runs the AWS CLI, version 2, against a given endpoint, with made-up credentials, and
// returns what it printed.
func AWS(t testing.TB, endpoint string, args ...string) (string, error) {
	t.Helper()
	Need(t, "aws")
	command := exec.CommandContext(t.Context(), find("aws"), append([]string{"--endpoint-url", endpoint, "--no-cli-pager", "--output", "json"}, args...)...)
	command.Env = append(environment(), "HOME="+t.TempDir(), "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=none",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
	out, err := command.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// findAWS returns the AWS CLI version 2, or "". Version 1, which pip installs and virtual
// environments put first on the path, lacks options of version 2.
var findAWS = sync.OnceValue(func() string {
	folders := append([]string{"/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/snap/bin"}, filepath.SplitList(os.Getenv("PATH"))...)
	return firstOfVersion2(folders)
})

// firstOfVersion2 returns the first program in these folders that is version 2.
func firstOfVersion2(folders []string) string {
	for _, folder := range folders {
		path, err := exec.LookPath(filepath.Join(folder, "aws"))
		if err != nil {
			continue
		}
		if said, err := exec.Command(path, "--version").Output(); err == nil && strings.HasPrefix(string(said), "aws-cli/2.") {
			return path
		}
	}
	return ""
}
