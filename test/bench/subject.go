package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"time"
)

// The names of the subjects.
const (
	nameDirect  = "direct"
	nameStd     = "std"
	nameEdgesim = "edgesim"
	nameNginx   = "nginx"
	nameHAProxy = "haproxy"
)

// subject is one proxy or peer to measure.
type subject struct {
	name string
	// program must be installed; "" if none is needed.
	program string
	// start starts it in front of the site's origin.
	start func(ctx context.Context, s *site) (*running, error)
}

// subjects are all possible ones, in the order of the report.
var subjects = []subject{
	{nameDirect, "", startDirect},
	{nameStd, "", startStd},
	{nameEdgesim, "", startEdgesim},
	{nameNginx, "nginx", startNginxProxy},
	{nameHAProxy, "haproxy", startHAProxy},
}

// running is a subject that accepts requests.
type running struct {
	name string
	// url is the scheme and address.
	url string
	// child is its process; nil if it is the origin itself.
	child *child
}

// stop ends it.
func (r *running) stop() {
	if r.child != nil {
		r.child.stop()
	}
}

// present returns the subjects of the plan that are available, and the names of those that
// are not installed.
func (p *plan) present() (here []subject, missing []string) {
	for _, s := range subjects {
		if !p.takesPart(s.name) {
			continue
		}
		if s.program != "" {
			if _, ok := installed(s.program); !ok {
				missing = append(missing, s.name)
				continue
			}
		}
		here = append(here, s)
	}
	return here, missing
}

// startAll starts subjects and requests one body from each. The caller stops them.
func startAll(ctx context.Context, s *site, which []subject) ([]*running, error) {
	var all []*running
	for _, one := range which {
		r, err := one.start(ctx, s)
		if err == nil {
			all = append(all, r)
			err = r.smoke(ctx)
		}
		if err != nil {
			stopAll(all)
			return nil, fmt.Errorf("subject %s: %w", one.name, err)
		}
	}
	return all, nil
}

func stopAll(all []*running) {
	for _, r := range all {
		r.stop()
	}
}

// smoke requests one body and checks the status and the length.
func (r *running) smoke(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	size := allBodies[0]
	status, n, err := fetchOnce(ctx, r.url+bodyPath(size))
	if err == nil && (status != http.StatusOK || n != size) {
		err = fmt.Errorf("it answered with status %d and %d bytes, not 200 and %d", status, n, size)
	}
	if err != nil && r.child != nil {
		err = r.child.failure(err)
	}
	return err
}

func startDirect(_ context.Context, s *site) (*running, error) {
	return &running{name: nameDirect, url: "https://" + s.originAddress}, nil
}

func startStd(ctx context.Context, s *site) (*running, error) {
	child, address, err := s.startSelf(ctx, roleStd)
	if err != nil {
		return nil, err
	}
	return &running{name: nameStd, url: "http://" + address, child: child}, nil
}

// startEdgesim starts the program under test with its defaults: every exchange is recorded
// to disk, and its log of one line each goes to a file, as a person would redirect it.
func startEdgesim(ctx context.Context, s *site) (*running, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	child, err := s.start(ctx, nameEdgesim, s.edgesimCommand(address, s.path("state")))
	if err != nil {
		return nil, err
	}
	if err := child.waitFor(ctx, address); err != nil {
		return nil, err
	}
	return &running{name: nameEdgesim, url: "http://" + address, child: child}, nil
}

// edgesimCommand is edgesim in front of the site's origin: everything at its default,
// except for the addresses.
func (s *site) edgesimCommand(address, state string, more ...string) *exec.Cmd {
	_, port, _ := net.SplitHostPort(s.originAddress)
	origin := net.JoinHostPort(originHost, port)
	return exec.Command(s.edgesim, append([]string{
		"serve", "--origin", "https://" + origin, "--connect", origin + "=" + s.originAddress, "--origin-ca", s.caFile,
		"--listen", address, "--listen-tls", "127.0.0.1:0", "--inspect", "127.0.0.1:0", "--state", state,
	}, more...)...)
}
