package e2e_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// soakPlan says how hard a campaign is.
type soakPlan struct {
	total time.Duration
	// pace is between two requests of one viewer, pause between two troubles, and
	// away how long a disk is full and a database is away.
	pace, pause, away time.Duration
	// disk is the size of the disk for recordings.
	disk int
}

// planSoak is the campaign of EDGESIM_SOAK, which make soak sets, or the short one
// of make test. That one takes half a minute, in which every trouble happens once:
// it holds one of the two places that tests have on two cores, and more time would
// only bring the same troubles again. Its viewers ask about a hundred times a
// second, a tenth of what an edge with the race detector can do, so that the
// packages beside it keep their time. docs/RELIABILITY.md has the figures of a long one.
func planSoak(t *testing.T) soakPlan {
	text := os.Getenv("EDGESIM_SOAK")
	if text == "" {
		return soakPlan{total: 25 * time.Second, pace: 40 * time.Millisecond, pause: 1500 * time.Millisecond, away: time.Second, disk: 48 << 20}
	}
	total, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("EDGESIM_SOAK %q is not a duration", text)
	}
	return soakPlan{total: total, pace: 3 * time.Millisecond, pause: 5 * time.Second, away: 8 * time.Second, disk: 768 << 20}
}

// TestSoak is the campaign: two edges before the lab and before edge functions that
// work, loop, throw and die, one recording to a folder on a disk of its own and one
// to PostgreSQL. Viewers ask for everything, and some leave. Meanwhile the edges are
// killed, the disk becomes full, the database is stopped and started, configurations
// are read again and refused, caches are invalidated and recordings are read. Every
// answer must be the documented one, everything that docs/RELIABILITY.md promises to
// be recorded must be there with its cause, and at rest the last edges must have no
// more goroutines, descriptors and memory than before their first request.
func TestSoak(t *testing.T) {
	t.Parallel()
	needProc(t)
	plan, site := planSoak(t), openSoakSite(t)
	folder := &folderStore{full: plan.away}
	folder.disk, folder.small = peers.TrySmallDisk(t, plan.disk)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	still := watchPauses(t.Context())
	edges := []*soakEdge{newSoakEdge(t, "folder", site, still, folder, "--cache", "on")}
	edges[0].cached = true
	if database := openDatabaseStore(t, plan.away); database != nil {
		edges = append(edges, newSoakEdge(t, "database", site, still, database))
	}
	begin := time.Now()
	end := begin.Add(plan.total)
	calm := end.Add(-min(plan.total/3, 2*time.Minute))
	var load, trouble sync.WaitGroup
	for _, s := range edges {
		s.load(ctx, &load, plan.pace)
		trouble.Go(func() { s.disturb(t, plan.pause, calm, end) })
	}
	trouble.Wait()
	select { // troubles may end early, where there are few
	case <-time.After(time.Until(end)):
	case <-ctx.Done():
	}
	stop()
	load.Wait()
	t.Logf("%s of load, %d things asked for; %s", time.Since(begin).Round(time.Second), len(site.wants), still)
	for _, s := range edges {
		s.settle(t)
	}
	soundFolder(t, filepath.Join(folder.disk, "recordings"))
}

// openDatabaseStore starts PostgreSQL; nil where there is none, which the tests of
// package pgstore report.
func openDatabaseStore(t *testing.T, away time.Duration) *databaseStore {
	t.Helper()
	if slices.ContainsFunc(peers.Missing(), func(p peers.Peer) bool { return p.Command == "postgres" }) {
		t.Log("there is no PostgreSQL: the campaign goes on without")
		return nil
	}
	server := peers.StartPostgreSQL(t)
	return &databaseStore{server: server, url: server.Database(t), away: away}
}
