package compose_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestRestart stops, restarts and kills the edge: it ends in order as process 1,
// comes back well, with the same viewer CA and with its recordings.
func TestRestart(t *testing.T) {
	t.Parallel()
	needEngine(t)
	n := newNetwork(t, tools(t)[0])
	n.compose(t, "up", "--detach", "edge")
	edge := n.container(t, "edge")
	awaitAnswer(t, edge, "/healthy-ecdsa")
	ca := read(t, edge, "/shared/edge-ca.pem")
	response, err := viewer.Get("http://" + address(t, edge, "8080") + "/expired")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()

	docker(t, "stop", "--time", "10", edge)
	if code := inspect[int](t, edge, ".State.ExitCode"); code != 0 {
		t.Errorf("docker stop: exit code %d, want 0\n%s", code, docker(t, "logs", "--tail", "20", edge))
	}
	docker(t, "start", edge)
	awaitAnswer(t, edge, "/healthy-ecdsa")
	id := response.Header.Get("X-Edgesim-Exchange")
	if status, body, err := get("http://" + address(t, edge, "4040") + "/api/exchanges/" + id); err != nil || status != http.StatusOK {
		t.Errorf("what was recorded before the restart: %d %v %s", status, err, body)
	}

	docker(t, "kill", edge)
	docker(t, "start", edge)
	awaitAnswer(t, edge, "/healthy-ecdsa")
	if again := read(t, edge, "/shared/edge-ca.pem"); again != ca {
		t.Error("the viewer CA changed: viewers would have to trust it again")
	}
	if oom := inspect[bool](t, edge, ".State.OOMKilled"); oom {
		t.Error("the edge ran out of memory")
	}
	lines := docker(t, "logs", edge)
	if !strings.Contains(lines, `"msg":"exchange"`) {
		t.Errorf("no line of JSON tells of an exchange:\n%s", lines)
	}
}

// TestReadOnlyState proves that an edge with a read-only volume says what is wrong and how
// to continue, and serves with the existing CA and recordings in memory.
func TestReadOnlyState(t *testing.T) {
	t.Parallel()
	images(t)
	state := volume(t)
	serve := func(args ...string) string {
		container := docker(t, append([]string{"run", "--detach", "--read-only", "--publish", "127.0.0.1::4040", "--volume", state + ":/state:ro",
			image, "serve", "--origin", "https://www.example.com"}, args...)...)
		t.Cleanup(func() { docker(t, "rm", "--force", "--volumes", container) })
		return container
	}
	refuses := func(container string, wants ...string) {
		t.Helper()
		if code := docker(t, "wait", container); code != "2" {
			t.Errorf("exit code %s, want 2", code)
		}
		said := docker(t, "logs", container)
		for _, want := range append(wants, "/state", "read-only file system", "hint: ") {
			if !strings.Contains(said, want) {
				t.Errorf("it does not say %q:\n%s", want, said)
			}
		}
	}
	refuses(serve("--record", "memory"), "viewer CA", "--state DIR")
	docker(t, "run", "--rm", "--volume", state+":/state", image, "ca")
	refuses(serve(), "recordings", "--record memory")
	awaitHealthy(t, serve("--record", "memory"))
}

// awaitHealthy waits until the image's own health check has passed.
func awaitHealthy(t testing.TB, container string) {
	t.Helper()
	peers.Await(t, "a healthy container", func() bool {
		if state := docker(t, "inspect", "--format", "{{.State.Status}}", container); state != "running" {
			t.Fatalf("the container is %s:\n%s", state, docker(t, "logs", "--tail", "20", container))
		}
		return docker(t, "inspect", "--format", "{{.State.Health.Status}}", container) == "healthy"
	})
}

// The load of TestMemory: more connections than a browser opens, for as long as
// it takes to fill 64 MB many times over.
const (
	loadConnections = 64
	loadRequests    = 100 // each
	loadBody        = 256 << 10
)

// TestLittleMemory proves that an edge says so when its memory is too little.
func TestLittleMemory(t *testing.T) {
	t.Parallel()
	images(t)
	container := docker(t, "run", "--detach", "--memory", "40m", "--memory-swap", "40m", "--publish", "127.0.0.1::8080", image, "demo", "--record", "memory")
	t.Cleanup(func() { docker(t, "rm", "--force", "--volumes", container) })
	awaitAnswer(t, container, "/healthy-http")
	const want = "warning: the container's memory is limited to 40 MiB; under load the edge needs 64"
	if said := docker(t, "logs", container); !strings.Contains(said, want) {
		t.Errorf("it does not say %q:\n%s", want, said)
	}
}

// TestMemory serves under load with 64 MB of memory: all requests are answered,
// and the kernel does not end the edge.
func TestMemory(t *testing.T) {
	t.Parallel()
	images(t)
	container := docker(t, "run", "--detach", "--memory", "64m", "--memory-swap", "64m", "--publish", "127.0.0.1::8080",
		"--publish", "127.0.0.1::4040", image, "demo", "--log-level", "error")
	t.Cleanup(func() { docker(t, "rm", "--force", "--volumes", container) })
	awaitAnswer(t, container, "/healthy-http")
	url := "http://" + address(t, container, "8080") + "/healthy-http"

	body := strings.Repeat("x", loadBody)
	var wait sync.WaitGroup
	failed := make(chan string, loadConnections)
	for range loadConnections {
		wait.Go(func() {
			for range loadRequests {
				response, err := viewer.Post(url, "application/octet-stream", strings.NewReader(body))
				if err != nil {
					failed <- err.Error()
					return
				}
				response.Body.Close()
				if response.StatusCode != http.StatusOK {
					failed <- fmt.Sprintf("%d %s", response.StatusCode, response.Header.Get("X-Edgesim-Detail"))
					return
				}
			}
		})
	}
	wait.Wait()
	close(failed)
	for reason := range failed {
		t.Errorf("a request failed: %s", reason)
	}
	if state := inspect[struct{ OOMKilled, Running bool }](t, container, ".State"); state.OOMKilled || !state.Running {
		t.Errorf("after the load the container is %+v:\n%s", state, docker(t, "logs", "--tail", "20", container))
	}
	if _, body, err := get("http://" + address(t, container, "4040") + "/api/exchanges?limit=1"); err != nil || !json.Valid([]byte(body)) {
		t.Errorf("the API does not answer after the load: %v %s", err, body)
	}
}
