package storetest

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Noon is when exchange number 0 was received; the n-th comes n seconds later.
var Noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// Success returns the n-th exchange, a successful one.
func Success(n int) *recording.Exchange {
	start := Noon.Add(time.Duration(n) * time.Second)
	return &recording.Exchange{
		ID: fmt.Sprintf("ok-%d", n), Edge: "edge-1", Start: start, Duration: 1234567, FirstByte: 1000001,
		Viewer: recording.Viewer{
			Address: "127.0.0.1:5000", Method: "GET", Scheme: "https", Host: "www.example.com", URI: fmt.Sprintf("/a/b?n=%d", n),
			Proto: "HTTP/1.1", Form: "origin", Header: http.Header{"Accept": {"*/*"}, "User-Agent": {"curl/8.5.0"}},
			TLSVersion: policy.VersionTLS13, TLSCipher: 0x1301,
		},
		Behavior: "*", Origin: "app",
		Sent: &recording.Sent{
			Method: "GET", Host: "app.example.com:443", TLS: true, URI: fmt.Sprintf("/a/b?n=%d", n),
			Header: []policy.Field{{Name: "Host", Value: "app.example.com"}, {Name: "User-Agent", Value: "Amazon CloudFront"}},
		},
		Response: recording.Response{
			Status: 200, Header: http.Header{"Content-Type": {"text/plain"}, "X-Amz-Cf-Id": {fmt.Sprintf("ok-%d", n)}},
			OriginHead: "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n", BodyBytes: 5,
			Body: []byte("hello"),
		},
		Attempts: []*originconn.Attempt{{
			Number: 1, Start: start, Address: "127.0.0.1:443", Addresses: []string{"127.0.0.1"}, Reused: n > 0, Idle: 5 * time.Millisecond,
			Phases:    originconn.Phases{Send: 1000, Wait: 900000},
			Handshake: Handshake(),
			Findings:  []policy.Finding{{Rule: "CF-CERT-01", Verdict: policy.Pass, Observed: "the name is covered"}},
		}},
		ResultType: "Miss", DetailedResultType: "Miss",
	}
}

// Failure returns the n-th exchange, a failed one.
func Failure(n int) *recording.Exchange {
	e := Success(n)
	e.ID = fmt.Sprintf("bad-%d", n)
	e.Cause = policy.NewCause(policy.CauseConnectRefused, "nothing listens there", errors.New("connection refused"))
	e.Response = recording.Response{
		Status: e.Cause.Status, Header: http.Header{"Server": {"CloudFront"}},
		BodyBytes: 900, Body: []byte("<HTML>"), Truncated: true,
	}
	e.Attempts[0].Cause, e.Attempts[0].Handshake = e.Cause, nil
	e.ResultType, e.DetailedResultType = "Error", e.Cause.DetailedResultType
	return e
}

// Handshake returns a handshake with a chain and everything else it may have.
func Handshake() *originconn.Handshake {
	return &originconn.Handshake{
		Road: "crypto/tls", SNI: "app.example.com",
		Offered: policy.Offer{Versions: []uint16{policy.VersionTLS12}, Suites: []uint16{0xc02f}, Groups: []uint16{policy.GroupP256}},
		Version: policy.VersionTLS12, CipherSuite: 0xc02f, Curve: policy.GroupP256,
		PeerCertificates: [][]byte{make([]byte, 1200), []byte("not a certificate")},
		Alert:            &tlswire.Alert{Level: 1, Description: 112},
	}
}

