package recording

import (
	"net/http"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// What the parts of an exchange take beside the bytes they refer to: the
// structs themselves, the headers of strings and slices, the cells of maps, all
// rounded up.
const (
	sizeExchange  = 1024
	sizeField     = 64
	sizeAttempt   = 512
	sizeHandshake = 512
	sizeFinding   = 160
)

// Size estimates the memory an exchange takes, in bytes. It counts the chain
// of every attempt, though attempts on one kept-alive connection share theirs,
// and so is rather too high than too low.
func (e *Exchange) Size() int64 {
	n := sizeExchange + len(e.Viewer.Body) + len(e.Viewer.URI) + len(e.Viewer.Host) + sizeHeader(e.Viewer.Header) +
		sizeHeader(e.Response.Header) + sizeHeader(e.Response.Trailer) + len(e.Response.OriginHead) + len(e.Response.Body) +
		sizeFindings(e.Findings)
	n += len(e.Viewer.Fields) * sizeField // the texts are those of Header, mostly
	n += e.Sent.size() + e.ErrorPage.size() + sizeChanges(e.Changes) + e.Cache.size() + len(e.Failover)*sizeField*2
	for i := range e.Functions {
		n += e.Functions[i].size()
	}
	for _, a := range e.Attempts {
		if a != nil {
			n += sizeAttempt + sizeFindings(a.Findings) + sizeOfHandshake(a.Handshake)
		}
	}
	return int64(n)
}

func sizeHeader(h http.Header) int {
	n := 0
	for name, values := range h {
		n += sizeField + len(name)
		for _, v := range values {
			n += sizeField/4 + len(v)
		}
	}
	return n
}

func sizeFindings(findings []policy.Finding) int {
	n := 0
	for i := range findings {
		f := &findings[i]
		n += sizeFinding + len(f.Subject) + len(f.Observed) + len(f.Expected) + len(f.Hint)
	}
	return n
}

func sizeOfHandshake(h *originconn.Handshake) int {
	if h == nil {
		return 0
	}
	n := sizeHandshake + len(h.FirstBytes) + len(h.Flight)
	for _, der := range h.PeerCertificates {
		n += len(der)
	}
	return n
}
