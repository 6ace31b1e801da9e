package originconn_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
)

// loopback serves each connection with its function, in order, on a real socket.
func loopback(t *testing.T, serve ...func(net.Conn)) map[string]string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for _, f := range serve {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				f(conn)
			})
		}
	})
	t.Cleanup(func() {
		ln.Close()
		running.Wait()
	})
	return map[string]string{"origin.example": ln.Addr().String()}
}

func fetch(t *testing.T, client *originconn.Client) *originconn.Attempt {
	t.Helper()
	result := client.Do(t.Context(), defaults(), get())
	if result.Cause != nil {
		t.Fatal(result.Cause)
	}
	io.ReadAll(result.Response.Body)
	result.Response.Body.Close()
	return result.Attempts[0]
}

// TestNothingIsKeptAfterClose: a response that ends after the client was closed does not
// return its connection to a pool that is no longer emptied.
func TestNothingIsKeptAfterClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended := make(chan struct{})
		client := pipes(t, func(conn net.Conn) {
			defer close(ended)
			http.ReadRequest(bufio.NewReader(conn))
			io.WriteString(conn, ok)
			conn.Read(make([]byte, 1)) // until the edge closes it
		})
		result := client.Do(t.Context(), defaults(), get())
		if result.Cause != nil {
			t.Fatal(result.Cause)
		}
		client.Close()
		io.ReadAll(result.Response.Body)
		result.Response.Body.Close()
		if n := client.TestOnlyIdle(); n != 0 {
			t.Errorf("%d connections are kept", n)
		}
		<-ended
	})
}

// TestClosedWhileIdle: a kept-alive connection that the origin closed, or on
// which it said something unasked, is not used again; that is recorded with its
// idle time, and a new one serves the request (CF-CONN-16).
func TestClosedWhileIdle(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]string{"closes": "", "speaks unasked": "HTTP/1.1 408 Request Timeout\r\n\r\n"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			goOn, done := make(chan struct{}), make(chan struct{})
			client := conntest.Watch(t, &originconn.Client{ConnectTo: loopback(t, func(conn net.Conn) {
				http.ReadRequest(bufio.NewReader(conn))
				io.WriteString(conn, ok)
				<-goOn
				io.WriteString(conn, last)
				if last == "" {
					conn.Close()
				}
				close(done)
				io.Copy(io.Discard, conn)
			}, says(ok))})
			t.Cleanup(func() { client.Close() })
			fetch(t, client)
			close(goOn)
			<-done
			second := fetch(t, client)
			if second.Reused || second.StaleIdle <= 0 || second.StaleIdle > time.Minute {
				t.Errorf("reused %t, stale after %s", second.Reused, second.StaleIdle)
			}
		})
	}
}

// TestReuse: over a real socket, the second request goes over the same connection.
func TestReuse(t *testing.T) {
	t.Parallel()
	client := conntest.Watch(t, &originconn.Client{ConnectTo: loopback(t, func(conn net.Conn) {
		br := bufio.NewReader(conn)
		for {
			if _, err := http.ReadRequest(br); err != nil {
				return
			}
			io.WriteString(conn, ok)
		}
	})})
	t.Cleanup(func() { client.Close() })
	if a := fetch(t, client); a.Reused {
		t.Error("the first connection is marked as reused")
	}
	for range 3 {
		if a := fetch(t, client); !a.Reused || a.StaleIdle != 0 {
			t.Errorf("reused %t, stale %s", a.Reused, a.StaleIdle)
		}
	}
	client.Close()
	if n := client.TestOnlyIdle(); n != 0 {
		t.Errorf("%d connections after Close", n)
	}
}

// TestReuseAfterTheDeadline: the deadline of the last read says nothing about a
// connection that is idle.
func TestReuseAfterTheDeadline(t *testing.T) {
	t.Parallel()
	forever := func(conn net.Conn) {
		br := bufio.NewReader(conn)
		for {
			if _, err := http.ReadRequest(br); err != nil {
				return
			}
			io.WriteString(conn, ok)
		}
	}
	client := conntest.Watch(t, &originconn.Client{ConnectTo: loopback(t, forever, forever)})
	t.Cleanup(func() { client.Close() })
	fetch(t, client)
	<-time.After(3 * originconn.TestOnlySlowAfter)
	if a := fetch(t, client); !a.Reused {
		t.Errorf("reused %t, stale %s", a.Reused, a.StaleIdle)
	}
}
