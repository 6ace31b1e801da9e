package originconn_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// choosing is a server of TLS 1.2 with these suites, by its own order or by the
// client's. It shows no certificate.
func choosing(accepted []uint16, own bool) func(net.Conn) {
	return func(conn net.Conn) {
		header := make([]byte, 5)
		if _, err := io.ReadFull(conn, header); err != nil {
			return
		}
		hello := make([]byte, binary.BigEndian.Uint16(header[3:]))
		if _, err := io.ReadFull(conn, hello); err != nil {
			return
		}
		list := hello[4+2+32+1:] // header, version, random, no session
		var offered []uint16
		for rest := list[2 : 2+binary.BigEndian.Uint16(list)]; len(rest) > 0; rest = rest[2:] {
			offered = append(offered, binary.BigEndian.Uint16(rest))
		}
		first, second := offered, accepted
		if own {
			first, second = accepted, offered
		}
		for _, suite := range first {
			if hello[5] == 3 && !slices.Contains(offered, 0x1301) && !slices.Contains(offered, 0x1304) && slices.Contains(second, suite) {
				conn.Write(append(serverHello(suite), 22, 3, 3, 0, 4, 14, 0, 0, 0))
				return
			}
		}
		conn.Write([]byte{21, 3, 3, 0, 2, 2, 40})
	}
}

// TestScanAnyServer: whatever suites a server has and in whatever order, a complete scan is
// right, and an incomplete one says what it does not know.
func TestScanAnyServer(t *testing.T) {
	t.Parallel()
	all := slices.DeleteFunc(tlswire.AllSuites(), func(s uint16) bool { return !tlswire.SuiteInVersion(s, policy.VersionTLS12) })
	for seed := range uint64(60) {
		random := rand.New(rand.NewPCG(seed, 1))
		pool := all[:40+random.IntN(len(all)-40)]
		var accepted []uint16
		for range 1 + random.IntN(14) {
			if suite := pool[random.IntN(len(pool))]; !slices.Contains(accepted, suite) {
				accepted = append(accepted, suite)
			}
		}
		own, drops := seed%2 == 0, seed%3 == 0 // some connections, without a word
		t.Run(fmt.Sprintf("%d, %d suites, own order %v", seed, len(accepted), own), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				serve := choosing(accepted, own)
				var served atomic.Int32
				client, opened := piped(t, func(conn net.Conn) {
					if n := served.Add(1); drops && n%7 == 6 {
						afterHello(func(net.Conn) {})(conn)
						return
					}
					serve(conn)
				})
				r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
				if err != nil {
					t.Fatal(err)
				}
				v := r.Version(policy.VersionTLS12)
				if v == nil && drops {
					return
				}
				if v == nil || opened.Load() > 40 {
					t.Fatalf("%d connections, %+v", opened.Load(), r)
				}
				for _, suite := range all {
					is, open := slices.Contains(accepted, suite), slices.Contains(v.SuitesOpen, suite)
					if found := slices.Contains(v.Suites, suite); !open && found != is || open && v.SuitesComplete {
						t.Errorf("%s: accepted %v, found %v, open %v", tlswire.SuiteName(suite), is, found, open)
					}
				}
				want := map[bool]string{true: originconn.PreferenceServer, false: originconn.PreferenceClient}[own]
				if v.SuitesComplete && len(accepted) > 1 && v.Preference != want && v.Preference != "" {
					t.Errorf("preference %q, want %q", v.Preference, want)
				}
				if own && v.SuitesComplete && v.Preference == want && !v.OrderInferred && !slices.Equal(v.Suites, accepted) {
					t.Errorf("order %#x, want %#x", v.Suites, accepted)
				}
				if !v.SuitesComplete && r.Complete() {
					t.Error("open suites, and no limit is named")
				}
				t.Logf("%d connections for %d suites, complete %v, %q", opened.Load(), len(accepted), v.SuitesComplete, r.Limits)
			})
		})
	}
}
