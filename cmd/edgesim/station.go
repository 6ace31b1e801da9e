package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/internal/standin"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// station is a running edge with its listeners and the API, as started by serve and demo.
type station struct {
	log *logrus.Logger
	// say prints a message for the person running it.
	say    func(format string, args ...any)
	client *originconn.Client
	// folders are those served as buckets.
	folders *standin.Folders
	keyLog  *os.File
	front   *proxy.Server
	api     *http.Server
	store   recording.Store
	// functions hold the processes of Lambda functions; nil for none.
	functions *functions.Set
	cache     *edge.Cache // nil if nothing is cached
	// replayed is the recording that stands in for origins; nil if none does.
	replayed recording.Store
	// The listeners; nil where one is off.
	http, https, inspect net.Listener
	// reloader rereads the configuration.
	reloader *reloader
}

// addresses are where a station actually listens, as written to the ready file.
type addresses struct {
	HTTP    string `json:"http,omitempty"`
	HTTPS   string `json:"https,omitempty"`
	Inspect string `json:"inspect,omitempty"`
}

// open opens everything that the settings ask for but serves nothing yet. If something
// fails, what was opened before is closed.
func (p *program) open(s *settings) (*station, error) {
	folders, err := s.openFolders()
	if err != nil {
		return nil, err
	}
	st := &station{log: p.log, say: p.out.note, client: newClient(s), folders: folders}
	if err := st.build(p, s); err != nil {
		st.close()
		return nil, err
	}
	return st, nil
}

// build opens the listeners, the CA and the store, and connects edge and API to them.
func (st *station) build(p *program, s *settings) error {
	if err := st.listen(s); err != nil {
		return err
	}
	if err := st.openKeyLog(s.keyLog); err != nil {
		return err
	}
	dir, err := s.stateDir()
	if err != nil {
		return usage{err: fmt.Errorf("no state directory: %w", err), hint: "name one with --state DIR"}
	}
	ca, err := proxy.LoadOrCreateCA(dir)
	if err != nil {
		return usage{err: err}
	}
	if s.caFile != "" {
		if err := writeWhole(s.caFile, ca.PEM()); err != nil {
			return usage{err: fmt.Errorf("--ca-file: %w", err)}
		}
	}
	var started time.Time
	if s.keeping.lasts() {
		started = time.Now()
	}
	if st.store, err = s.keeping.openStore(context.Background(), dir, p.log); err != nil {
		return err
	}
	if err := st.replay(p, &s.replay); err != nil {
		return err
	}
	feed, counts, live := &recording.Feed{}, &recording.Counts{}, &inspector.Live{Redactor: &s.keeping.redactor}
	e := newEdge(s, st.client, st.recorder(s, feed, counts, live, p.requestLines(s, st.addresses())))
	e.Cache, e.FunctionLog = newCache(s.cache, dir, p.log), p.functionLog
	st.functions, st.cache = s.functions, e.Cache
	at := st.addresses()
	e.Listeners = edge.Listeners{HTTP: at.HTTP, HTTPS: at.HTTPS}
	if s.result != nil && len(s.result.Distributions) > 1 {
		all, err := s.locations(s.result)
		if err != nil {
			return usage{err: err}
		}
		e.Replace(all)
	}
	st.front, err = proxy.New(proxy.Config{
		Serve: e.Serve, CA: ca, Logger: p.log, ServesHost: e.ServesHost, ViewerPolicy: e.ViewerPolicy,
		Public: !isLoopback(st.http) || !isLoopback(st.https), ForwardOthers: s.forwardOthers,
	})
	if err != nil {
		return err
	}
	st.api = newAPI(p, st, s, e, inspector.Config{Feed: feed, Counts: counts, Live: live, Started: started})
	return nil
}

