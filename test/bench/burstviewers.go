package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// burstTime is how long viewers arrive in one round.
	burstTime = 3 * time.Second
	// burstOpen limits how many of them are connected at a time. On a machine that cannot
	// keep up with the rate, which also runs the viewers, all others wait.
	burstOpen = 1000
	// burstPatience is how long one viewer waits.
	burstPatience = 30 * time.Second
	// nameManyNames is edgesim with viewers that each use another name, so that a
	// certificate is minted for each.
	nameManyNames = "edgesim, a name each"
)

// burstSubjects are the possible subjects.
var burstSubjects = []subject{
	{nameStd, "", startStdTLS},
	{nameEdgesim, "", startEdgesimTLS},
	{nameManyNames, "", startEdgesimNames},
	{nameNginx, "nginx", startNginxTLS},
}

// burstViewers sends the viewers to each subject in turn.
func (b *bench) burstViewers(ctx context.Context) ([]burstRow, error) {
	var here []subject
	for _, s := range burstSubjects {
		if _, ok := installed(s.program); s.program != "" && !ok {
			b.say("not installed, so left out: %s", s.name)
			continue
		}
		here = append(here, s)
	}
	all, err := startAll(ctx, b.site, here)
	if err != nil {
		return nil, err
	}
	defer stopAll(all)
	rounds, most := make([]round, b.plan.rounds), map[string]int{}
	for i := range rounds {
		rounds[i] = round{}
		for turn := range all {
			r := all[(turn+i)%len(all)]
			b.say("burst of viewers: %s (%d of %d)", r.name, i+1, len(rounds))
			watch := watchDescriptors(ctx, r.child.cmd.Process.Pid)
			before := r.cpu()
			s, err := burst(ctx, r, b.plan.burst, b.plan.burst*int(burstTime/time.Second), i)
			if err != nil {
				return nil, err
			}
			s.CPU = r.cpu() - before
			rounds[i][r.name], most[r.name] = s, max(most[r.name], watch())
		}
	}
	var rows []burstRow
	for _, r := range all {
		row := burstRow{summarize(r.name, rounds), most[r.name]}
		if used, err := usageOf(r.child.cmd.Process.Pid); err == nil {
			row.PeakBytes = used.Peak
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// burst makes this many viewers arrive at a rate, up to burstOpen of them whether or not
// earlier ones have been served, and waits for all.
func burst(ctx context.Context, r *running, perSecond, total, turn int) (sample, error) {
	address := r.url[len("https://"):]
	var mu sync.Mutex
	var s sample
	var latencies histogram
	var all sync.WaitGroup
	room := make(chan struct{}, burstOpen)
	began := time.Now()
	for i := range total {
		due := began.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
		if wait := time.Until(due); wait > 0 && waitUntil(ctx, wait) != nil {
			break
		}
		room <- struct{}{}
		name := originHost
		if r.name == nameManyNames {
			name = fmt.Sprintf("v%d-%d.bench.example", turn, i)
		}
		all.Go(func() {
			came := time.Now()
			err := comeAndGo(ctx, address, name)
			took := time.Since(came)
			<-room
			mu.Lock()
			defer mu.Unlock()
			s.Requests++
			latencies.note(took)
			if err != nil {
				s.Errors++
			}
		})
	}
	all.Wait()
	s.Elapsed = time.Since(began)
	s.P50, s.P99 = latencies.quantile(0.50), latencies.quantile(0.99)
	return s, ctx.Err()
}

// comeAndGo is one viewer: a connection, a handshake, one request, the end.
func comeAndGo(ctx context.Context, address, name string) error {
	ctx, cancel := context.WithTimeout(ctx, burstPatience)
	defer cancel()
	var d net.Dialer
	raw, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(burstPatience))
	conn := tls.Client(raw, &tls.Config{ServerName: name, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	if err := conn.HandshakeContext(ctx); err != nil {
		return err
	}
	v := viewerOn(conn, name, bodyPath(allBodies[0]))
	status, n, err := v.ask()
	if err == nil && (status != http.StatusOK || n != allBodies[0]) {
		err = fmt.Errorf("status %d and %d bytes", status, n)
	}
	return err
}

func startStdTLS(ctx context.Context, s *site) (*running, error) {
	child, address, err := s.startSelf(ctx, roleStdTLS)
	if err != nil {
		return nil, err
	}
	return &running{name: nameStd, url: "https://" + address, child: child}, nil
}

// serveStdTLS is the standard library's reverse proxy with TLS toward the viewers.
func serveStdTLS(r role) error {
	handler, err := newStd(r.CAFile, r.OriginAddress)
	if err != nil {
		return err
	}
	ln, err := r.listen()
	if err != nil {
		return err
	}
	server := &http.Server{Handler: handler, TLSNextProto: noHTTP2}
	return server.ServeTLS(ln, r.CertFile, r.KeyFile)
}

func startEdgesimTLS(ctx context.Context, s *site) (*running, error) {
	return s.edgesimTLS(ctx, nameEdgesim, "state-burst")
}

func startEdgesimNames(ctx context.Context, s *site) (*running, error) {
	return s.edgesimTLS(ctx, nameManyNames, "state-names")
}

func (s *site) edgesimTLS(ctx context.Context, name, state string) (*running, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	command := s.edgesimCommand("127.0.0.1:0", s.path(state), "--record", "memory", "--listen-tls", address)
	child, err := s.start(ctx, nameEdgesim, command)
	if err != nil {
		return nil, err
	}
	return &running{name: name, url: "https://" + address, child: child}, child.waitFor(ctx, address)
}

// nginxTLS is nginx as a reverse proxy with TLS toward the viewers.
const nginxTLS = `%[1]s
http {
  access_log off;
  upstream origin { server %[2]s; keepalive 512; keepalive_requests 1000000000; keepalive_timeout 600s; }
  server {
    listen %[3]s ssl backlog=4096;
    ssl_certificate %[6]s;
    ssl_certificate_key %[7]s;
    ssl_protocols TLSv1.2 TLSv1.3;
    location / {
      proxy_pass https://origin;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host %[4]s;
      proxy_ssl_server_name on;
      proxy_ssl_name %[4]s;
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate %[5]s;
    }
  }
}
`

func startNginxTLS(ctx context.Context, s *site) (*running, error) {
	nginx, _ := installed("nginx")
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(nginxTLS, s.nginxHeadFor("burst", 8192), s.originAddress, address, originHost, s.caFile, s.certFile, s.keyFile)
	child, err := s.startNginx(ctx, nginx, "burst", config)
	if err != nil {
		return nil, err
	}
	return &running{name: nameNginx, url: "https://" + address, child: child}, child.waitFor(ctx, address)
}

// watchDescriptors counts the descriptors of a process and its descendants until the result
// is called, which returns the maximum.
func watchDescriptors(ctx context.Context, pid int) (most func() int) {
	ctx, cancel := context.WithCancel(ctx)
	counted := make(chan int)
	go func() {
		n := 0
		for waitUntil(ctx, 100*time.Millisecond) == nil {
			if used, err := usageOf(pid); err == nil {
				n = max(n, used.Descriptors)
			}
		}
		counted <- n
	}()
	return func() int {
		cancel()
		return <-counted
	}
}
