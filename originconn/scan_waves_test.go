package originconn_test

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// roundTrip is the distance of the servers in this file, on fake time. A wave of
// questions takes two: one to connect, one for the answer.
const roundTrip = 50 * time.Millisecond

// afar makes a client, in a bubble, of a server outside of it that is a round
// trip away. Its clock is fake and stands still while the server works, so what
// a scan takes is the number of its waves times two round trips, on any machine.
func afar(t *testing.T, address string) (*originconn.Client, *counter) {
	n := &counter{}
	return conntest.Watch(t, &originconn.Client{
		Resolver: static{},
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			n.opened()
			select {
			case <-time.After(roundTrip):
			case <-ctx.Done():
				return nil, ctx.Err()
			}
			near, far := net.Pipe()
			go answerLate(t, far, address)
			return near, nil
		},
	}), n
}

// answerLate lets the server at an address answer the first record that comes.
// The server sees the end of the input after the record, and so closes when it has
// answered: no one then waits for the network.
func answerLate(t *testing.T, conn net.Conn, address string) {
	defer conn.Close()
	hello := make([]byte, 5)
	if _, err := io.ReadFull(conn, hello); err != nil {
		return
	}
	hello = append(hello, make([]byte, binary.BigEndian.Uint16(hello[3:]))...)
	if _, err := io.ReadFull(conn, hello[5:]); err != nil {
		return
	}
	time.Sleep(roundTrip / 2)
	server, err := net.Dial("tcp", address)
	if err != nil {
		t.Error(err)
		return
	}
	defer server.Close()
	server.Write(hello)
	server.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(server) // an alert may come with a reset
	time.Sleep(roundTrip / 2)
	conn.Write(answer)
}

// TestScanWaves: the scan of an ordinary server is complete within 40 connections and few
// waves, for every key, version and order. Each accepted suite takes a connection to
// detect; if there are more than that, the rare ones are left open, and the report says so.
func TestScanWaves(t *testing.T) {
	t.Parallel()
	rsa, ecdsa, mixedKeys := []string{"good-rsa"}, []string{"good-ecdsa"}, []string{"good-rsa", "good-ecdsa"}
	const (
		high   = ""
		usual  = "ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305;"
		old    = "ssl_ciphers HIGH:!aNULL:!MD5:@SECLEVEL=0; ssl_protocols TLSv1 TLSv1.1 TLSv1.2;"
		oldest = "ssl_ciphers HIGH:!aNULL:!MD5:@SECLEVEL=0; ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;"
		two    = "ssl_protocols TLSv1.2 TLSv1.3;"
		mixed  = "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AES128; ssl_protocols TLSv1.2 TLSv1.3;"
	)
	for _, row := range []struct {
		name       string
		directives string
		keys       []string
		suites     int // of TLS 1.2
		// waves are the most for an origin that follows the client's order, and
		// for one with its own.
		waves [2]int
		// short says that the connections do not suffice for all.
		short [2]bool
	}{
		{"RSA", high + two, rsa, 27, [2]int{3, 3}, [2]bool{}},
		{"P-256", high + two, ecdsa, 15, [2]int{2, 3}, [2]bool{}},
		{"RSA, as installed", high, rsa, 27, [2]int{3, 3}, [2]bool{}},
		{"P-256, as installed", high, ecdsa, 15, [2]int{2, 3}, [2]bool{}},
		{"RSA, TLS 1.0 to 1.2", old, rsa, 27, [2]int{4, 4}, [2]bool{false, true}},
		{"P-256, TLS 1.0 to 1.2", old, ecdsa, 15, [2]int{3, 4}, [2]bool{}},
		{"RSA, TLS 1.0 to 1.3", oldest, rsa, 27, [2]int{4, 4}, [2]bool{false, true}},
		{"P-256, TLS 1.0 to 1.3", oldest, ecdsa, 15, [2]int{3, 4}, [2]bool{}},
		{"both", high + two, mixedKeys, 42, [2]int{4, 4}, [2]bool{true, true}},
		{"both, TLS 1.0 to 1.2", old, mixedKeys, 42, [2]int{4, 4}, [2]bool{true, true}},
		{"RSA, Mozilla's list", usual + two, rsa, 3, [2]int{2, 3}, [2]bool{}},
		{"P-256, Mozilla's list", usual + two, ecdsa, 3, [2]int{2, 3}, [2]bool{}},
		{"both, Mozilla's list", usual + two, mixedKeys, 6, [2]int{3, 3}, [2]bool{}},
		{"RSA, a mixed list", mixed, rsa, 12, [2]int{3, 3}, [2]bool{}},
		{"RSA, one curve", usual + two + "ssl_ecdh_curve secp384r1;", rsa, 3, [2]int{3, 4}, [2]bool{}},
		{"P-256, one curve", high + two + "ssl_ecdh_curve prime256v1;", ecdsa, 15, [2]int{4, 4}, [2]bool{}},
	} {
		for i, preference := range []string{originconn.PreferenceClient, originconn.PreferenceServer} {
			t.Run(row.name+", the "+preference+"'s order", func(t *testing.T) {
				t.Parallel()
				order := map[string]string{originconn.PreferenceClient: "off", originconn.PreferenceServer: "on"}[preference]
				address := nginxWith(t, row.keys, row.directives+"ssl_prefer_server_ciphers "+order+";")
				synctest.Test(t, func(t *testing.T) {
					client, n := afar(t, address)
					r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
					if err != nil {
						t.Fatal(err)
					}
					waves, v := int(r.Duration/(2*roundTrip)), r.Version(policy.VersionTLS12)
					t.Logf("%d connections, %d waves, %d suites, %q", n.count(), waves, len(v.Suites), r.Limits)
					if n.count() > 40 || waves > row.waves[i] || v.Preference != preference {
						t.Errorf("%d connections, %d waves, preference %q", n.count(), waves, v.Preference)
					}
					if len(v.Suites) != row.suites && !row.short[i] || r.Complete() == row.short[i] {
						t.Errorf("%d suites, %q", len(v.Suites), r.Limits)
					}
					for _, v := range r.Versions {
						decided := v.SuitesComplete || row.short[i] && !slices.ContainsFunc(v.SuitesOpen, wanted)
						signatures := v.SignaturesComplete || v.Version != policy.VersionTLS12 || row.short[i]
						if v.Spoken && (!decided || !v.GroupsComplete || !signatures) {
							t.Errorf("%s is not complete: suites %v, groups %v, signatures %v; open: %#x", v.Name, v.SuitesComplete, v.GroupsComplete, v.SignaturesComplete, v.SuitesOpen)
						}
					}
				})
			})
		}
	}
}

// wanted reports whether a suite must be decided even if there are not enough connections
// for all: any except CCM, ARIA and Camellia.
func wanted(suite uint16) bool {
	name := tlswire.SuiteName(suite)
	return !strings.Contains(name, "CCM") && !strings.Contains(name, "ARIA") && !strings.Contains(name, "CAMELLIA")
}

// nginxWith starts an nginx with these certificates.
func nginxWith(t testing.TB, keys []string, directives string) string {
	t.Helper()
	certificates := ""
	for _, key := range slices.Sorted(slices.Values(keys)) {
		c := scanCertificates{t}.Get(key)
		certificates += "ssl_certificate " + c.Chain + "; ssl_certificate_key " + c.Key + ";\n"
	}
	return peers.Nginx(t, "server { listen {{address \"tls\"}} ssl;\n"+certificates+directives+" return 200 ok; }").Address("tls")
}