// various returns exchanges that differ in everything that a filter examines, in the order
// in which they are recorded.
func various() []*recording.Exchange {
	var all []*recording.Exchange
	add := func(e *recording.Exchange, change func(*recording.Exchange)) {
		e.ID = fmt.Sprintf("%02d-%s", len(all), e.ID)
		e.Start = Noon.Add(time.Duration(len(all)) * time.Second)
		if change != nil {
			change(e)
		}
		all = append(all, e)
	}
	add(Success(0), nil)
	add(Failure(1), nil)
	add(Success(2), func(e *recording.Exchange) { e.Viewer.Host, e.Viewer.URI = "WWW.example.com:8443", "/a" })
	add(Success(3), func(e *recording.Exchange) { e.Viewer.Method, e.Behavior, e.Origin = "POST", "/api/*", "api" })
	add(Success(4), func(e *recording.Exchange) { e.Response.Status, e.Edge = 404, "edge-2" })
	add(Failure(5), func(e *recording.Exchange) {
		e.Cause = policy.NewCause(policy.CauseCertExpired, "it expired", nil)
		e.Attempts[0].Cause = nil
		e.Findings = []policy.Finding{{Rule: "CF-CERT-05", Verdict: policy.Fail}, {Rule: "CF-CERT-15", Verdict: policy.Warn}, {Rule: "CF-CERT-02", Verdict: policy.Pass}}
	})
	add(Success(6), func(e *recording.Exchange) { e.Viewer.URI = "/a/b\xff\x00?q=\xe4" })
	add(Success(7), func(e *recording.Exchange) { e.Viewer.Host, e.Viewer.URI = "[::1]:8080", "/a/b/c" })
	add(Success(8), func(e *recording.Exchange) { e.Viewer.Method = "get"; e.Start = Noon.Add(-time.Hour) })
	add(Success(9), func(e *recording.Exchange) {
		e.Findings = []policy.Finding{{Rule: "CF-CERT-15", Verdict: policy.Warn}}
		e.Sent, e.Attempts, e.Behavior, e.Origin, e.Edge = nil, nil, "", "", ""
		e.Viewer.Header, e.Response.Header, e.Response.Body = nil, nil, nil
	})
	add(Failure(10), func(e *recording.Exchange) { e.Response.Status = 504 })
	add(Success(11), func(e *recording.Exchange) { e.Viewer.Host, e.Viewer.URI = "", "*" })
	add(Success(12), func(e *recording.Exchange) { e.Forced, e.ResultType = "f1", "Hit" })
	return all
}

// filters returns filters for them.
func filters() map[string]recording.Filter {
	return map[string]recording.Filter{
		"everything":           {},
		"status":               {Status: 502},
		"class":                {Status: 5},
		"class of successes":   {Status: 2},
		"cause":                {Cause: policy.CauseConnectRefused},
		"cause nobody has":     {Cause: policy.CauseDNSFailure},
		"rule of a cause":      {Rule: "CF-CONN-08"},
		"rule that warned":     {Rule: "CF-CERT-15"},
		"rule that passed":     {Rule: "CF-CERT-02"},
		"rule begins alike":    {Rule: "CF-CERT-1"},
		"host without port":    {Host: "www.EXAMPLE.com"},
		"host with port":       {Host: "www.example.com:8443"},
		"host of IPv6":         {Host: "::1"},
		"host in brackets":     {Host: "[::1]"},
		"path":                 {Path: "/a/b"},
		"path with query":      {Path: "/a/b?n=1"},
		"path with half query": {Path: "/a/b?n=*"},
		"beginning of a path":  {Path: "/a/*"},
		"every path":           {Path: "*"},
		"bytes in a path":      {Path: "/a/b\xff*"},
		"method":               {Method: "get"},
		"text in a target":     {Text: "b?n"},
		"text in a host":       {Text: "Example.COM:84"},
		"text nobody has":      {Text: "nowhere"},
		"forced":               {Mark: recording.MarkForced},
		"replayed":             {Mark: recording.MarkReplayed},
		"cached":               {Mark: recording.MarkCached},
		"since":                {Since: Noon.Add(5 * time.Second)},
		"since, exactly":       {Since: Noon.Add(11 * time.Second)},
		"since tomorrow":       {Since: Noon.Add(24 * time.Hour)},
		"behavior":             {Behavior: "/api/*"},
		"origin":               {Origin: "app"},
		"edge":                 {Edge: "edge-2"},
		"several":              {Status: 5, Cause: policy.CauseConnectRefused, Method: "GET", Path: "/a/*", Since: Noon.Add(2 * time.Second)},
		"several, one wrong":   {Status: 5, Cause: policy.CauseConnectRefused, Method: "PUT"},
	}
}
