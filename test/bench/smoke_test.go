package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// testSite opens a site with edgesim built from this tree.
func testSite(t *testing.T) *site {
	t.Helper()
	program := filepath.Join(t.TempDir(), "edgesim")
	if out, err := exec.Command("go", "build", "-C", "../..", "-o", program, "./cmd/edgesim").CombinedOutput(); err != nil {
		t.Fatalf("building edgesim: %v\n%s", err, out)
	}
	s, err := openSite(t.Context(), &plan{load: "own", edgesim: program})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// TestSubjects asks every subject that is installed for one body of each size,
// and the same of one start and of the chains in this process. Nothing is
// measured: another machine has other figures.
func TestSubjects(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and starts programs")
	}
	s := testSite(t)
	here, missing := (&plan{}).present()
	if len(missing) > 0 {
		t.Logf("not installed: %v", missing)
	}
	for _, one := range here {
		t.Run(one.name, func(t *testing.T) {
			all, err := startAll(t.Context(), s, []subject{one})
			if err != nil {
				t.Fatal(err)
			}
			defer stopAll(all)
			for _, size := range allBodies {
				status, n, err := fetchOnce(t.Context(), all[0].url+bodyPath(size))
				if err != nil || status != 200 || n != size {
					t.Errorf("%s: got status %d, %d bytes, %v", sizeName(size), status, n, err)
				}
			}
			checkUsage(t, all[0])
		})
	}
	t.Run("cold start", func(t *testing.T) {
		if _, answered, err := s.coldStart(t.Context(), filepath.Join(t.TempDir(), "state")); err != nil || answered <= 0 {
			t.Errorf("got %v, %v", answered, err)
		}
	})
	t.Run("allocations", func(t *testing.T) {
		b := &bench{plan: &plan{requests: 10}, site: s, progress: t.Output()}
		all, err := b.allocations(t.Context())
		if err != nil || len(all) != 4 {
			t.Fatalf("got %v, %v", all, err)
		}
		for _, a := range all {
			if a.Count <= 0 || a.Bytes <= 0 {
				t.Errorf("%+v: net/http alone allocates", a)
			}
		}
	})
}

// checkUsage: a running subject has memory, if the system reports it.
func checkUsage(t *testing.T, r *running) {
	t.Helper()
	if r.child == nil {
		return
	}
	used, err := usageOf(r.child.cmd.Process.Pid)
	switch {
	case runtime.GOOS != "linux":
		if !errors.Is(err, errNoUsage) {
			t.Errorf("got %v, want %v", err, errNoUsage)
		}
	case err != nil || used.Peak < 1<<20:
		t.Errorf("got %+v, %v", used, err)
	}
}

// TestGoOrigin tries the stand-in for nginx, which is not used if nginx is installed.
func TestGoOrigin(t *testing.T) {
	s := &site{dir: t.TempDir()}
	if err := errors.Join(s.mint(), s.writeBodies()); err != nil {
		t.Fatal(err)
	}
	var err error
	if s.origin, s.originAddress, err = s.startSelf(t.Context(), roleOrigin); err != nil {
		t.Fatal(err)
	}
	defer s.origin.stop()
	status, n, err := fetchOnce(t.Context(), "https://"+s.originAddress+bodyPath(1<<20))
	if err != nil || status != 200 || n != 1<<20 {
		t.Errorf("got status %d, %d bytes, %v", status, n, err)
	}
}

// TestCloseLeavesNothing: the folder is gone, and so are the processes.
func TestCloseLeavesNothing(t *testing.T) {
	s, err := openSite(t.Context(), &plan{load: "own", edgesim: os.Args[0]})
	if err != nil {
		t.Fatal(err)
	}
	std, err := startStd(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	std.stop()
	std.stop() // twice is once
	s.close()
	if _, err := os.Stat(s.dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s is still there: %v", s.dir, err)
	}
	for _, c := range []*child{std.child, s.origin} {
		select {
		case <-c.done:
		case <-time.After(5 * time.Second):
			t.Errorf("%s still runs", c.name)
		}
	}
}
