package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edgesim/edgesim/internal/store/pgstore"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/recording"
)

// postgresReport is the section about many edges that record into one PostgreSQL, as open
// stores in this process: each has its own connections and its own spool.
type postgresReport struct {
	Version string `json:"version"`
	Edges   int    `json:"edges"`
	// Asked is the rate at which all edges together record; Reached is the rate at which
	// the database got it.
	Asked   int     `json:"askedPerSecond"`
	Reached float64 `json:"reachedPerSecond"`
	// Recorded is the number of exchanges, of which Spooled went through the spool and Lost
	// were lost.
	Recorded, Spooled, Lost int64
	// EdgeCPU is the CPU of this process, including making the exchanges, and ServerCPU
	// that of PostgreSQL, per exchange in microseconds.
	EdgeCPU     float64 `json:"edgeCPUMicroseconds"`
	ServerCPU   float64 `json:"serverCPUMicroseconds"`
	Connections int     `json:"connections"`
	// Answers are the query times of a reader meanwhile.
	Answers []storeAnswer `json:"answers"`
}

// postgresServer is a server started here.
type postgresServer struct {
	child *child
	dir   string
	url   string
}

// stop ends the server and removes its files.
func (s *postgresServer) stop() {
	if s.child != nil {
		s.child.stop()
	}
	os.RemoveAll(s.dir)
}

