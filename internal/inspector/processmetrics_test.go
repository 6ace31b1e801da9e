package inspector_test

import (
	"regexp"
	"runtime"
	"strconv"
	"testing"

	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/recording"
)

// TestProcessMetrics: more goroutines and more memory in use show.
func TestProcessMetrics(t *testing.T) {
	base := start(t, inspector.Config{Recordings: recording.NewRing(recording.RingConfig{})})
	value := func(name string) int {
		t.Helper()
		found := regexp.MustCompile(`(?m)^` + name + ` (\d+)$`).FindStringSubmatch(ask(t, "GET", base+"/metrics").body)
		if found == nil {
			t.Fatalf("there is no %s", name)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	runtime.GC()
	goroutines, live := value("go_goroutines"), value("go_gc_heap_live_bytes")
	const more = 1000
	end := make(chan struct{})
	for range more {
		go func() { <-end }()
	}
	kept := make([]byte, 64<<20)
	runtime.GC()
	if n := value("go_goroutines"); n < goroutines+more/2 {
		t.Errorf("%d goroutines, after %d and with %d more", n, goroutines, more)
	}
	if n := value("go_gc_heap_live_bytes"); n < live+len(kept)/2 {
		t.Errorf("%d bytes live, after %d and with %d more", n, live, len(kept))
	}
	close(end)
	runtime.KeepAlive(kept)
}
