package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is how many connections are kept: each of them to each of the origins.
type crowd struct{ origins, each int }

// fullCrowd is 10,000 kept-alive connections.
var fullCrowd = crowd{100, 100}

func (c crowd) total() int { return c.origins * c.each }

const (
	// keptViewers is the number of viewers, and keptLoad how long the load lasts.
	keptViewers = 64
	keptLoad    = 3 * time.Second
)

// keptHost is the name of an origin, keptPath the path that selects it.
func keptHost(i int) string { return fmt.Sprintf("o%d.bench.example", i) }

func keptPath(i int, rest string) string { return fmt.Sprintf("/o%d/%s", i, rest) }

// keptConnections measures one subject after another, each with its own origin process.
func (b *bench) keptConnections(ctx context.Context, many crowd, d time.Duration) ([]keptRow, error) {
	certFile, keyFile, err := b.site.issueKept()
	if err != nil {
		return nil, err
	}
	var rows []keptRow
	for _, one := range []struct {
		name, program string
		start         func(ctx context.Context, s *site, origin string, many crowd) (*running, error)
	}{{nameStd, "", startStdKept}, {nameEdgesim, "", startEdgesimKept}, {nameNginx, "nginx", startNginxKept}} {
		if _, ok := installed(one.program); one.program != "" && !ok {
			continue
		}
		b.say("kept connections: %s", one.name)
		origin, address, err := b.site.startRole(ctx, role{Name: roleHold, CertFile: certFile, KeyFile: keyFile, Each: many.each})
		if err != nil {
			return nil, err
		}
		row, err := b.keptOne(ctx, address, many, d, func() (*running, error) { return one.start(ctx, b.site, address, many) })
		origin.stop()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		row.Subject = one.name
		rows = append(rows, row)
	}
	return rows, nil
}

func (b *bench) keptOne(ctx context.Context, origin string, many crowd, d time.Duration, start func() (*running, error)) (row keptRow, err error) {
	r, err := start()
	if err != nil {
		return row, err
	}
	defer r.stop()
	if _, _, err := r.roam(ctx, many.origins, d/3); err != nil {
		return row, err
	}
	var errorsFew, errorsMany int64
	if row.Few, errorsFew, err = r.roam(ctx, many.origins, d); err != nil {
		return row, err
	}
	held, err := openCount(ctx, origin)
	if err != nil {
		return row, err
	}
	if err := r.fill(ctx, many); err != nil {
		return row, err
	}
	if row.Kept, err = openCount(ctx, origin); err != nil {
		return row, err
	}
	if row.Many, errorsMany, err = r.roam(ctx, many.origins, d); err != nil {
		return row, err
	}
	if row.KeptAfter, err = openCount(ctx, origin); err != nil {
		return row, err
	}
	row.Errors = errorsFew + errorsMany
	row.RateRatio, row.CPURatio = ratio(row.Many.Rate, row.Few.Rate), ratio(row.Many.CPU, row.Few.CPU)
	row.BytesEach = ratio(float64(row.Many.Resident-row.Few.Resident), float64(row.Kept-held))
	return row, nil
}

// roam sends requests to random origins.
func (r *running) roam(ctx context.Context, origins int, d time.Duration) (f loadFigures, failed int64, err error) {
	before, began := r.cpu(), time.Now()
	viewers := make([]spectator, keptViewers)
	var all sync.WaitGroup
	for i := range viewers {
		all.Go(func() { viewers[i].roam(ctx, r.url, origins, began.Add(d)) })
	}
	all.Wait()
	elapsed := time.Since(began)
	var requests int64
	var latencies histogram
	for i := range viewers {
		requests += viewers[i].requests
		failed += viewers[i].errors
		latencies.add(&viewers[i].latencies)
	}
	used, err := usageOf(r.child.cmd.Process.Pid)
	if err != nil {
		return f, failed, err
	}
	return loadFigures{
		Rate: ratio(float64(requests), elapsed.Seconds()), CPU: ratio(float64((used.CPU-before)/time.Microsecond), float64(requests)),
		P50: latencies.quantile(0.5), P99: latencies.quantile(0.99), Resident: used.Resident, Descriptors: used.Descriptors,
	}, failed, ctx.Err()
}

func (s *spectator) roam(ctx context.Context, address string, origins int, until time.Time) {
	v, err := openViewer(ctx, address+"/")
	if err != nil {
		s.errors++
		return
	}
	defer v.close()
	v.conn.SetDeadline(until.Add(20 * time.Second))
	for now := time.Now(); now.Before(until) && ctx.Err() == nil; {
		v.wants(keptPath(rand.IntN(origins), "1024"))
		status, _, err := v.ask()
		after := time.Now()
		s.requests++
		s.latencies.note(after.Sub(now))
		if err != nil || status != http.StatusOK {
			s.errors++
		}
		if err != nil {
			return
		}
		now = after
	}
}

// fill makes the subject open this many connections to each origin at once, which it then
// keeps: the origin holds the requests until all have arrived.
func (r *running) fill(ctx context.Context, many crowd) error {
	viewers := make([]*viewer, many.each)
	for i := range viewers {
		v, err := openViewer(ctx, r.url+"/")
		if err != nil {
			return err
		}
		defer v.close()
		v.conn.SetDeadline(time.Now().Add(5 * time.Minute))
		viewers[i] = v
	}
	for i := range many.origins {
		failed := make([]error, many.each)
		var all sync.WaitGroup
		for n, v := range viewers {
			all.Go(func() {
				v.wants(keptPath(i, "hold"))
				status, _, err := v.ask()
				if err == nil && status != http.StatusOK {
					err = fmt.Errorf("status %d", status)
				}
				failed[n] = err
			})
		}
		all.Wait()
		if err := errors.Join(failed...); err != nil {
			return fmt.Errorf("filling origin %d: %w", i, err)
		}
	}
	return ctx.Err()
}

// openCount asks the origin how many connections it has.
func openCount(ctx context.Context, origin string) (int, error) {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+origin+"/count", nil)
	if err != nil {
		return 0, err
	}
	response, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(string(text))
	return n - 1, err // without this one
}

// serveHold is an origin that answers /…/hold when role.Each such requests for its host
// have arrived, and /count with its open connections.
func serveHold(role role) error {
	ln, err := role.listen()
	if err != nil {
		return err
	}
	body := make([]byte, allBodies[0])
	var open atomic.Int64
	var mu sync.Mutex
	waiting := map[string]chan struct{}{}
	count := map[string]int{}
	server := &http.Server{TLSNextProto: noHTTP2, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/count":
			fmt.Fprint(w, open.Load())
			return
		case strings.HasSuffix(r.URL.Path, "/hold"):
			mu.Lock()
			if waiting[r.Host] == nil {
				waiting[r.Host] = make(chan struct{})
			}
			all := waiting[r.Host]
			if count[r.Host]++; count[r.Host] == role.Each {
				close(all)
				delete(waiting, r.Host)
				delete(count, r.Host)
			}
			mu.Unlock()
			select {
			case <-all:
			case <-r.Context().Done():
				return
			}
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body)
	}), ConnState: func(_ net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			open.Add(1)
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}}
	return server.ServeTLS(ln, role.CertFile, role.KeyFile)
}
