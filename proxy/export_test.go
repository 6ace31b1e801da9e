package proxy

import (
	"net/http"
	"time"

	"github.com/edgesim/edgesim/edge"
)

// CacheForTest asks a small cache of certificates for names, and returns how many it holds
// afterwards and whether it still has the first one.
func CacheForTest(ca *CA, limit int, names ...string) (held int, hasFirst bool, err error) {
	l := newLeaves(ca, time.Now, limit)
	for _, name := range names {
		if _, err := l.get(leafName{dns: name}); err != nil {
			return 0, false, err
		}
	}
	_, hasFirst = l.byName[leafName{dns: names[0]}]
	return l.recent.Len(), hasFirst, nil
}

// PublishOnceForTest gives a file its name unless the name is taken.
var PublishOnceForTest = publishOnce

// IsDNSNameForTest is for fuzzing.
var IsDNSNameForTest = isDNSName

// ViewerRequestHTTP2ForTest returns what the edge gets for an HTTP/2 request.
func (s *Server) ViewerRequestHTTP2ForTest(r *http.Request) *edge.ViewerRequest {
	return s.viewerRequestHTTP2(r)
}
