package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"sync"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// allocation is the memory allocated for one request. It counts everything that this
// process allocates while it serves as the subject: the proxy itself, net/http on the
// viewer's side and TLS toward the origin. The origin is another process, and the viewer
// allocates nothing.
type allocation struct {
	Subject string  `json:"subject"`
	Body    int     `json:"bodyBytes"`
	Count   float64 `json:"allocationsPerRequest"`
	Bytes   float64 `json:"bytesPerRequest"`
	// CountRatio and BytesRatio are ratios to std.
	CountRatio float64 `json:"allocationsToStd"`
	BytesRatio float64 `json:"bytesToStd"`
}

// allocations measures std and edgesim, with the smallest and the largest body.
func (b *bench) allocations(ctx context.Context) ([]allocation, error) {
	if b.plan.requests == 0 {
		return nil, nil
	}
	b.say("allocations per request, in this process")
	var all []allocation
	for _, body := range []int{allBodies[0], allBodies[len(allBodies)-1]} {
		// The largest body takes a millisecond, the smallest a tenth of it.
		n := max(1, b.plan.requests*allBodies[0]/body, b.plan.requests/10)
		std, err := b.allocationOf(ctx, nameStd, body, n)
		if err != nil {
			return nil, err
		}
		ours, err := b.allocationOf(ctx, nameEdgesim, body, n)
		if err != nil {
			return nil, err
		}
		for _, a := range []*allocation{std, ours} {
			a.CountRatio, a.BytesRatio = ratio(a.Count, std.Count), ratio(a.Bytes, std.Bytes)
			all = append(all, *a)
		}
	}
	return all, nil
}

// allocationOf serves in this process, sends n requests on one connection, and divides what
// was allocated meanwhile.
func (b *bench) allocationOf(ctx context.Context, name string, body, n int) (*allocation, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	stop, err := b.serveHere(name, ln)
	if err != nil {
		ln.Close()
		return nil, err
	}
	defer stop()
	v, err := openViewer(ctx, "http://"+ln.Addr().String()+bodyPath(body))
	if err != nil {
		return nil, err
	}
	defer v.close()
	if err := v.repeat(ctx, n/10+1); err != nil { // connections, pools and the ring are set up first
		return nil, fmt.Errorf("%s in this process: %w", name, err)
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	err = v.repeat(ctx, n)
	runtime.ReadMemStats(&after)
	if err != nil {
		return nil, fmt.Errorf("%s in this process: %w", name, err)
	}
	return &allocation{
		Subject: name, Body: body,
		Count: float64(after.Mallocs-before.Mallocs) / float64(n),
		Bytes: float64(after.TotalAlloc-before.TotalAlloc) / float64(n),
	}, nil
}

// repeat sends n requests.
func (v *viewer) repeat(ctx context.Context, n int) error {
	for range n {
		status, _, err := v.ask()
		if err != nil {
			return err
		}
		if status != http.StatusOK {
			return fmt.Errorf("status %d", status)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// serveHere serves a listener as a subject does, in this process.
func (b *bench) serveHere(name string, ln net.Listener) (stop func(), err error) {
	var serving sync.WaitGroup
	if name == nameStd {
		handler, err := newStd(b.site.caFile, b.site.originAddress)
		if err != nil {
			return nil, err
		}
		server := &http.Server{Handler: handler}
		serving.Go(func() { _ = server.Serve(ln) })
		return func() { server.Close(); serving.Wait() }, nil
	}
	server, client, err := newEdgesim(b.site)
	if err != nil {
		return nil, err
	}
	serving.Go(func() { _ = server.Serve(ln, nil) })
	return func() {
		ended, cancel := context.WithCancel(context.Background())
		cancel() // cut off what is idle
		_ = server.Shutdown(ended)
		serving.Wait()
		client.Close()
	}, nil
}

// newEdgesim wires edgesim as cmd/edgesim does for serve: recording in the ring
// and one log line for each exchange, in JSON as to a file.
func newEdgesim(s *site) (*proxy.Server, *originconn.Client, error) {
	_, port, _ := net.SplitHostPort(s.originAddress)
	config, err := ingest.FromOrigin(ingest.OriginFlags{URL: "https://" + net.JoinHostPort(originHost, port)})
	if err != nil {
		return nil, nil, err
	}
	client := s.originClient(s.originAddress)
	log := &logrus.Logger{Out: io.Discard, Formatter: &logrus.JSONFormatter{}, Level: logrus.InfoLevel}
	e := &edge.Edge{
		Distribution: config.Distribution, Client: client, BodyLimit: 64 << 10,
		Recorder: recording.Tee(recording.NewRing(recording.RingConfig{}), &logline.Log{Logger: log}),
	}
	server, err := proxy.New(proxy.Config{Serve: e.Serve, Logger: log, ServesHost: config.Distribution.ServesHost})
	return server, client, err
}

// originClient is edgesim's own client for an origin at an address.
func (s *site) originClient(address string) *originconn.Client {
	return &originconn.Client{ConnectTo: map[string]string{originHost: address}, Trust: s.trust}
}
