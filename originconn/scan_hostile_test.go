package originconn_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// piped makes a client whose connections are all served by one function, on
// fake time, and counts them.
func piped(t *testing.T, serve func(net.Conn)) (*originconn.Client, *atomic.Int32) {
	var opened atomic.Int32
	var running sync.WaitGroup
	t.Cleanup(running.Wait)
	return conntest.Watch(t, &originconn.Client{
		Resolver: static{},
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			opened.Add(1)
			here, there := net.Pipe()
			running.Go(func() {
				defer there.Close()
				serve(there)
			})
			return here, nil
		},
	}), &opened
}

// afterHello reads one record, as far as it arrives, and continues.
func afterHello(then func(net.Conn)) func(net.Conn) {
	return func(conn net.Conn) {
		header := make([]byte, 5)
		if _, err := io.ReadFull(conn, header); err != nil {
			return
		}
		io.CopyN(io.Discard, conn, int64(binary.BigEndian.Uint16(header[3:])))
		then(conn)
	}
}

// endless writes the same bytes until the peer stops reading.
func endless(piece []byte) func(net.Conn) {
	return afterHello(func(conn net.Conn) {
		for {
			if _, err := conn.Write(piece); err != nil {
				return
			}
		}
	})
}

// serverHello is a ServerHello of TLS 1.2 with this suite, in a record.
func serverHello(suite uint16) []byte {
	b := append([]byte{22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3}, make([]byte, 33)...)
	return append(b, byte(suite>>8), byte(suite), 0)
}

// TestScanHostile: whatever an origin sends, a scan ends within its limits of connections
// and time, and in limited memory.
func TestScanHostile(t *testing.T) {
	for _, row := range []struct {
		name  string
		serve func(net.Conn)
		// speaks says that some version is believed to be spoken.
		speaks bool
	}{
		{"silence", func(conn net.Conn) { io.Copy(io.Discard, conn) }, false},
		{"silence without reading", func(net.Conn) { time.Sleep(time.Hour) }, false},
		{"closed at once", func(net.Conn) {}, false},
		{"closed after the hello", afterHello(func(net.Conn) {}), false},
		{"records of nothing", endless([]byte{22, 3, 3, 0, 0}), false},
		{"warnings", endless([]byte{21, 3, 3, 0, 2, 1, 112}), false},
		{"handshake records without end", endless(append([]byte{22, 3, 3, 0x40, 0}, make([]byte, 1<<14)...)), false},
		{"encrypted records without end", endless(append([]byte{23, 3, 3, 0x40, 0}, make([]byte, 1<<14)...)), false},
		{"a certificate of 16 MB", endless(append([]byte{22, 3, 3, 0x40, 0, 11, 0xff, 0xff, 0xff}, make([]byte, 1<<14-4)...)), false},
		{"a hello without end", endless(serverHello(0xc02f)), true},
		{"a suite that was not offered", afterHello(func(conn net.Conn) { conn.Write(serverHello(0xfafa)) }), true},
		{"always the same suite", afterHello(func(conn net.Conn) { conn.Write(serverHello(0x002f)) }), true},
		{"a byte a second", afterHello(func(conn net.Conn) {
			for _, b := range bytes.Repeat(serverHello(0xc02f), 1000) {
				if time.Sleep(time.Second); write1(conn, b) != nil {
					return
				}
			}
		}), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			synctest.Test(t, func(t *testing.T) {
				ended := make(chan struct{})
				serve := row.serve
				if row.name == "silence without reading" {
					serve = func(net.Conn) { <-ended }
				}
				client, opened := piped(t, serve)
				started := time.Now()
				r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				if took := time.Since(started); took > 20*time.Second {
					t.Errorf("took %s", took)
				}
				if n := int(opened.Load()); n > 40 || n != r.Connections {
					t.Errorf("%d connections, reported %d", n, r.Connections)
				}
				if got := len(r.Spoken()) > 0; got != row.speaks {
					t.Errorf("spoken: %#x", r.Spoken())
				}
				close(ended)
			})
			runtime.ReadMemStats(&after)
			if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
				t.Errorf("%d MB were allocated in all", grown>>20)
			}
		})
	}
}