// newAPI makes the server of the API. c holds what started with this process.
func newAPI(p *program, st *station, s *settings, e *edge.Edge, c inspector.Config) *http.Server {
	v := version()
	c.Recordings, c.Ready = st.store, func() error { return ready(st.store) }
	c.Faults, c.Listen, c.Hosts = s.faults, s.inspect, s.inspectHosts
	c.Version = inspector.Version{Version: v.Version, Go: v.Go, Revision: v.Revision}
	c.Distribution = func() ([]byte, error) { return s.keeping.encode(e.Locations()[0].Distribution) }
	st.reloader = &reloader{program: p, edge: e, read: s.reread, locations: s.locations, current: s.result}
	st.reloader.first = stampsOf(st.reloader.files())
	c.Reload, c.Warning = st.reloader.reload, st.reloader.warning
	c.Distributions = func() ([]inspector.ServedDistribution, error) { return servedDistributions(e, &s.keeping) }
	c.Served, c.Rules = func() []string { return servedNames(e) }, func() any { return ruleEntries() }
	c.Edge = s.keeping.edgeName
	cacheAPI(&c, s, e)
	at := st.addresses().forPeople()
	c.Listeners, c.Where, c.Actions = inspector.Listeners{HTTP: at.HTTP, HTTPS: at.HTTPS}, s.keeping.where(), pageActions(e)
	return inspector.NewServer(c)
}

// keyLogFile opens a file for TLS secrets, for appending and only for its owner, like
// SSLKEYLOGFILE. A file that others can read is refused.
func keyLogFile(file string) (*os.File, error) {
	f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, usage{err: fmt.Errorf("--tls-key-log: %w", err)}
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, usage{err: fmt.Errorf("--tls-key-log: %w", err)}
	}
	if mode := info.Mode(); runtime.GOOS != "windows" && mode.IsRegular() && mode.Perm()&0o077 != 0 {
		f.Close()
		return nil, usage{err: fmt.Errorf("--tls-key-log: others can read %s (mode %04o), and with it what is sent to origins", file, mode.Perm()),
			hint: "chmod 600 " + file}
	}
	return f, nil
}

// openKeyLog makes the origin connections write their secrets to a file.
func (st *station) openKeyLog(file string) error {
	if file == "" {
		return nil
	}
	f, err := keyLogFile(file)
	if err != nil {
		return err
	}
	st.keyLog, st.client.KeyLog = f, f
	st.log.Warnf("the secrets of TLS connections to origins are written to %s", file)
	return nil
}

func newClient(s *settings) *originconn.Client {
	client := &originconn.Client{ConnectTo: s.reached(), Now: s.now}
	trust := originconn.MozillaRoots
	if all := s.trusted(); len(all) > 0 {
		trust = sync.OnceValue(func() *policy.TrustStore { return originconn.TrustWith(all...) })
	}
	client.Trust = trust
	return client
}

func newEdge(s *settings, client *originconn.Client, recorder recording.Recorder) *edge.Edge {
	e := &edge.Edge{
		Distribution: s.distribution, Client: client, Snapshot: s.snapshot, Recorder: recorder,
		Faithful: s.faithful, BodyLimit: s.bodyLimit, ClientCertificates: s.clientCertificates, Geography: s.geography, Credentials: s.credentials, Functions: s.functions,
		Clock: &s.clock, Strict: s.strict, HostOnly: s.hostOnly, Name: s.keeping.edgeName, Faults: s.faults,
	}
	return e
}

// recorder returns where finished exchanges go: the counts, the log, and the store unless
// recording is off.
func (st *station) recorder(s *settings, feed *recording.Feed, counts *recording.Counts, live *inspector.Live, lines recording.Recorder) recording.Recorder {
	if lines == nil {
		lines = &logline.Log{Logger: st.log, Redactor: &s.keeping.redactor}
	}
	if s.keeping.record == recordOff {
		return recording.Tee(counts, lines)
	}
	return recording.Tee(st.store, feed, counts, live, lines)
}

// listen opens the listeners.
func (st *station) listen(s *settings) error {
	for _, l := range []struct {
		flag, address string
		to            *net.Listener
	}{{"listen", s.listen, &st.http}, {"listen-tls", s.listenTLS, &st.https}, {"inspect", s.inspect, &st.inspect}} {
		if l.address == "off" {
			continue
		}
		ln, err := net.Listen("tcp", l.address)
		if err != nil {
			return cannotListen(l.flag, l.address, err)
		}
		*l.to = ln
	}
	return nil
}

