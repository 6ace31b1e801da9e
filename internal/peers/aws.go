package peers

import (
	"os/exec"
	"strings"
	"testing"
)

// AWS runs the AWS CLI against an endpoint of one's own, with credentials that
// nobody has, and returns what it printed.
func AWS(t testing.TB, endpoint string, args ...string) (string, error) {
	t.Helper()
	Need(t, "aws")
	command := exec.CommandContext(t.Context(), debianAWS(), append([]string{"--endpoint-url", endpoint, "--no-cli-pager", "--output", "json"}, args...)...)
	command.Env = append(environment(), "HOME="+t.TempDir(), "AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=none",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1")
	out, err := command.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// debianAWS is Debian's program where there is one: another that stands earlier on
// the path may be of any age.
func debianAWS() string {
	if path, err := exec.LookPath("/usr/bin/aws"); err == nil {
		return path
	}
	return find("aws")
}
