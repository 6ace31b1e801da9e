package main

import (
	"fmt"
	"sync"
	"time"

	"github.com/edgesim/edgesim/internal/check"
)

// patience is how long a check stays silent before it says what it is waiting for.
const patience = 400 * time.Millisecond

// watcher shows on a terminal what a check is waiting for: one line on standard error that
// disappears when the report comes.
type watcher struct {
	out     output
	mu      sync.Mutex
	pending []string
	news    check.Progress
	stop    chan struct{}
	shown   sync.WaitGroup
}

// watch starts watching a check, on a terminal. Its end method must be called.
func (p *program) watch(cfg *check.Config) *watcher {
	w := &watcher{out: p.out, stop: make(chan struct{})}
	if !isTerminal(p.out.stderr) {
		return w
	}
	cfg.Progress = w.told
	w.shown.Go(w.show)
	return w
}

// told handles the progress of a visit.
func (w *watcher) told(n check.Progress) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.news = n
	if !n.Done {
		w.pending = append(w.pending, n.Target)
		return
	}
	for i, target := range w.pending {
		if target == n.Target {
			w.pending = append(w.pending[:i], w.pending[i+1:]...)
			return
		}
	}
}

// show redraws the line until the end.
func (w *watcher) show() {
	started, drawn := time.Now(), false
	tick := time.NewTicker(patience)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			fmt.Fprintf(w.out.stderr, "\r\x1b[K%s", cutTo(w.line(time.Since(started)), widthOf(w.out.stderr)-1))
			drawn = true
		case <-w.stop:
			if drawn {
				fmt.Fprint(w.out.stderr, "\r\x1b[K")
			}
			return
		}
	}
}

func (w *watcher) line(passed time.Duration) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	line := fmt.Sprintf("%d of %d asked, %s", w.news.Finished, w.news.Total, passed.Round(time.Second))
	if len(w.pending) > 0 {
		line += ", waiting for " + w.pending[0]
	}
	if n := len(w.pending) - 1; n > 0 {
		line += fmt.Sprintf(" and %d more", n)
	}
	return line
}

// end removes the line.
func (w *watcher) end() {
	close(w.stop)
	w.shown.Wait()
}

// cutTo truncates a line to a width; 0 or less means no limit.
func cutTo(line string, width int) string {
	if runes := []rune(line); width > 0 && len(runes) > width {
		return string(runes[:width])
	}
	return line
}
