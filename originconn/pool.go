package originconn

import (
	"slices"
	"sync"
	"time"
)

// idlePerTarget limits the kept-alive connections per target. CloudFront's limit is not
// published; this one spares a laptop's file descriptors.
const idlePerTarget = 256

// pool keeps idle connections per target for the configured time (CF-CONN-16),
// newest first.
type pool struct {
	mu     sync.Mutex
	idle   map[string][]*Conn
	closed bool
}

// idleState is what the pool knows about a connection.
type idleState struct {
	since time.Time
	timer *time.Timer
}

// get takes the newest usable connection for a key. stale is the idle time of the newest
// connection that the origin turned out to have closed; 0 if none.
func (p *pool) get(key string) (conn *Conn, idle, stale time.Duration) {
	for {
		conn = p.take(key)
		if conn == nil {
			return nil, 0, stale
		}
		conn.idle.timer.Stop()
		idle = time.Since(conn.idle.since)
		if conn.usable() {
			return conn, idle, stale
		}
		conn.Close()
		if stale == 0 {
			stale = idle
		}
	}
}

func (p *pool) take(key string) *Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[key]
	if len(list) == 0 {
		return nil
	}
	conn := list[len(list)-1]
	p.idle[key] = list[:len(list)-1]
	if len(list) == 1 && len(p.idle) > maxNotes {
		delete(p.idle, key) // otherwise kept, as the same connection returns to it
	}
	return conn
}

// put keeps a connection for at most keepalive, then closes it.
func (p *pool) put(conn *Conn, keepalive time.Duration) {
	p.mu.Lock()
	full := p.closed || len(p.idle[conn.key]) >= idlePerTarget
	if !full {
		if p.idle == nil {
			p.idle = make(map[string][]*Conn)
		}
		conn.idle.since = time.Now()
		if conn.idle.timer == nil {
			conn.idle.timer = time.AfterFunc(keepalive, func() { p.expire(conn) })
		} else {
			conn.idle.timer.Reset(keepalive)
		}
		p.idle[conn.key] = append(p.idle[conn.key], conn)
	}
	p.mu.Unlock()
	if full {
		conn.Close()
	}
}

// expire closes a connection whose time is over, unless it has been taken meanwhile.
func (p *pool) expire(conn *Conn) {
	p.mu.Lock()
	i := slices.Index(p.idle[conn.key], conn)
	if i >= 0 {
		p.idle[conn.key] = slices.Delete(p.idle[conn.key], i, i+1)
		if len(p.idle[conn.key]) == 0 {
			delete(p.idle, conn.key)
		}
	}
	p.mu.Unlock()
	if i >= 0 {
		conn.Close()
	}
}

// closeAll closes all idle connections and keeps none from now on.
func (p *pool) closeAll() {
	p.mu.Lock()
	idle := p.idle
	p.idle, p.closed = nil, true
	p.mu.Unlock()
	for _, list := range idle {
		for _, conn := range list {
			conn.idle.timer.Stop()
			conn.Close()
		}
	}
}
