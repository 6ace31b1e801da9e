package check

import (
	"context"
	"sync"
	"time"

	"github.com/edgesim/edgesim/edge"
)

// Subject is one distribution to check.
type Subject struct {
	// Name is the file or URL it came from.
	Name string
	// Edge serves it: the distribution, the client for its origins, and the strictness of
	// the judgment. Its Recorder is not used.
	Edge *edge.Edge
	// Path is the path to request for this one if [Config.Path] is "".
	Path string
}

// Config says what to check and how. Only Subjects is required.
type Config struct {
	Subjects []Subject
	// Host is the viewer's Host to judge. Default: every alias of the distribution and its
	// own cloudfront.net name if Host is forwarded, otherwise the first of these, as
	// nothing depends on it.
	Host string
	// Path is the path to request, with its query. Default: what the behavior's path
	// pattern matches with nothing for each *: "/" for "*", "/api/" for "/api/*".
	Path string
	// Method is GET or HEAD. Default: GET.
	Method string
	// Origin is the id of the only origin to visit. Default: all of them, and the edge's
	// own answers.
	Origin string
	// HandshakeOnly ends each visit after the TLS handshake: one connection, no further
	// attempt, no request.
	HandshakeOnly bool
	// Scan also finds out what the TLS of each origin accepts.
	Scan bool
	// Parallel is how many origins are visited at a time. Default:
	// [DefaultParallel].
	Parallel int
	// Now is the time at which certificates are judged. Default: time.Now.
	Now func() time.Time
	// Progress is called when a visit starts and when it ends, from any goroutine. Default:
	// no call.
	Progress func(Progress)
}

// Progress reports on one visit.
type Progress struct {
	// Target is its target, host:port.
	Target string
	// Done means that it ended; otherwise it starts.
	Done bool
	// Finished and Total count visits.
	Finished, Total int
}

// DefaultParallel is how many origins are visited at a time: enough that many dead origins
// do not take their connection timeouts one after another. A client needs room for as many
// explanations (see originconn.Client).
const DefaultParallel = 32

func (c Config) withDefaults() Config {
	if c.Method == "" {
		c.Method = "GET"
	}
	if c.Parallel <= 0 {
		c.Parallel = DefaultParallel
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	return c
}

// Run checks every subject and reports in a stable order: by subject, behavior, and origin
// within a group. The error is ctx's if it ended before everything was checked; unfinished
// checks are not reported.
func Run(ctx context.Context, cfg Config) (*Report, error) {
	cfg = cfg.withDefaults()
	r := &Report{Schema: SchemaID, At: cfg.Now().UTC().Truncate(time.Second)}
	cases := cfg.cases()
	visits := visitsOf(cases)
	cfg.visitAll(ctx, visits)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, c := range cases {
		r.Checks = append(r.Checks, cfg.judge(c))
	}
	for _, s := range cfg.Subjects {
		r.addSubject(s)
	}
	r.addScans(visits)
	r.conclude()
	return r, nil
}

// visitAll makes the visits: those to the same target one after another over the kept-alive
// connection, those to different targets in parallel.
func (c *Config) visitAll(ctx context.Context, visits []*visit) {
	byTarget := map[string][]*visit{}
	var order []string
	for _, v := range visits {
		if byTarget[v.targetKey] == nil {
			order = append(order, v.targetKey)
		}
		byTarget[v.targetKey] = append(byTarget[v.targetKey], v)
	}
	slots := make(chan struct{}, c.Parallel)
	counter := &tally{total: len(visits), tell: c.Progress}
	var running sync.WaitGroup
	for _, key := range order {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			c.visitTarget(ctx, byTarget[key], counter)
		})
	}
	running.Wait()
}

// visitTarget makes the visits to one target. What failed before a request was sent fails
// for every request, and an origin that let one request time out is not waited for again:
// the remaining visits are then blocked.
func (c *Config) visitTarget(ctx context.Context, visits []*visit, t *tally) {
	for i, v := range visits {
		if ctx.Err() != nil {
			return
		}
		t.begins(v)
		if first := visits[0]; i > 0 && first.endsAll() {
			v.like(first)
		} else {
			v.run(ctx, c)
		}
		if i == 0 && ctx.Err() == nil {
			v.askRest(ctx)
		} else if i > 0 {
			v.presented, v.dated = visits[0].presented, visits[0].dated
		}
		if c.Scan && i == 0 && v.plan.Target.TLS && ctx.Err() == nil {
			v.scanTLS(ctx)
		}
		t.ends(v)
	}
}

// tally counts visits for Progress.
type tally struct {
	mu       sync.Mutex
	finished int
	total    int
	tell     func(Progress)
}

func (t *tally) begins(v *visit) { t.told(v, false) }
func (t *tally) ends(v *visit)   { t.told(v, true) }

func (t *tally) told(v *visit, done bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if done {
		t.finished++
	}
	t.tell(Progress{Target: v.plan.Target.Address(), Done: done, Finished: t.finished, Total: t.total})
}