func cannotListen(flag, address string, err error) error {
	u := usage{err: fmt.Errorf("cannot listen on %s: %w", address, errors.Unwrap(err))}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		u.err = fmt.Errorf("cannot listen on %s: the port is taken%s", address, takenBy(address))
		u.hint = fmt.Sprintf("choose another with --%s, or any free one with --%s 127.0.0.1:0", flag, flag)
	case errors.Is(err, syscall.EACCES):
		u.hint = "ports below 1024 need privileges on most systems"
	}
	return u
}

// takenBy says what is listening on a port, if known.
func takenBy(address string) string {
	_, port, _ := net.SplitHostPort(address)
	number, err := strconv.Atoi(port)
	if err != nil {
		return ""
	}
	if holder := portHolder(number); holder != "" {
		return " by " + holder
	}
	return ""
}

// addresses returns where the station listens.
func (st *station) addresses() addresses {
	at := func(ln net.Listener) string {
		if ln == nil {
			return ""
		}
		return ln.Addr().String()
	}
	return addresses{HTTP: at(st.http), HTTPS: at(st.https), Inspect: at(st.inspect)}
}

// forPeople returns the addresses as a person on this machine types them: loopback if it
// listens on every interface.
func (a addresses) forPeople() addresses {
	for _, address := range []*string{&a.HTTP, &a.HTTPS, &a.Inspect} {
		host, port, err := net.SplitHostPort(*address)
		if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
			*address = net.JoinHostPort("127.0.0.1", port)
		}
	}
	return a
}

// writeReady writes the addresses for a program that waits for them.
func (a addresses) writeReady(file string) error {
	data, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if err := writeWhole(file, append(data, '\n')); err != nil {
		return usage{err: fmt.Errorf("--ready-file: %w", err)}
	}
	return nil
}

// graceful is how long exchanges in progress may take to finish after Ctrl-C.
const graceful = 5 * time.Second

// apiGrace is how long API answers in progress may take then.
const apiGrace = 250 * time.Millisecond

// cached is how many bytes the cache holds.
func (st *station) cached() int64 {
	if st.cache == nil {
		return 0
	}
	return st.cache.Stats().Bytes
}

// run serves until ctx ends, then lets what is in progress finish.
func (st *station) run(ctx context.Context) error {
	failed := make(chan error, 2)
	var serving sync.WaitGroup
	balancing, end := context.WithCancel(ctx)
	defer end()
	go balanceMemory(balancing, st.cached)
	serving.Go(func() { failed <- st.front.Serve(st.http, st.https) })
	if st.inspect != nil {
		serving.Go(func() { failed <- st.api.Serve(st.inspect) })
	}
	var err error
	select {
	case <-ctx.Done():
		if n := st.reloader.edge.UnderWay(); n > 0 {
			st.say("stopping: %s under way, waiting up to %s; Ctrl-C again stops at once", isAre(n, "request"), graceful)
		}
	case err = <-failed:
	}
	st.close()
	serving.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return err
}

// close ends everything and waits for it.
func (st *station) close() {
	ctx, cancel := context.WithTimeout(context.Background(), graceful)
	defer cancel()
	if st.front != nil {
		st.front.Shutdown(ctx)
	}
	if st.api != nil {
		// Its answers are short: what is not finished soon is a connection without any
		// request.
		soon, cancel := context.WithTimeout(ctx, apiGrace)
		defer cancel()
		if st.api.Shutdown(soon) != nil {
			st.api.Close()
		}
	}
	for _, ln := range []net.Listener{st.http, st.https, st.inspect} {
		if ln != nil {
			ln.Close()
		}
	}
	st.client.Close()
	st.functions.Close()
	if st.reloader != nil {
		st.reloader.close()
	}
	if err := st.folders.Close(); err != nil {
		st.log.Errorf("closing the folders that are served as buckets: %v", err)
	}
	if st.replayed != nil {
		st.replayed.Close()
	}
	if st.store != nil {
		closeStore(st.store, st.log)
	}
	if st.keyLog != nil {
		st.keyLog.Close()
	}
}

// isLoopback reports whether only this machine can reach a listener.
func isLoopback(ln net.Listener) bool {
	if ln == nil {
		return true
	}
	addr, ok := ln.Addr().(*net.TCPAddr)
	return ok && addr.IP.IsLoopback()
}
