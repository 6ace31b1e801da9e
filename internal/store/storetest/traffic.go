package storetest

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// The causes of failures in traffic.
const (
	FrequentCause = policy.CauseConnectRefused
	RareCause     = policy.CauseCertExpired
	rarely        = 50_000
)

// RareIn returns how many of so many exchanges of traffic fail with [RareCause].
func RareIn(exchanges int) int { return (exchanges + rarely/2 - 1) / rarely }

// Traffic returns the n-th exchange, received now: a GET without a body over the connection
// of the attempt. One in twenty fails with [FrequentCause] and one in fifty thousand with
// [RareCause].
func Traffic(n int, attempt *originconn.Attempt) *recording.Exchange {
	var raw [40]byte
	binary.BigEndian.PutUint64(raw[:], uint64(n)*0x9e3779b97f4a7c15)
	binary.BigEndian.PutUint64(raw[32:], uint64(time.Now().UnixNano()))
	id := base64.URLEncoding.EncodeToString(raw[:])
	uri := fmt.Sprintf("/articles/%d/comments?page=%d", n%5000, n%7)
	now := time.Now()
	date := now.UTC().Format(http.TimeFormat)
	etag := fmt.Sprintf("%q", fmt.Sprintf("%x", n))
	e := &recording.Exchange{
		ID: id, Edge: "build-7", Start: now, Duration: time.Duration(900_000 + n%1000), FirstByte: time.Duration(800_000 + n%1000),
		Viewer: recording.Viewer{
			Address: fmt.Sprintf("127.0.0.1:%d", 30000+n%20000), Method: "GET", Scheme: "https", Host: "www.example.com", URI: uri, Proto: "HTTP/2.0",
			Header: http.Header{
				"Accept": {"text/html,application/xhtml+xml"}, "Accept-Encoding": {"gzip, deflate, br"}, "Accept-Language": {"en-US,en;q=0.5"},
				"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}, "Referer": {"https://www.example.com/"},
			},
			Form: "origin", TLSVersion: policy.VersionTLS13, TLSCipher: 0x1301,
		},
		Behavior: "/articles/*", Origin: "app",
		Sent: &recording.Sent{Method: "GET", Host: "app.example.com:443", TLS: true, URI: uri, Header: []policy.Field{
			{Name: "Host", Value: "app.example.com"}, {Name: "User-Agent", Value: "Amazon CloudFront"},
			{Name: "Via", Value: "2.0 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)"},
			{Name: "X-Amz-Cf-Id", Value: id}, {Name: "X-Forwarded-For", Value: "127.0.0.1"}, {Name: "Accept-Encoding", Value: "gzip, br"},
		}},
		Response: recording.Response{
			Status: 200, BodyBytes: 0,
			OriginHead: "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: " + date + "\r\nContent-Type: text/html\r\nContent-Length: 0\r\nETag: " + etag + "\r\nConnection: keep-alive\r\n",
			Header: http.Header{
				"Server": {"nginx/1.22.1"}, "Date": {date}, "Content-Type": {"text/html"}, "Content-Length": {"0"}, "Etag": {etag},
				"Via": {"1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)"}, "X-Cache": {"Miss from cloudfront"},
				"X-Amz-Cf-Pop": {"SIM50-P1"}, "X-Amz-Cf-Id": {id}, "X-Edgesim-Exchange": {id},
			},
		},
		ResultType: "Miss", DetailedResultType: "Miss",
	}
	a := *attempt
	a.Start, a.Reused = now, true
	e.Attempts = []*originconn.Attempt{&a}
	cause := policy.CauseName("")
	switch {
	case n%rarely == rarely/2:
		cause = RareCause
	case n%20 == 7:
		cause = FrequentCause
	}
	if cause != "" {
		e.Cause = policy.NewCause(cause, "", nil)
		e.Response.Status, e.ResultType, e.DetailedResultType = e.Cause.Status, "Error", e.Cause.DetailedResultType
	}
	return e
}

// TrafficAttempt returns what attempts on one connection share.
func TrafficAttempt() *originconn.Attempt {
	a := &originconn.Attempt{
		Number: 1, Addresses: []string{"127.0.0.1"}, Address: "127.0.0.1:443",
		Phases: originconn.Phases{Send: 12_345, Wait: 750_123},
		Handshake: &originconn.Handshake{
			Road: "crypto/tls", SNI: "app.example.com", Version: policy.VersionTLS13, CipherSuite: 0x1301, Curve: policy.GroupX25519,
			PeerCertificates: [][]byte{make([]byte, 1400), make([]byte, 1300)},
		},
	}
	for i := range 12 {
		a.Findings = append(a.Findings, policy.Finding{Rule: policy.RuleID(fmt.Sprintf("CF-CERT-%02d", i)), Verdict: policy.Pass, Subject: "certificate 0 (CN=app.example.com)", Observed: "as it should be"})
	}
	return a
}
