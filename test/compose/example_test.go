package compose_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestExample runs the example project as its README says: the end-to-end test passes for
// the right chain and fails, with the reason, for the wrong one. Two images replace those
// that would be pulled.
func TestExample(t *testing.T) {
	t.Parallel()
	peers.Need(t, "nginx", "openssl", "curl")
	images(t)
	nginx := nginxImage(t)
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../examples/shop")); err != nil {
		t.Fatal(err)
	}
	if output, code := command(t, dir, nil, "sh", "make-certs.sh"); code != 0 {
		t.Fatalf("make-certs.sh: %s", output)
	}
	tool := tools(t)[0]
	for _, row := range []struct {
		chain string
		code  int
		want  []string
	}{
		{"right", 0, []string{"passed: GET / through the edge: status 200"}},
		{"wrong", 1, []string{"FAILED: GET / through the edge: status 502", "CF-CERT-06 cert-incomplete-chain"}},
	} {
		t.Run(row.chain, func(t *testing.T) {
			t.Parallel()
			project := run + "-shop-" + row.chain
			env := []string{"CHAIN=" + row.chain, "NGINX_IMAGE=" + nginx, "EDGESIM_IMAGE=" + image, "EDGE_PORT=0"}
			compose := func(args ...string) string {
				output, code := command(t, dir, env, tool[0], append(append(append([]string{}, tool[1:]...), "--project-name", project), args...)...)
				if code != 0 {
					t.Fatalf("compose %s: exit code %d\n%s", strings.Join(args, " "), code, output)
				}
				return strings.TrimSpace(output)
			}
			t.Cleanup(func() { compose("down", "--volumes", "--timeout", "1") })
			compose("up", "--detach")
			edge := address(t, containers(t, project, "edge")[0], "8080")
			output, code := command(t, dir, []string{"EDGE=http://" + edge}, "sh", "test.sh")
			for _, want := range row.want {
				if code != row.code || !strings.Contains(output, want) {
					t.Errorf("test.sh: exit code %d, want %d with %q\n%s\n%s", code, row.code, want, output, compose("logs"))
				}
			}
		})
	}
}

// nginxImage makes an image of the nginx of this machine and the libraries that
// it is linked with.
func nginxImage(t *testing.T) string {
	t.Helper()
	binary, err := exec.LookPath("nginx")
	if err != nil {
		binary = "/usr/sbin/nginx"
	}
	libraries, code := command(t, "", nil, "ldd", binary)
	if code != 0 {
		t.Fatalf("ldd %s: %s", binary, libraries)
	}
	dir := t.TempDir()
	files := append(regexp.MustCompile(`/[^ )]+`).FindAllString(libraries, -1), binary)
	for _, file := range files {
		to := filepath.Join(dir, "root", file)
		if file == binary {
			to = filepath.Join(dir, "root", "usr/sbin/nginx")
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if output, code := command(t, "", nil, "cp", "-L", file, to); code != 0 {
			t.Fatalf("copying %s: %s", file, output)
		}
	}
	for name, content := range map[string]string{
		"Dockerfile":                 "FROM scratch\nCOPY root/ /\nENV PATH=/usr/sbin\n",
		"root/etc/passwd":            "root:x:0:0::/:\nnobody:x:65534:65534::/:\n",
		"root/etc/group":             "root:x:0:\nnogroup:x:65534:\n",
		"root/tmp/.keep":             "",
		"root/var/log/nginx/.keep":   "",
		"root/var/lib/nginx/.keep":   "",
		"root/etc/nginx/.keep":       "",
		"root/usr/share/nginx/.keep": "",
	} {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	name := fmt.Sprintf("%s-nginx", run)
	docker(t, "build", "--quiet", "--tag", name, dir)
	t.Cleanup(func() { docker(t, "image", "rm", "--force", name) })
	return name
}

// TestExampleInCI reads the GitHub workflow and the GitLab job: they are valid YAML, and
// run what the test above runs, with the names of existing files.
func TestExampleInCI(t *testing.T) {
	t.Parallel()
	for _, file := range []string{".github/workflows/e2e.yml", ".gitlab-ci.yml"} {
		data, err := os.ReadFile(filepath.Join("../../examples/shop", file))
		if err != nil {
			t.Fatal(err)
		}
		var any map[string]any
		if err := yaml.Unmarshal(data, &any); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, step := range []string{"./make-certs.sh", "docker compose up --detach", "./test.sh", "docker build -t edgesim "} {
			if !strings.Contains(string(data), step) {
				t.Errorf("%s does not run %q", file, step)
			}
		}
	}
	for _, script := range []string{"make-certs.sh", "test.sh"} {
		if info, err := os.Stat("../../examples/shop/" + script); err != nil || info.Mode()&0o111 == 0 {
			t.Errorf("%s cannot be run: %v", script, err)
		}
	}
}
