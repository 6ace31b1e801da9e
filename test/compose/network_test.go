package compose_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// network is one project of docker-compose.yml with a unique name, so that its containers,
// volumes and ports do not collide with others.
type network struct {
	tool []string
	name string
	env  []string
	// files are the files of the project; none is docker-compose.yml alone.
	files []string
}

// newNetwork prepares a project; nothing runs yet. The test's end removes all
// that it started.
func newNetwork(t testing.TB, tool []string, env ...string) *network {
	t.Helper()
	images(t)
	n := &network{tool: tool, name: run + "-" + randomHex(), env: append([]string{
		"EDGESIM_BUILD=prebuilt", "EDGESIM_IMAGE=" + image, "EDGESIM_TESTS_IMAGE=" + testsImage,
		"EDGESIM_HTTP_PORT=0", "EDGESIM_HTTPS_PORT=0", "EDGESIM_INSPECT_PORT=0",
	}, env...)}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the containers said:\n%s", n.compose(t, "logs", "--no-color", "--tail=40"))
		}
		n.compose(t, "--profile", "tests", "down", "--volumes", "--remove-orphans", "--timeout", "2")
	})
	return n
}

// try runs a command of the Compose tool and returns its exit code, too.
func (n *network) try(t testing.TB, args ...string) (output string, code int) {
	t.Helper()
	all := append(append([]string{}, n.tool[1:]...), "--project-name", n.name)
	for _, file := range n.files {
		all = append(all, "--file", file)
	}
	return command(t, workshop, n.env, n.tool[0], append(all, args...)...)
}

// compose runs a command of the Compose tool that must succeed.
func (n *network) compose(t testing.TB, args ...string) string {
	t.Helper()
	output, code := n.try(t, args...)
	if code != 0 {
		t.Fatalf("compose %s: exit code %d\n%s", strings.Join(args, " "), code, output)
	}
	return strings.TrimSpace(output)
}

// containers returns the ids of the containers of a service. It asks the engine for the labels
// that every Compose tool sets: docker-compose takes more than a second to start.
func containers(t testing.TB, project, service string) []string {
	t.Helper()
	return strings.Fields(docker(t, "ps", "--quiet", "--no-trunc", "--filter", "label=com.docker.compose.project="+project,
		"--filter", "label=com.docker.compose.service="+service))
}

// container returns the id of the one container of a service.
func (n *network) container(t testing.TB, service string) string {
	t.Helper()
	found := containers(t, n.name, service)
	if len(found) != 1 {
		t.Fatalf("%s has the containers %q, want one", service, found)
	}
	return found[0]
}

// address returns where a port of a container is published.
func address(t testing.TB, container, port string) string {
	t.Helper()
	first, _, _ := strings.Cut(docker(t, "port", container, port), "\n")
	return first
}

// viewer asks the edge over plain HTTP, or HTTPS without looking at the
// certificate, one connection a request.
var viewer = &http.Client{Timeout: 2 * time.Minute, Transport: &http.Transport{
	DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
}}

// get asks for a URL and returns the status and the body.
func get(url string) (status int, body string, err error) {
	response, err := viewer.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	return response.StatusCode, string(data), err
}

// awaitAnswer waits until a container's edge answers a request with 200.
func awaitAnswer(t testing.TB, container, path string) {
	t.Helper()
	at := ""
	peers.Await(t, "an answer of the edge", func() bool {
		if at != "" {
			if status, _, err := get("http://" + at + path); err == nil {
				return status == http.StatusOK
			}
		}
		if state := docker(t, "inspect", "--format", "{{.State.Status}}", container); state != "running" {
			t.Fatalf("the container is %s:\n%s", state, docker(t, "logs", "--tail", "20", container))
		}
		at = address(t, container, "8080")
		return false
	})
}

// inspect reads a part of what the engine knows of something.
func inspect[T any](t testing.TB, what, format string) T {
	t.Helper()
	var v T
	text := docker(t, "inspect", "--format", "{{json "+format+"}}", what)
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("docker inspect %s: %v in %s", what, err, text)
	}
	return v
}

// read returns a file of a container.
func read(t testing.TB, container, file string) string {
	t.Helper()
	to := t.TempDir() + "/file"
	docker(t, "cp", container+":"+file, to)
	data, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// volume makes an empty volume, which is gone when the test ends.
func volume(t testing.TB) string {
	t.Helper()
	name := docker(t, "volume", "create", fmt.Sprintf("%s-%s", run, randomHex()))
	t.Cleanup(func() { docker(t, "volume", "rm", name) })
	return name
}
