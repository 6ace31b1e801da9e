package lab_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

// TestFaultsAreWellFormed reads what every fault says of itself.
func TestFaultsAreWellFormed(t *testing.T) {
	t.Parallel()
	kebab := regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	seen := map[string]bool{}
	for _, f := range lab.Faults() {
		t.Run(f.Name, func(t *testing.T) {
			if seen[f.Name] || !kebab.MatchString(f.Name) {
				t.Errorf("the name %q is taken or not in kebab case", f.Name)
			}
			seen[f.Name] = true
			if !strings.HasPrefix(f.Host(), f.Name+".lab.edgesim.") {
				t.Errorf("got host %q", f.Host())
			}
			if len(f.Title) < 20 || !strings.HasSuffix(f.Title, ".") {
				t.Errorf("the title %q is not a sentence", f.Title)
			}
			if f.Scheme != "http" && f.Scheme != "https" {
				t.Errorf("got scheme %q", f.Scheme)
			}
			if len(f.Rules) == 0 {
				t.Error("no rule")
			}
			for _, id := range f.Rules {
				if _, ok := policy.RuleByID(id); !ok {
					t.Errorf("no rule %q in the catalogue", id)
				}
			}
			if f.Cause != "" && f.Cause.Spec().Status != f.Status {
				t.Errorf("got status %d, want that of cause %q: %d", f.Status, f.Cause, f.Cause.Spec().Status)
			}
		})
	}
}

// TestEveryCauseOfAnOriginHasAFault compares the lab with the table of causes.
func TestEveryCauseOfAnOriginHasAFault(t *testing.T) {
	t.Parallel()
	for _, spec := range policy.Causes() {
		if !spec.Name.OfOrigin() {
			continue
		}
		if !slices.ContainsFunc(lab.Faults(), func(f lab.Fault) bool { return f.Cause == spec.Name }) {
			t.Errorf("no fault has cause %q", spec.Name)
		}
	}
}

func TestStartRefuses(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name string
		cfg  lab.Config
		want string
	}{
		{"unknown fault", lab.Config{Only: []string{"expired", "exipred"}}, `no fault named "exipred"`},
		{"no address", lab.Config{Host: "lab.example"}, `"lab.example" is not an IP address`},
		{"negative port", lab.Config{Port: -1}, "first port -1 is out of range"},
		{"no room for all ports", lab.Config{Port: 65530}, "first port 65530 is out of range"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			l, err := lab.Start(t.Context(), row.cfg)
			if err == nil {
				_ = l.Close()
				t.Fatal("the lab starts")
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %q, want %q", err, row.want)
			}
		})
	}
}

// TestFixedPort takes a port and wants the lab to stumble over it: proof of
// which port a fault gets, without a port found by luck.
func TestFixedPort(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := taken.Addr().(*net.TCPAddr).Port
	index := slices.IndexFunc(lab.Faults(), func(f lab.Fault) bool { return f.Name == "expired" })
	if port+len(lab.Faults()) > 65535 {
		t.Skipf("port %d is too near the end", port)
	}
	l, err := lab.Start(t.Context(), lab.Config{Port: port - index, Only: []string{"expired"}})
	if err == nil {
		_ = l.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.Contains(err.Error(), `"expired"`) {
		t.Errorf("got %v, want address in use at %q", err, "expired")
	}
}

// TestListenAddresses starts the sockets that are made by hand on the other
// sorts of addresses.
func TestListenAddresses(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"::1", "0.0.0.0", "::", "localhost"} {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(host, ":") {
				probe, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "[::1]:0")
				if err != nil {
					t.Skip("no IPv6 here")
				}
				_ = probe.Close()
			}
			l := startLab(t, lab.Config{Host: host, Only: []string{"healthy-http", "connect-refused", "connect-timeout"}})
			for name, address := range l.Connect() {
				dialer := net.Dialer{Timeout: patience}
				if strings.HasPrefix(name, "connect-timeout") {
					dialer.Timeout = silence
				}
				conn, err := dialer.DialContext(t.Context(), "tcp", address)
				if err == nil {
					_ = conn.Close()
				}
				if got, want := err == nil, strings.HasPrefix(name, "healthy"); got != want {
					t.Errorf("%s at %s: connected %v (%v), want %v", name, address, got, err, want)
				}
			}
		})
	}
}

// TestContextEndsLab ends the context in place of calling Close.
func TestContextEndsLab(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	l, err := lab.Start(ctx, lab.Config{Only: []string{"handshake-silent"}})
	if err != nil {
		t.Fatal(err)
	}
	o := stand{Origin: l.Origins()[0]}
	conn := o.dial(t)
	write(t, conn, "\x16")
	cancel()
	_, err = conn.Read(make([]byte, 1))
	var timeout net.Error
	if err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("got %v, want the end of the connection", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestCloseLeavesNothing starts everything, has it visited by clients of every
// sort, some of which never leave, and wants no goroutine afterwards. It is
// not parallel, so the goroutines are its own.
func TestCloseLeavesNothing(t *testing.T) { //nolint:paralleltest // it counts the goroutines of the process
	before := runtime.NumGoroutine()
	l, err := lab.Start(context.Background(), lab.Config{}) //nolint:usetesting // nothing but Close may end it
	if err != nil {
		t.Fatal(err)
	}
	var left []io.Closer
	for _, origin := range l.Origins() {
		if origin.Address == "" {
			continue
		}
		o := stand{Origin: origin}
		for range 2 {
			for _, visit := range []func(stand) (net.Conn, error){sayNothing, sayHTTP, sayNonsense, sayHello} {
				if conn, err := visit(o); err == nil {
					left = append(left, conn)
				}
			}
		}
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	for _, c := range left {
		_ = c.Close()
	}
	// The runtime ends a goroutine a moment after it has said its last.
	for deadline := time.Now().Add(patience); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, want %d:\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// knock connects with little patience: one of the origins never answers.
func knock(o stand) (net.Conn, error) {
	dialer := net.Dialer{Timeout: silence / 10}
	return dialer.Dial("tcp", o.Address) //nolint:noctx // it is over soon
}

func sayNothing(o stand) (net.Conn, error) { return knock(o) }

func sayHTTP(o stand) (net.Conn, error) {
	conn, err := knock(o)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequest(http.MethodPost, "http://"+o.Host()+"/", strings.NewReader("body")) //nolint:noctx // not sent by a client
	if err != nil {
		return nil, err
	}
	return conn, request.Write(conn)
}

func sayNonsense(o stand) (net.Conn, error) {
	conn, err := knock(o)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprint(conn, strings.Repeat("\x16\x03\x01\xff\xff nonsense ", 10000))
	return conn, err
}

func sayHello(o stand) (net.Conn, error) {
	conn, err := knock(o)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(silence / 10))                                      // the client leaves in the middle
	secure := tls.Client(conn, &tls.Config{ServerName: o.Host(), InsecureSkipVerify: true}) //nolint:gosec // a client like any
	if secure.Handshake() == nil {                                                          //nolint:noctx // bounded above
		_, _ = io.WriteString(secure, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	}
	return conn, nil
}
