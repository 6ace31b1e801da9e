package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
)

// The roles in which this program runs itself.
const (
	roleStd    = "std"
	roleOrigin = "origin"
	// The roles of the section about bursts.
	roleStdTLS  = "std-tls"
	roleStdKept = "std-kept"
	roleHold    = "hold"
)

// roleVariable is the environment variable that gives a child its role.
const roleVariable = "EDGESIM_BENCH_ROLE"

// role is what a child of this program does.
type role struct {
	Name                              string
	OriginAddress                     string
	CAFile, CertFile, KeyFile, Bodies string
	Each                              int // requests that roleHold waits for
}

// ranAsChild plays the role given by the environment, if any, and reports whether it did.
func ranAsChild() bool {
	text := os.Getenv(roleVariable)
	if text == "" {
		return false
	}
	go func() { // the parent holds the other end of stdin
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	if err := play(text); err != nil {
		fmt.Fprintf(os.Stderr, "bench: %v\n", err)
		os.Exit(2)
	}
	return true
}

func play(text string) error {
	var r role
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return fmt.Errorf("reading %s: %w", roleVariable, err)
	}
	switch r.Name {
	case roleStd:
		return serveStd(r)
	case roleOrigin:
		return serveOrigin(r)
	case roleStdTLS:
		return serveStdTLS(r)
	case roleStdKept:
		return serveStdKept(r)
	case roleHold:
		return serveHold(r)
	}
	return fmt.Errorf("%s: there is no role %q", roleVariable, r.Name)
}

// listen opens a listener and tells the parent its address.
func (r role) listen() (net.Listener, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	fmt.Println(ln.Addr())
	return ln, nil
}

// startSelf runs this program in a role, with the site's own files, and returns its
// address.
func (s *site) startSelf(ctx context.Context, name string) (*child, string, error) {
	return s.startRole(ctx, role{
		Name: name, OriginAddress: s.originAddress,
		CAFile: s.caFile, CertFile: s.certFile, KeyFile: s.keyFile, Bodies: s.bodies,
	})
}

// startRole runs this program in a role and returns its address.
func (s *site) startRole(ctx context.Context, r role) (*child, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return nil, "", err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), roleVariable+"="+string(text))
	if _, err := cmd.StdinPipe(); err != nil { // closed by Wait
		return nil, "", err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	child, err := s.start(ctx, r.Name, cmd)
	if err != nil {
		return nil, "", err
	}
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		child.stop()
		return nil, "", child.failure(fmt.Errorf("it did not say where it listens: %w", err))
	}
	address = strings.TrimSpace(address)
	return child, address, nil
}

// noHTTP2 keeps a net/http server or transport at HTTP/1.1.
var noHTTP2 = map[string]func(*http.Server, *tls.Conn, http.Handler){}
