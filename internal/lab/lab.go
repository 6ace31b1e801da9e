package lab

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Config says how to run a lab. The zero value runs every fault on loopback,
// each on a free port.
type Config struct {
	// Port is the port of the first fault of [Faults]; the next one in the list gets the
	// next port, and so on, whether or not Only names them, so that a fault's port does not
	// depend on which others run. Zero means that every origin gets a free port.
	Host string
	// Port is the port of the first fault of [Faults]; the one after it in the
	// list gets the next port, and so on, whether or not Only names them, so
	// that a fault's port does not depend on which others run. Zero means
	// that every origin gets a free port.
	Port int
	// Only are the names of the faults to run. None means all.
	Only []string
	// Now is the clock for the validity of certificates. It is read once, at the start.
	// Default time.Now.
	Now func() time.Time
}

// Lab is a set of running origins.
type Lab struct {
	origins   []Origin
	authority *authority
	keeper    *keeper
	cancel    context.CancelFunc
	watching  sync.WaitGroup
}

// Origin is one running origin.
type Origin struct {
	Fault
	// Address is the host:port it listens on, or "" for an origin whose fault is that its
	// name does not resolve.
	Address string `json:"address,omitempty"`
}

// Start runs the origins until Close is called or ctx ends; in both cases, Close waits for
// them.
func Start(ctx context.Context, cfg Config) (*Lab, error) {
	host, err := listenHost(cfg.Host)
	if err != nil {
		return nil, err
	}
	wanted, unknown := faultsNamed(cfg.Only)
	if len(unknown) > 0 {
		return nil, fmt.Errorf("starting the lab: no fault named %q", strings.Join(unknown, ", "))
	}
	if last := cfg.Port + len(Faults()) - 1; cfg.Port < 0 || last > 65535 {
		return nil, fmt.Errorf("starting the lab: first port %d is out of range, want 0 or 1 to %d",
			cfg.Port, 65536-len(Faults()))
	}
	now := time.Now
	if cfg.Now != nil {
		now = cfg.Now
	}
	authority, err := newAuthority(now())
	if err != nil {
		return nil, fmt.Errorf("starting the lab: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	l := &Lab{authority: authority, keeper: newKeeper(), cancel: cancel}
	l.watching.Go(func() { l.watch(ctx) })
	for _, i := range sortedKeys(wanted) {
		port := 0
		if cfg.Port != 0 {
			port = cfg.Port + i
		}
		if err := l.open(ctx, wanted[i], netip.AddrPortFrom(host, uint16(port))); err != nil {
			_ = l.Close() // the reason for closing is the error to report
			return nil, fmt.Errorf("starting origin %q: %w", wanted[i].Name, err)
		}
	}
	return l, nil
}

// watch closes everything when ctx ends.
func (l *Lab) watch(ctx context.Context) {
	<-ctx.Done()
	l.keeper.close()
}

// open starts one origin.
func (l *Lab) open(ctx context.Context, f Fault, at netip.AddrPort) error {
	s := &site{host: f.Host(), at: at, authority: l.authority, keeper: l.keeper}
	if err := f.start(ctx, s); err != nil {
		return err
	}
	l.origins = append(l.origins, Origin{Fault: f, Address: s.address})
	return nil
}

// Origins returns the running origins in the order of [Faults].
func (l *Lab) Origins() []Origin { return slices.Clone(l.origins) }

// CAPEM returns the root that stands in for a public certificate authority: what a client
// of the lab trusts in addition to its usual roots.
func (l *Lab) CAPEM() []byte { return l.authority.root.PEM() }

// Close closes every listener and connection and waits for every goroutine. It may be
// called more than once. It always returns nil: no error in closing matters.
func (l *Lab) Close() error {
	l.cancel()
	l.watching.Wait()
	l.keeper.wait()
	return nil
}

// listenHost parses the address to listen on.
func listenHost(host string) (netip.Addr, error) {
	switch host {
	case "", "localhost":
		return netip.AddrFrom4([4]byte{127, 0, 0, 1}), nil
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}, fmt.Errorf("starting the lab: listen host %q is not an IP address", host)
	}
	return address, nil
}

// dialable returns an address that reaches a listener from this machine, even if it listens
// on all addresses.
func dialable(address string) string {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !at.Addr().IsUnspecified() {
		return address
	}
	loopback := "127.0.0.1"
	if at.Addr().Is6() {
		loopback = "::1"
	}
	return net.JoinHostPort(loopback, strconv.Itoa(int(at.Port())))
}

func sortedKeys(faults map[int]Fault) []int {
	keys := make([]int, 0, len(faults))
	for i := range faults {
		keys = append(keys, i)
	}
	slices.Sort(keys)
	return keys
}
