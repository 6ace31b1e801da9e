package originconn_test

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// ssl3 is a server that speaks SSLv3 alone, with these suites in the client's
// order, and closes at a hello of TLS, as servers of its age did. None of the
// peers at hand still has that version in its server.
func ssl3(accepted ...uint16) func(net.Conn) {
	return func(conn net.Conn) {
		header := make([]byte, 5)
		if _, err := io.ReadFull(conn, header); err != nil {
			return
		}
		hello := make([]byte, binary.BigEndian.Uint16(header[3:]))
		if _, err := io.ReadFull(conn, hello); err != nil || header[2] != 0 {
			return
		}
		list := hello[4+2+32+1:] // header, version, random, no session
		list = list[2 : 2+binary.BigEndian.Uint16(list)]
		for ; len(list) > 0; list = list[2:] {
			if suite := binary.BigEndian.Uint16(list); slices.Contains(accepted, suite) {
				answer := serverHello(suite)
				answer[2], answer[10] = 0, 0 // SSLv3 in the record and in the hello
				conn.Write(append(answer, 22, 3, 0, 0, 4, 14, 0, 0, 0))
				return
			}
		}
		conn.Write([]byte{21, 3, 0, 0, 2, 2, 40})
	}
}

// TestScanSSL3: SSLv3 is asked for by its own hello (CF-TLS-04), and an origin that speaks
// nothing else shares no version with TLS (CF-TLS-06).
func TestScanSSL3(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, opened := piped(t, ssl3(0x0004, 0x000a, 0x0035, 0x0005))
		r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Spoken(); !slices.Equal(got, []uint16{policy.VersionSSL30}) {
			t.Fatalf("spoken: %#x", got)
		}
		v := r.Version(policy.VersionSSL30)
		suites := slices.Sorted(slices.Values(v.Suites))
		if !slices.Equal(suites, []uint16{0x0004, 0x0005, 0x000a, 0x0035}) || !v.SuitesComplete || opened.Load() > 40 {
			t.Errorf("suites %#x, complete %v, %d connections, %q", suites, v.SuitesComplete, opened.Load(), r.Limits)
		}
		if cause, _ := r.Explain(scanTarget().Offer); cause != policy.CauseTLSProtocolMismatch {
			t.Errorf("cause %q", cause)
		}
		old := policy.OfferFor([]distribution.SSLProtocol{distribution.SSLv3}, policy.CurrentSnapshot())
		if cause, detail := r.Explain(old); cause != "" {
			t.Errorf("cause %q, %s", cause, detail)
		}
		target := scanTarget()
		target.Offer = old
		answer, err := client.ProbeExact(t.Context(), target)
		if err != nil || !answer.Accepted(old) {
			t.Errorf("the exact hello: %+v, %v", answer, err)
		}
	})
}
