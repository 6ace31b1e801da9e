package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"time"

	"github.com/edgesim/edgesim/internal/store/storetest"
)

// askCommands runs the query commands, each as a process from its start, and an export.
func (b *bench) askCommands(ctx context.Context, f *storeFigures, dir string, known sampled) error {
	recordings := func(args ...string) *exec.Cmd {
		return exec.CommandContext(ctx, b.site.edgesim, append([]string{"recordings", args[0], "--record", dir}, args[1:]...)...)
	}
	id := known.ids[len(known.ids)/2]
	for _, q := range []struct {
		what string
		args []string
	}{
		{"recordings ls", []string{"ls"}},
		{"recordings ls --cause, a rare one", []string{"ls", "--cause", string(storetest.RareCause)}},
		{"recordings show ID", []string{"show", id}},
		{"recordings show, the beginning of an id", []string{"show", known.newest[:8]}},
	} {
		var took []time.Duration
		for range asked {
			began := time.Now()
			if out, err := recordings(q.args...).CombinedOutput(); err != nil {
				return fmt.Errorf("%s: %w: %s", q.what, err, out)
			}
			took = append(took, time.Since(began))
		}
		f.answer(q.what, 0, took)
	}
	export := recordings("export", "--since", known.since.UTC().Format(time.RFC3339Nano))
	began := time.Now()
	if err := export.Run(); err != nil {
		return fmt.Errorf("recordings export: %w", err)
	}
	x := &f.Export
	x.Exchanges, x.Rate = known.exported, float64(known.exported)/time.Since(began).Seconds()
	used := export.ProcessState
	x.CPU = float64((used.UserTime() + used.SystemTime()).Microseconds()) / float64(known.exported)
	x.PeakBytes = peakOf(used)
	return nil
}

// askAPI queries an edge that records into the store.
func (b *bench) askAPI(ctx context.Context, f *storeFigures, dir string, known sampled) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	inspect, err := freeAddress()
	if err != nil {
		return err
	}
	child, err := b.site.start(ctx, nameEdgesim, exec.Command(b.site.edgesim, "serve", "--origin", "https://"+originHost, "--listen", address,
		"--listen-tls", "127.0.0.1:0", "--inspect", inspect, "--state", b.site.path("state-api"), "--record", dir, "--keep", "0", "--keep-size", "1000GB"))
	if err != nil {
		return err
	}
	defer child.stop()
	if err := child.waitFor(ctx, inspect); err != nil {
		return err
	}
	for _, q := range []struct {
		what, path string
		most       time.Duration
	}{
		{"/api/exchanges", "?limit=50", 0},
		{"/api/exchanges?cause, a frequent one", "?limit=50&cause=" + string(storetest.FrequentCause), 0},
		{"/api/exchanges?cause, a rare one", "?limit=50&cause=" + string(storetest.RareCause), 0},
		{"/api/exchanges/ID", "/" + known.ids[len(known.ids)/2], 0},
	} {
		var took []time.Duration
		for range asked {
			began := time.Now()
			if err := fetch(ctx, "http://"+inspect+"/api/exchanges"+q.path); err != nil {
				return child.failure(err)
			}
			took = append(took, time.Since(began))
		}
		f.answer(q.what, q.most, took)
	}
	return nil
}

// fetch reads an answer, which must be a 200.
func fetch(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}
