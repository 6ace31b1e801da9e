package originconn_test

import (
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestNoDescriptorLeft: a process without free descriptors can neither dial an address nor
// look up a name, and both are the edge's own failure (CF-ERR-10). The test therefore runs
// in a process of its own.
func TestNoDescriptorLeft(t *testing.T) {
	if os.Getenv("EDGESIM_TEST_EXHAUSTED") == "" {
		t.Parallel()
		run := exec.Command(os.Args[0], "-test.run", "^TestNoDescriptorLeft$", "-test.v")
		run.Env = append(os.Environ(), "EDGESIM_TEST_EXHAUSTED=1")
		if out, err := run.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 64, Max: 64}); err != nil {
		t.Fatal(err)
	}
	client := &originconn.Client{}
	defer client.Close()
	var held []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		held = append(held, f)
	}
	got := map[string]*policy.Cause{}
	for _, host := range []string{"192.0.2.1", "o.example"} {
		got[host] = client.Do(t.Context(), originconn.Target{
			Host: host, Port: 80, Attempts: 1, ConnectTimeout: 5 * time.Second, ResponseTimeout: 5 * time.Second,
		}, &originconn.Request{Method: "GET", RequestURI: "/"}).Cause
	}
	for _, f := range held {
		f.Close()
	}
	for host, cause := range got {
		if cause == nil || cause.Name != policy.CauseEdgeExhausted || cause.Rule != "CF-ERR-10" {
			t.Errorf("%s: got %v", host, cause)
		}
	}
}
