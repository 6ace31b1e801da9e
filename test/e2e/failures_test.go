package e2e_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
)

// TestStories runs the scripts in testdata/stories: failures that people really
// had behind CloudFront, each with a configuration like theirs, and what must be
// on the screen within a minute: the cause and the fix, in the response's fields
// or in the recording.
//
// In addition to the commands of TestScripts:
//
//	origin NAME KIND [ARG…]       start an origin, $NAME is its address; see kinds
//	view STATUS CURL-ARG…         ask with curl and want this status; stdout has head and body
//	repeat STATUS TEXT CURL-ARG…  view until the answer has this text
//	recorded                      print the exchange that was viewed last, as the API has it
//	sent                          print the fields that its origin got, a line each
func TestStories(t *testing.T) {
	t.Parallel()
	path := commandPath(t)
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "stories"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		ContinueOnError:     true,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("PATH", path)
			env.Setenv("HOME", home)
			env.Setenv("STATE", filepath.Join(env.WorkDir, "state"))
			env.Setenv("NO_COLOR", "1")
			env.Setenv("GORACE", goRace)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "ready": ready, "await": await, "origin": startOrigin, "view": view, "repeat": repeat, "recorded": recorded, "sent": sent,
		},
	})
}

// kinds are the origins of the stories. Each serves one listener.
var kinds = map[string]func(ts *testscript.TestScript, ln net.Listener, args []string) http.Handler{
	// says STATUS [FIELD=VALUE…] answers each request so.
	"says": func(ts *testscript.TestScript, _ net.Listener, args []string) http.Handler {
		status, err := strconv.Atoi(args[0])
		ts.Check(err)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, field := range args[1:] {
				name, value, _ := strings.Cut(field, "=")
				w.Header().Set(name, strings.ReplaceAll(value, "PATH", r.RequestURI))
			}
			w.WriteHeader(status)
			fmt.Fprintf(w, "the origin says %d to %s\n", status, r.Host)
		})
	},
	// guarded wants an Authorization.
	"guarded": func(*testscript.TestScript, net.Listener, []string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "" {
				w.WriteHeader(401)
			}
		})
	},
	// switched FILE answers 503 until the file is there.
	"switched": func(ts *testscript.TestScript, _ net.Listener, args []string) http.Handler {
		file := ts.MkAbs(args[0])
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if _, err := os.Stat(file); err != nil {
				w.WriteHeader(503)
				return
			}
			_, _ = io.WriteString(w, "healthy again\n")
		})
	},
	// silent never answers.
	"silent": func(*testscript.TestScript, net.Listener, []string) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	},
}

// startOrigin starts an origin of the table, or one of two that are not HTTP
// servers: closed, at which nothing listens, and hasty, which closes a kept
// connection when it is used again. secure NAMES KIND speaks TLS, with a
// certificate for the names, separated by commas, of an authority in ca.pem; picky is
// the same and refuses every other name in the SNI; lab FAULT is the lab's.
func startOrigin(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: origin NAME KIND [ARG…]")
	}
	if args[1] == "lab" {
		l, err := lab.Start(context.Background(), lab.Config{Only: args[2:]})
		ts.Check(err)
		ts.Defer(func() { l.Close() })
		ts.Setenv(args[0], l.Origins()[0].Address)
		return
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], ln.Addr().String())
	ts.Defer(func() { ln.Close() })
	kind, rest := args[1], args[2:]
	if kind == "secure" || kind == "picky" {
		ln = tls.NewListener(ln, certified(ts, strings.Split(rest[0], ","), kind == "picky"))
		kind, rest = rest[1], rest[2:]
	}
	switch kind {
	case "closed":
		ln.Close()
		return
	case "hasty":
		go hasty(ln)
		return
	}
	make, ok := kinds[kind]
	if !ok {
		ts.Fatalf("there is no origin of the kind %q", kind)
	}
	server := &http.Server{Handler: make(ts, ln, rest), ReadHeaderTimeout: time.Minute}
	go server.Serve(ln)
	ts.Defer(func() { server.Close() })
}

// hasty answers the first request of a connection and takes the second one as a
// sign that its time is over: what an origin does whose keep-alive timeout ends
// while a request is on its way to it.
func hasty(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			br := bufio.NewReader(conn)
			if _, err := http.ReadRequest(br); err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n")
			_, _ = br.ReadByte()
			_ = conn.(*net.TCPConn).SetLinger(0) // a reset, as after a timeout
		}()
	}
}

// certified is a TLS configuration with a certificate for these names. The
// authority is written to ca.pem. A picky one has none for other names.
func certified(ts *testscript.TestScript, names []string, picky bool) *tls.Config {
	now := time.Now()
	root, err := pki.NewCA(pki.Template{CommonName: "Story Root", NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour)})
	ts.Check(err)
	leaf, err := root.Issue(pki.Template{CommonName: names[0], DNSNames: names})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), root.PEM(), 0o600))
	certificate := tls.Certificate{Certificate: [][]byte{leaf.X509.Raw}, PrivateKey: leaf.Key}
	return &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
		if picky && !slices.Contains(names, hello.ServerName) {
			return nil, errors.New("no certificate available for " + hello.ServerName)
		}
		return &certificate, nil
	}}
}

var exchangeField = regexp.MustCompile(`(?im)^X-Edgesim-Exchange: ([A-Za-z0-9_=-]+)`)

func view(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: view STATUS CURL-ARG…")
	}
	ts.Check(ts.Exec("curl", append([]string{"-q", "-sS", "-i", "-k", "--noproxy", "*", "--max-time", "60"}, args[1:]...)...))
	head := ts.ReadFile("stdout")
	line, _, _ := strings.Cut(head, "\n")
	if fields := strings.Fields(line); len(fields) < 2 || fields[1] != args[0] {
		ts.Fatalf("got %q, want status %s", line, args[0])
	}
	if id := exchangeField.FindStringSubmatch(head); id != nil {
		ts.Setenv("EXCHANGE", id[1])
	}
}

// repeat is view for what edgesim finds out beside the requests.
func repeat(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: repeat STATUS TEXT CURL-ARG…")
	}
	peers.Await(scriptTB{ts: ts}, "an answer with "+args[1], func() bool {
		view(ts, false, append([]string{args[0]}, args[2:]...))
		return strings.Contains(ts.ReadFile("stdout"), args[1])
	})
}

func recorded(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 0 {
		ts.Fatalf("usage: recorded")
	}
	ts.Check(ts.Exec("curl", "-q", "-sS", "--noproxy", "*", "http://"+ts.Getenv("INSPECT")+"/api/exchanges/"+ts.Getenv("EXCHANGE")))
}

func sent(ts *testscript.TestScript, _ bool, _ []string) {
	recorded(ts, false, nil)
	var exchange struct {
		Sent struct {
			Header []struct{ Name, Value string }
		}
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &exchange))
	var lines strings.Builder
	for _, field := range exchange.Sent.Header {
		fmt.Fprintf(&lines, "%s: %s\n", field.Name, field.Value)
	}
	ts.Check(ts.Exec("printf", "%s", lines.String()))
}
