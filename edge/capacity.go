package edge

import (
	"strings"
	"sync"

	"github.com/edgesim/edgesim/policy"
)

// DefaultMaxRequests is the maximum number of concurrent requests, from all
// viewers, unless [Edge.MaxRequests] sets another. Each request takes about 50 KiB
// and up to two file descriptors.
const DefaultMaxRequests = 4096

// streamShare is how many requests of one HTTP/2 connection are always accepted while there
// is room. Further ones are accepted only while at most half of the room is in use: the
// other half is for other viewers.
const streamShare = 8

// capacity counts the requests in progress.
type capacity struct {
	mu    sync.Mutex
	total int
	// streams counts HTTP/2 requests by the viewer's address and port, that is, by
	// connection.
	streams map[string]int
}

// enter admits a request unless there is no room for it.
func (c *capacity) enter(most int, connection string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.total >= most || connection != "" && c.total >= most/2 && c.streams[connection] >= streamShare {
		return false
	}
	c.total++
	if connection != "" {
		if c.streams == nil {
			c.streams = map[string]int{}
		}
		c.streams[connection]++
	}
	return true
}

// leave frees the room of a request.
func (c *capacity) leave(connection string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total--
	if connection == "" {
		return
	}
	if c.streams[connection]--; c.streams[connection] == 0 {
		delete(c.streams, connection)
	}
}

// UnderWay returns the number of requests in progress.
func (e *Edge) UnderWay() int {
	e.capacity.mu.Lock()
	defer e.capacity.mu.Unlock()
	return e.capacity.total
}

// enter admits a request, or returns why it is refused (CF-ERR-10).
func (e *Edge) enter(x *exchange, v *ViewerRequest) *policy.Cause {
	most := e.MaxRequests
	if most <= 0 {
		most = DefaultMaxRequests
	}
	if strings.HasPrefix(v.Proto, "HTTP/2") {
		x.connection = v.RemoteAddr
	}
	if !e.capacity.enter(most, x.connection) {
		return policy.JudgeOwn(policy.OwnFacts{Busy: most})
	}
	x.entered = true
	return nil
}

// leave frees the request's room, once.
func (x *exchange) leave() {
	if x.entered {
		x.entered = false
		x.edge.capacity.leave(x.connection)
	}
}
