package e2e_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestNoHandlerOutlivesTheEdge: the process of a Lambda handler ends with its edge, whether
// the edge is killed or told to end.
func TestNoHandlerOutlivesTheEdge(t *testing.T) {
	t.Parallel()
	peers.Need(t, "node")
	const arn = "arn:aws:lambda:us-east-1:111122223333:function:pid:1"
	for name, signal := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "terminated": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config, _ := functionSite(t, object{"LambdaFunctionAssociations": list(object{"EventType": "viewer-request", "LambdaFunctionARN": arn})}, map[string]string{
				"edgesim.yaml": "distribution: distribution.json\nlambdas: {\"" + arn + "\": {file: pid.cjs}}\n",
				"pid.cjs":      "exports.handler = async () => ({ status: '200', body: String(process.pid) });",
			})
			e := serveUnwatched(t, config)
			answer := e.get(t, "/")
			pid, err := strconv.Atoi(answer.Body)
			if err != nil || !running(pid) {
				t.Fatalf("no process %s %q", answer, answer.Body)
			}
			if err := e.Signal(signal); err != nil {
				t.Fatal(err)
			}
			look, late := time.NewTicker(10*time.Millisecond), time.After(20*time.Second)
			defer look.Stop()
			for running(pid) {
				select {
				case <-look.C:
				case <-late:
					syscall.Kill(pid, syscall.SIGKILL)
					t.Fatalf("process %d of the handler outlives its edge", pid)
				}
			}
		})
	}
}

// running reports whether a process runs; a zombie does not.
func running(pid int) bool {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(status), ") ")
	return !strings.HasPrefix(rest, "Z")
}