// startPostgres makes a database in the site's folder, with the server's defaults except
// for the number of connections. As root, it runs as another user, which PostgreSQL insists
// on.
func (b *bench) startPostgres(ctx context.Context) (_ *postgresServer, err error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if path, ok := installed("postgres"); ok {
		found = append(found, path)
	}
	if len(found) == 0 {
		return nil, errors.New("postgres is not installed")
	}
	bin := filepath.Dir(found[len(found)-1])
	dir, err := os.MkdirTemp("", "pg") // the name of a socket must be short
	if err != nil {
		return nil, err
	}
	s := &postgresServer{dir: dir, url: "postgres://edgesim@/postgres?host=" + dir}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, name), args...)
		if os.Getuid() == 0 {
			c = exec.Command("setpriv", append([]string{"--reuid=postgres", "--regid=postgres", "--clear-groups", c.Path}, args...)...)
		}
		c.Dir = dir
		return c
	}
	if os.Getuid() == 0 {
		if out, err := exec.Command("chown", "postgres:", dir).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%w: %s", err, out)
		}
	}
	data := filepath.Join(dir, "data")
	if out, err := command("initdb", "-D", data, "-U", "edgesim", "-A", "trust", "-E", "UTF8", "--no-locale").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	s.child, err = b.site.start(ctx, "postgres", command("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "max_connections=500"))
	if err != nil {
		return nil, err
	}
	for range 100 {
		conn, err := pgx.Connect(ctx, s.url)
		if err == nil {
			return s, conn.Close(ctx)
		}
		if err := waitUntil(ctx, 100*time.Millisecond); err != nil {
			break
		}
	}
	return nil, s.child.failure(errors.New("it does not answer"))
}

// postgres measures the section.
func (b *bench) postgres(ctx context.Context) (*postgresReport, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	server, err := b.startPostgres(ctx)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	r := &postgresReport{Edges: b.plan.pgEdges, Asked: b.plan.pgRate}
	b.say("%d edges and one PostgreSQL, %d exchanges a second for %s", r.Edges, r.Asked, b.plan.pgTime)
	var stores []*pgstore.Store
	defer func() {
		for _, s := range stores {
			s.Close()
		}
	}()
	for i := range r.Edges + 1 { // the last one reads
		s, err := pgstore.Open(ctx, pgstore.Config{URL: server.url, Spool: b.site.path(fmt.Sprintf("spool-%d", i))})
		if err != nil {
			return nil, err
		}
		stores = append(stores, s)
	}
	return r, r.run(ctx, server, stores[:r.Edges], stores[r.Edges], b.plan.pgTime)
}

// run records and reads for a while, and waits until the database has everything.
func (r *postgresReport) run(ctx context.Context, server *postgresServer, edges []*pgstore.Store, reader *pgstore.Store, d time.Duration) error {
	conn, err := pgx.Connect(ctx, server.url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, "SHOW server_version").Scan(&r.Version); err != nil {
		return err
	}
	pid := server.child.cmd.Process.Pid
	before, _ := usageOf(pid)
	own := ownCPU()
	began := time.Now()
	attempt := storetest.TrafficAttempt()
	var all sync.WaitGroup
	for i, s := range edges {
		all.Go(func() { r.record(ctx, s, i, attempt, began.Add(d)) })
	}
	readerDone := make(chan error, 1)
	go func() { readerDone <- r.read(ctx, reader, began.Add(d)) }()
	all.Wait()
	for _, s := range edges {
		if _, err := s.Stats(ctx); err != nil { // it waits until what is queued is written
			return err
		}
		h := s.Health()
		r.Recorded, r.Spooled, r.Lost = r.Recorded+int64(h.Recorded), r.Spooled+int64(h.Spooled), r.Lost+int64(h.Lost)
	}
	took := time.Since(began)
	if err := <-readerDone; err != nil {
		return err
	}
	var there int64
	if err := conn.QueryRow(ctx, "SELECT (SELECT exchanges FROM edgesim.state), (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'edgesim')").
		Scan(&there, &r.Connections); err != nil {
		return err
	}
	r.Reached = float64(there) / took.Seconds()
	r.EdgeCPU = float64((ownCPU() - own).Microseconds()) / float64(max(there, 1))
	if after, err := usageOf(pid); err == nil {
		r.ServerCPU = float64((after.CPU - before.CPU).Microseconds()) / float64(max(there, 1))
	}
	return nil
}

// record records at the rate of one edge.
func (r *postgresReport) record(ctx context.Context, s *pgstore.Store, edge int, attempt *originconn.Attempt, until time.Time) {
	const every = 20 * time.Millisecond
	began, n := time.Now(), 0
	for ctx.Err() == nil && time.Now().Before(until) {
		due := int(time.Since(began).Seconds() * float64(r.Asked) / float64(r.Edges))
		for ; n < due; n++ {
			e := storetest.Traffic(n*r.Edges+edge, attempt)
			e.Edge = fmt.Sprintf("edge-%d", edge)
			s.Record(e)
		}
		_ = waitUntil(ctx, every)
	}
}

// read queries while the others write.
func (r *postgresReport) read(ctx context.Context, s *pgstore.Store, until time.Time) error {
	questions := []struct {
		what   string
		filter recording.Filter
	}{
		{"newest 50", recording.Filter{Limit: 50}},
		{"newest 50 of a frequent cause", recording.Filter{Limit: 50, Cause: storetest.FrequentCause}},
		{"newest 50 of a rare cause", recording.Filter{Limit: 50, Cause: storetest.RareCause}},
	}
	took := make([][]time.Duration, len(questions)+1)
	for time.Now().Before(until) {
		var id string
		for i, q := range questions {
			began := time.Now()
			page, err := s.List(ctx, q.filter)
			if err != nil {
				return err
			}
			took[i] = append(took[i], time.Since(began))
			if n := len(page.Exchanges); n > 0 {
				id = page.Exchanges[n-1].ID
			}
		}
		if id != "" {
			began := time.Now()
			if _, err := s.Get(ctx, id); err != nil {
				return err
			}
			took[len(questions)] = append(took[len(questions)], time.Since(began))
		}
		if err := waitUntil(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
	for i, list := range took {
		what := "one by id"
		if i < len(questions) {
			what = questions[i].what
		}
		if len(list) > 0 {
			r.Answers = append(r.Answers, answerOf(what, 0, list))
		}
	}
	return nil
}

func (r *postgresReport) print(p *printer) {
	if r == nil {
		return
	}
	p.line("")
	p.line("%d edges record into one PostgreSQL %s on this machine, %d exchanges a second asked: %.0f a second reached,", r.Edges, r.Version, r.Asked, r.Reached)
	p.line("%d recorded, %d of them still in a spool, %d lost; %d connections. CPU of an exchange: %s µs in the edges (making it included), %s µs in PostgreSQL.",
		r.Recorded, r.Spooled, r.Lost, r.Connections, number(r.EdgeCPU, 1), number(r.ServerCPU, 1))
	t := table{header: []string{"question, meanwhile", "ms"}, left: 1}
	for _, a := range r.Answers {
		t.add(a.What, milliseconds(a.Took))
	}
	p.table(&t)
}

// judge compares the section with the targets.
func (r *postgresReport) judge() []target {
	if r == nil {
		return nil
	}
	return []target{
		{fmt.Sprintf("exchanges a second, %d edges, one PostgreSQL", r.Edges), fmt.Sprintf("at least %d", r.Asked*95/100), fmt.Sprintf("%.0f", r.Reached), r.Reached >= 0.95*float64(r.Asked)},
		{"exchanges lost", "0", fmt.Sprint(r.Lost), r.Lost == 0},
	}
}
