package deps

import (
	"path"
	"strings"
)

// Restricted is a name of the standard library that only a few places in production code
// may use.
type Restricted struct {
	// Package and Name are the name, e.g. "net" and "Dialer". Without Package it is the
	// name of a field, anywhere.
	Package, Name string
	// Why is the reason, used in the message.
	Why string
	// Allowed are the files that may use it: patterns of path.Match below the root, each
	// with its reason.
	Allowed map[string]string
}

// The reasons shared by several names.
const (
	oneRoad  = "originconn is the only road to an origin: a second one would simulate, judge and record nothing"
	noClient = "a client of net/http dials, pools, retries and verifies by its own rules, not CloudFront's"
	untested = "production code must not carry test code along"
	oneClock = "edge.Clock is the time of every decision, so that it can be moved; say in internal/deps/restricted.go why this is none"
)

var (
	inOriginconn = map[string]string{"originconn/*.go": "this is the road"}
	inCommands   = map[string]string{
		"cmd/edgesim/healthcheck.go":          "it asks edgesim itself, never an origin",
		"cmd/edgesim/remote.go":               "it asks edgesim's own API, never an origin",
		"internal/functions/lambda/invoke.go": "it asks a stand-in for the Lambda service, never an origin",
		"cmd/edgesim/replayviewer.go":         "it is a viewer of an edge, never the edge itself",
	}
	// realTime are the files that read the real time, each with its purpose: to measure, to
	// limit a wait on a socket, or to record when something happened. None bases decisions
	// on it.
	realTime = reasons(`
		edge/clock.go: it is the clock
		internal/logline/log.go: when a line was written
		internal/functions/js/engine.go: the default of a run's time, which its user sets; how long it took
		internal/functions/js/bounds.go: how long a run takes
		internal/functions/lambda.go: how long a run took
		internal/pull/client.go: when a request to AWS was signed, and how far its clock is away
		cmd/edgesim/sign.go: from when a signature is valid for a time, as the command has no edge
		internal/functions/load.go: the default of when stores are read, which its user sets
		edge/serve.go: when a request was received
		edge/record.go: how long an exchange took
		edge/respond.go: how long an exchange took, for Server-Timing
		edge/upgrade.go: how long a tunnel lasted and may be silent
		edge/identity.go: a part of every id, so that ids made one after the other end alike
		originconn/client.go: the default of its clock, which its user sets
		originconn/resolve.go: how long it took
		originconn/dial.go: how long it took
		originconn/secure.go: how long it took
		originconn/handshake.go: what crypto/tls asks for although it judges nothing here
		originconn/exchange.go: how long it took
		originconn/http2.go: how long it took
		originconn/scan.go: how long it took
		originconn/connect.go: when it began, and the connection timeout
		originconn/do.go: when it began, and the completion timeout
		originconn/wire.go: the response timeout
		originconn/send.go: the end of a wait
		originconn/pool.go: how long a connection was idle
		originconn/forced.go: how long it took
		originconn/explain.go: how long an explanation is good for; it changes no verdict
		originconn/roads.go: how long a road is remembered; it changes no verdict
		proxy/write.go: the end of a wait
		proxy/connect.go: the end of a wait
		proxy/server.go: the default of its clock: browsers judge leaves by theirs
		proxy/ca.go: a CA lives in the real time, as browsers do
		proxy/castore.go: a CA lives in the real time, as browsers do
		internal/http1/*.go: the ends of waits, when a request was received, and Date
		internal/tlslegacy/*.go: the ends of waits
		internal/lab/lab.go: the default of its clock: certificates are minted for it
		internal/lab/serve.go: the end of a wait
		internal/store/queue/*.go: the end of a wait
		internal/store/*/config.go: the default of its clock: what is old is so in the real time
		internal/store/*/writer.go: the end of a wait
		internal/inspector/api.go: since is told in the real time, as exchanges are
		internal/inspector/events.go: since, and the ends of waits
		internal/inspector/stream.go: how long a reader may take
		internal/inspector/live.go: the minutes of the chart are real ones
		internal/check/check.go: the default of its clock
		internal/check/live.go: how long it took
		internal/check/visit.go: how long it took
		cmd/edgesim/station.go: when the process began to record
		cmd/edgesim/checkprogress.go: how long to wait before drawing
		cmd/edgesim/recordings.go: since is told in the real time, as exchanges are
		internal/inspector/server.go: the end of a wait
	`)
	noDialling = map[string]string{
		"internal/functions/lambda/invoke.go": "it asks a stand-in for the Lambda service, never an origin",
		"cmd/edgesim/replayviewer.go":         "it is a viewer of an edge, never the edge itself",
		"originconn/http2.go":                 "it speaks HTTP/2 over one connection that originconn opened and judged, and dials nothing",
		"cmd/edgesim/healthcheck.go":          "it asks edgesim itself, never an origin",
		"proxy/*.go":                          "goproxy's own transport is of this type and is replaced by one that refuses",
	}
)

// reasons parses a list of files, one per line with its reason after a colon.
func reasons(list string) map[string]string {
	allowed := map[string]string{}
	for line := range strings.Lines(list) {
		if file, why, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			allowed[file] = why
		}
	}
	return allowed
}

// RestrictedNames lists the restricted names.
var RestrictedNames = []Restricted{
	{"crypto/tls", "Client", oneRoad, inOriginconn},
	{"crypto/tls", "Dial", oneRoad, inOriginconn},
	{"crypto/tls", "DialWithDialer", oneRoad, inOriginconn},
	{"crypto/tls", "Dialer", oneRoad, inOriginconn},
	{"net", "Dial", oneRoad, inOriginconn},
	{"net", "DialTimeout", oneRoad, inOriginconn},
	{"net", "DialTCP", oneRoad, inOriginconn},
	{"net", "Dialer", oneRoad, inOriginconn},
	{"net/http", "Client", noClient, inCommands},
	{"net/http", "DefaultClient", noClient, inCommands},
	{"net/http", "DefaultTransport", noClient, nil},
	{"net/http", "Transport", noClient, noDialling},
	{"net/http", "Get", noClient, inCommands},
	{"net/http", "Head", noClient, inCommands},
	{"net/http", "Post", noClient, nil},
	{"net/http", "PostForm", noClient, nil},
	{"net/http/httputil", "ReverseProxy", noClient, nil},
	{"net/http/httputil", "NewSingleHostReverseProxy", noClient, nil},
	{"time", "Now", oneClock, realTime},
	{"time", "Since", oneClock, realTime},
	{"time", "Until", oneClock, realTime},
	{module + "/policy", "NewCause", "policy makes the causes, from facts: a judgement elsewhere would be a second one", nil},
	{"", "InsecureSkipVerify", "certificates are judged in one place, on the chain as sent", map[string]string{
		"originconn/handshake.go": "the one line that leaves the judgement to verify.go",
	}},
}

// RestrictedImports maps each package that production code must not import to the reason.
var RestrictedImports = map[string]string{
	"testing":           untested,
	"testing/fstest":    untested,
	"testing/iotest":    untested,
	"testing/quick":     untested,
	"testing/slogtest":  untested,
	"testing/synctest":  untested,
	"net/http/httptest": untested,
}

// allows reports whether a file may use the name.
func (r *Restricted) allows(file string) bool {
	for pattern := range r.Allowed {
		if ok, err := path.Match(pattern, file); ok && err == nil {
			return true
		}
	}
	return false
}

// String returns the name as written in code, e.g. "tls.Client".
func (r *Restricted) String() string {
	if r.Package == "" {
		return r.Name
	}
	return path.Base(r.Package) + "." + r.Name
}
