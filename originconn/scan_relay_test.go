package originconn_test

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
)

// counted makes a client that reaches one address whatever the origin's name,
// and counts its connections; each takes half a round trip to every direction
// longer than it would, and a whole one to be opened, as a TCP handshake does.
func counted(t testing.TB, address string, roundTrip time.Duration) (*originconn.Client, *counter) {
	t.Helper()
	n := &counter{}
	client := conntest.Watch(t, &originconn.Client{
		Resolver: static{},
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			n.opened()
			if roundTrip == 0 {
				var d net.Dialer
				return d.DialContext(ctx, network, address)
			}
			select {
			case <-time.After(roundTrip):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			var d net.Dialer
			far, err := d.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			near, inner := net.Pipe()
			go late(inner, far, roundTrip/2)
			go late(far, inner, roundTrip/2)
			return near, nil
		},
	})
	return client, n
}

// counter counts connections.
type counter struct {
	mu    sync.Mutex
	total int
}

func (c *counter) opened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total++
}

func (c *counter) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.total
}

// late passes on what it reads after a delay, in order, without holding back
// what follows: a long way, not a slow one.
func late(to io.WriteCloser, from io.Reader, delay time.Duration) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 256)
	go func() {
		defer close(pieces)
		for {
			buf := make([]byte, 16<<10)
			n, err := from.Read(buf)
			if n > 0 {
				pieces <- piece{time.Now().Add(delay), buf[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	to.Close()
	for range pieces { // until the reader ends
	}
}
