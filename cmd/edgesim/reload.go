package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"reflect"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/ingest"
)

// reloader applies a changed configuration, as a whole or not at all: requests in progress
// finish with the old one, and an unreadable one leaves it in force.
type reloader struct {
	program *program
	edge    *edge.Edge
	// read rereads the configuration; nil if it came from standard input.
	read func() (*ingest.Result, error)
	// locations makes what the edge serves from it.
	locations func(*ingest.Result) ([]*edge.Location, error)

	mu      sync.Mutex
	current *ingest.Result
	// first are the stamps of the files as the edge read them at startup; set before it
	// serves, as a change can follow its first answer.
	first []stamp
	// retired are functions that were served before and still have processes, for requests
	// that were in progress at a change.
	retired []*functions.Set
	// refused is why the latest change was refused; nil if it was accepted.
	refused error
}

// errNoFile is why nothing can be reread.
var errNoFile = errors.New("the configuration came from standard input or from flags alone, and cannot be read again")

// reload rereads everything and swaps it in.
func (r *reloader) reload() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read == nil {
		return errNoFile
	}
	result, err := r.read()
	var locations []*edge.Location
	if err == nil {
		locations, err = r.locations(result)
	}
	if r.refused = err; err != nil {
		r.program.log.Warnf("the changed configuration is refused, the old one goes on: %v", err)
		return err
	}
	if r.current != nil && otherSettings(r.current, result) {
		r.program.log.Warn("the overlay's other settings changed, too: they take effect at the next start")
	}
	r.current = result
	before := r.edge.Locations()
	r.edge.Replace(locations)
	for _, l := range before {
		l.Functions.Retire()
		r.retired = append(r.retired, l.Functions)
	}
	r.retired = slices.DeleteFunc(r.retired, func(s *functions.Set) bool { return !s.Busy() })
	r.program.log.Infof("the configuration was read again: %s", plural(len(locations), "distribution"))
	return nil
}

// otherSettings reports whether overlays differ in anything but their distributions.
func otherSettings(a, b *ingest.Result) bool {
	if !reflect.DeepEqual(a.Connect, b.Connect) {
		return true
	}
	if a.Overlay == nil || b.Overlay == nil {
		return a.Overlay != b.Overlay
	}
	return !reflect.DeepEqual(a.Overlay.Values, b.Overlay.Values)
}

// warning is what /readyz says about a refused change.
func (r *reloader) warning() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused == nil {
		return ""
	}
	return "a changed configuration is refused, the old one goes on: " + r.refused.Error()
}

// files returns what the configuration was read from.
func (r *reloader) files() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil {
		return nil
	}
	return append(slices.Clone(r.current.Files), functionFiles(r.current.Overlay)...)
}

// run reloads when a file changes and on SIGHUP, if watch is set, until ctx ends. Otherwise
// SIGHUP means that the terminal was closed, and calls end.
func (r *reloader) run(ctx context.Context, watch bool, end func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	var tick <-chan time.Time
	if watch {
		ticker := time.NewTicker(watchEvery)
		defer ticker.Stop()
		tick = ticker.C
	}
	seen, pending := r.first, false
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
			if !watch {
				end()
				return
			}
			seen, pending = r.reread(), false
		case <-tick:
			now := stampsOf(r.files())
			switch {
			case !slices.Equal(now, seen): // it may still be being written
				seen, pending = now, true
			case pending:
				seen, pending = r.reread(), false
			}
		}
	}
}

// reread reloads, which reports its own result, and returns the stamps of the files as they
// were read. A file that changed while being read keeps its previous stamp, so that the
// change is noticed.
func (r *reloader) reread() []stamp {
	before := stampsOf(r.files())
	_ = r.reload()
	stamps := stampsOf(r.files())
	for i := range stamps {
		if at := slices.IndexFunc(before, func(s stamp) bool { return s.path == stamps[i].path }); at >= 0 {
			stamps[i] = before[at]
		}
	}
	return stamps
}

// watchEvery is how often files are checked. A change is applied when they have stayed the
// same for that long.
const watchEvery = 250 * time.Millisecond

// stamp reveals a change of a file.
type stamp struct {
	path string
	size int64
	time time.Time
}

func stampsOf(files []string) []stamp {
	var list []stamp
	for _, file := range files {
		s := stamp{path: file, size: -1}
		if info, err := os.Stat(file); err == nil {
			s.size, s.time = info.Size(), info.ModTime()
		}
		list = append(list, s)
	}
	return list
}

// close ends the function processes of everything that was served.
func (r *reloader) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, l := range r.edge.Locations() {
		l.Functions.Close()
	}
	for _, s := range r.retired {
		s.Close()
	}
	r.retired = nil
}
