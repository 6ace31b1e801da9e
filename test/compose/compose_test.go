package compose_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/edgesim/edgesim/internal/lab"
)

// TestAliases proves that the lab's container has the name of every origin, and
// no other.
func TestAliases(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services struct {
			Lab struct {
				Networks struct{ Default struct{ Aliases []string } }
			}
		}
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, f := range lab.Faults() {
		if !strings.HasSuffix(f.Host(), ".invalid") {
			want = append(want, f.Host())
		}
	}
	if got := file.Services.Lab.Networks.Default.Aliases; !slices.Equal(got, want) {
		t.Errorf("the aliases of lab in docker-compose.yml are\n%v\nwant, from edgesim lab --list,\n%v", got, want)
	}
}

// TestCompose runs "docker compose up" and "docker compose run --rm tests", with each
// installed Compose tool.
func TestCompose(t *testing.T) {
	t.Parallel()
	needEngine(t)
	for _, tool := range tools(t) {
		t.Run(strings.Join(tool, " "), func(t *testing.T) {
			t.Parallel()
			n := newNetwork(t, tool)
			started := time.Now()
			n.compose(t, "up", "--detach")
			awaitAnswer(t, n.container(t, "edge"), "/healthy-ecdsa")
			t.Logf("from up to the first answered request: %v", time.Since(started).Round(10*time.Millisecond))
			output, code := n.try(t, "run", "--rm", "-T", "tests")
			if code != 0 {
				t.Fatalf("run --rm tests: exit code %d\n%s", code, output)
			}
			for _, f := range lab.Faults() {
				if !strings.Contains(output, "--- PASS: TestCauses/"+f.Name+" ") {
					t.Errorf("%s was not tested in the network:\n%s", f.Name, output)
				}
			}
		})
	}
}

// TestComposeFails proves that the exit status of the tests is the command's.
func TestComposeFails(t *testing.T) {
	t.Parallel()
	needEngine(t)
	n := newNetwork(t, tools(t)[0])
	output, code := n.try(t, "run", "--rm", "-T", "-e", "EDGESIM_TESTS_CA=/nowhere", "tests", "-test.run", "TestHTTPS")
	if code == 0 || !strings.Contains(output, "--- FAIL: TestHTTPS") {
		t.Errorf("exit code %d:\n%s", code, output)
	}
}
