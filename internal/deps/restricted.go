package deps

import "path"

// Restricted is a name of the standard library that production code may use in
// few places.
type Restricted struct {
	// Package and Name are the name, e.g. "net" and "Dialer". With no Package
	// it is the name of a field, wherever it stands.
	Package, Name string
	// Why is the reason, part of the message.
	Why string
	// Allowed are the files that may use it: patterns of path.Match below the
	// root, each with its reason.
	Allowed map[string]string
}

// The reasons that several names share.
const (
	oneRoad  = "originconn is the only road to an origin: a second one would simulate, judge and record nothing"
	noClient = "a client of net/http dials, pools, retries and verifies by its own rules, not CloudFront's"
	untested = "production code must not carry test code along"
)

var (
	inOriginconn = map[string]string{"originconn/*.go": "this is the road"}
	inCommands   = map[string]string{
		"cmd/edgesim/healthcheck.go":  "it asks edgesim itself, never an origin",
		"cmd/edgesim/remote.go":       "it asks edgesim's own API, never an origin",
		"cmd/edgesim/replayviewer.go": "it is a viewer of an edge, never the edge itself",
	}
	noDialling = map[string]string{
		"cmd/edgesim/replayviewer.go": "it is a viewer of an edge, never the edge itself",
		"originconn/http2.go":         "it speaks HTTP/2 over one connection that originconn opened and judged, and dials nothing",
		"cmd/edgesim/healthcheck.go":  "it asks edgesim itself, never an origin",
		"proxy/*.go":                  "goproxy's own transport is of this type and is replaced by one that refuses",
	}
)

// RestrictedNames are all of them.
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
	{"", "InsecureSkipVerify", "certificates are judged in one place, on the chain as sent", map[string]string{
		"originconn/handshake.go": "the one line that leaves the judgement to verify.go",
	}},
}

// RestrictedImports are packages that no production code may import, each with
// the reason.
var RestrictedImports = map[string]string{
	"testing":           untested,
	"testing/fstest":    untested,
	"testing/iotest":    untested,
	"testing/quick":     untested,
	"testing/slogtest":  untested,
	"testing/synctest":  untested,
	"net/http/httptest": untested,
}

// allows says whether a file may use the name.
func (r *Restricted) allows(file string) bool {
	for pattern := range r.Allowed {
		if ok, err := path.Match(pattern, file); ok && err == nil {
			return true
		}
	}
	return false
}

// String returns the name as it stands in code, e.g. "tls.Client".
func (r *Restricted) String() string {
	if r.Package == "" {
		return r.Name
	}
	return path.Base(r.Package) + "." + r.Name
}