func write1(conn net.Conn, b byte) error {
	_, err := conn.Write([]byte{b})
	return err
}

// TestScanNotTLS: an origin that speaks something else is asked no further
// (CF-CONN-24).
func TestScanNotTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, opened := piped(t, afterHello(func(conn net.Conn) { io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\n\r\n") }))
		r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if cause, _ := r.Explain(scanTarget().Offer); cause != policy.CauseTLSNotTLS || !bytes.HasPrefix(r.NotTLS, []byte("HTTP/1.1")) {
			t.Errorf("got %q, %q", cause, r.NotTLS)
		}
		if n := opened.Load(); n > 10 {
			t.Errorf("%d connections", n)
		}
		if !slices.Equal(r.OtherAddresses, []string{"192.0.2.2:443"}) {
			t.Errorf("addresses that were not asked: %q", r.OtherAddresses)
		}
	})
}

// TestScanLimits: the limits hold, and the report says what they cut short.
func TestScanLimits(t *testing.T) {
	accept := afterHello(func(conn net.Conn) { conn.Write(serverHello(0xc02f)) })
	slow := afterHello(func(conn net.Conn) { time.Sleep(3 * time.Second); conn.Write(serverHello(0xc02f)) })
	for _, row := range []struct {
		name    string
		serve   func(net.Conn)
		options originconn.ScanOptions
		want    string
	}{
		{"connections", accept, originconn.ScanOptions{MaxConnections: 3}, "the limit of 3 connections was reached"},
		{"time", slow, originconn.ScanOptions{Budget: 4 * time.Second, Parallelism: 1}, "the time allowed, 4s, was over"},
		{"one connection", slow, originconn.ScanOptions{Timeout: time.Second, MaxConnections: 1}, "one connection had no complete answer within 1s"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var now, most atomic.Int32
				client, opened := piped(t, func(conn net.Conn) {
					if n := now.Add(1); n > most.Load() {
						most.Store(n)
					}
					defer now.Add(-1)
					row.serve(conn)
				})
				r, err := client.Scan(t.Context(), scanTarget(), row.options)
				if err != nil {
					t.Fatal(err)
				}
				found := false
				for _, limit := range r.Limits {
					found = found || limit == row.want
				}
				if !found || r.Complete() {
					t.Errorf("limits %q, want %q", r.Limits, row.want)
				}
				if limit := row.options.MaxConnections; limit > 0 && int(opened.Load()) > limit {
					t.Errorf("%d connections", opened.Load())
				}
				if limit := row.options.Parallelism; limit > 0 && int(most.Load()) > limit+1 { // the other end of a closed one may still run
					t.Errorf("%d at a time", most.Load())
				}
			})
		})
	}
}

// TestScanUnreachable: without a connection there is a cause and no report.
func TestScanUnreachable(t *testing.T) {
	refused := errors.New("no")
	client := conntest.Watch(t, &originconn.Client{Resolver: static{}, DialContext: func(context.Context, string, string) (net.Conn, error) { return nil, refused }})
	r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
	var cause *policy.Cause
	if r != nil || !errors.As(err, &cause) || !errors.Is(err, refused) {
		t.Errorf("got %v, %v", r, err)
	}
	if _, err := client.ProbeExact(t.Context(), scanTarget()); !errors.As(err, &cause) {
		t.Errorf("the probe: %v", err)
	}
	target := scanTarget()
	target.Host = "origin.invalid"
	if _, err := client.Scan(t.Context(), target, originconn.ScanOptions{}); !errors.As(err, &cause) || cause.Name != policy.CauseDNSFailure {
		t.Errorf("an unknown name: %v", err)
	}
}
