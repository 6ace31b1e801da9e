package policy_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// judged holds a cause to what a row wants of it.
func judged(t *testing.T, got *policy.Cause, name policy.CauseName, rule policy.RuleID, says string) {
	t.Helper()
	if got.Name != name || got.Rule != rule {
		t.Errorf("got %s %s, want %s %s", got.Rule, got.Name, rule, name)
	}
	if !strings.Contains(got.Detail+" "+got.Hint, says) {
		t.Errorf("%q, hint %q, says nothing of %q", got.Detail, got.Hint, says)
	}
}

var errSocket = errors.New("the socket's own words")

func failed(how func(*policy.Failure)) policy.Failure {
	f := policy.Failure{Err: errSocket}
	how(&f)
	return f
}

func timedOut(f *policy.Failure) { f.TimedOut = true }
func reset(f *policy.Failure)    { f.Reset = true }
func ended(f *policy.Failure)    { f.Ended = true }

func TestJudgeLookup(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		facts policy.LookupFacts
		says  string
	}{
		{"no such host", policy.LookupFacts{NotFound: true, Err: errSocket}, "no such host"},
		{"servers silent", policy.LookupFacts{NoAnswer: true, Err: errSocket}, "gave no answer"},
		{"another error", policy.LookupFacts{Err: errSocket}, "own words"},
		{"an empty answer", policy.LookupFacts{OnlyIPv6: true}, "has no address (only IPv6 is used"},
		{"where --connect leads", policy.LookupFacts{Elsewhere: true, NotFound: true}, "check that entry"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.facts.Name = "o.example"
			judged(t, policy.JudgeLookup(row.facts), policy.CauseDNSFailure, "CF-DNS-01", row.says)
		})
	}
}

func TestJudgeDial(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name      string
		failure   policy.Failure
		connectTo string
		cause     policy.CauseName
		rule      policy.RuleID
		inferred  bool
		says      string
	}{
		{"CF-CONN-08 refused", failed(func(f *policy.Failure) { f.Refused = true }), "", policy.CauseConnectRefused, "CF-CONN-08", false, "nothing listens"},
		{"CF-ERR-03 reset", failed(reset), "", policy.CauseConnectReset, "CF-ERR-03", false, "reset the connection"},
		{"CF-CONN-09 silence", failed(timedOut), "", policy.CauseConnectTimeout, "CF-CONN-09", false, "within 1.2s"},
		{"unreachable", failed(func(f *policy.Failure) { f.Unreachable = true }), "", policy.CauseConnectRefused, "CF-CONN-08", true, "no route"},
		{"anything else", failed(func(*policy.Failure) {}), "", policy.CauseConnectRefused, "CF-CONN-08", true, "own words"},
		{"where --connect leads", failed(timedOut), "127.0.0.1:1", policy.CauseConnectTimeout, "CF-CONN-09", false, "o.example:443 is reached at 127.0.0.1:1 here"},
		{"mapped to itself", failed(timedOut), "O.example:443", policy.CauseConnectTimeout, "CF-CONN-09", false, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := policy.JudgeDial(policy.DialFacts{
				Origin: "o.example:443", Address: "192.0.2.1:443", ConnectTo: row.connectTo, Took: 1234 * time.Millisecond, Failure: row.failure,
			})
			judged(t, got, row.cause, row.rule, row.says)
			if got.Inferred != row.inferred || !errors.Is(got, errSocket) || row.name == "mapped to itself" && got.Hint != "" {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestJudgeHandshake(t *testing.T) {
	t.Parallel()
	alert := func(d uint8, fatal bool) *policy.AlertFacts {
		return &policy.AlertFacts{Description: d, Text: "an alert", Fatal: fatal}
	}
	const mismatch, cipher, failure = policy.CauseTLSProtocolMismatch, policy.CauseTLSNoSharedCipher, policy.CauseTLSHandshakeFailure
	for _, row := range []struct {
		name  string
		facts policy.HandshakeFacts
		cause policy.CauseName
		rule  policy.RuleID
		says  string
	}{
		{"CF-CONN-09 silence", policy.HandshakeFacts{Failure: failed(timedOut), NotTLS: []byte("x")}, policy.CauseConnectTimeout, "CF-CONN-09", "did not finish the TLS handshake within 10s"},
		{"CF-CONN-24 not TLS", policy.HandshakeFacts{Failure: failed(ended), NotTLS: []byte("SSH-2.0")}, policy.CauseTLSNotTLS, "CF-CONN-24", `"SSH-2.0"`},
		{"CF-ERR-03 reset", policy.HandshakeFacts{Failure: failed(reset)}, policy.CauseConnectReset, "CF-ERR-03", "during the TLS handshake"},
		{"CF-ERR-01 closed", policy.HandshakeFacts{Failure: failed(ended)}, failure, "CF-ERR-01", "closed the connection"},
		{"CF-ERR-01 refused without a reason", policy.HandshakeFacts{Alert: alert(40, true)}, failure, "CF-ERR-01", "an alert"},
		{"CF-TLS-06 refused for the version", policy.HandshakeFacts{Alert: alert(70, true)}, mismatch, "CF-TLS-06", "TLSv1.2"},
		{"CF-TLS-11 refused for the suites", policy.HandshakeFacts{Alert: alert(71, true)}, cipher, "CF-TLS-11", "an alert"},
		{"refused for the name", policy.HandshakeFacts{Alert: alert(112, true)}, failure, "CF-ERR-01", `"sni.example"`},
		{"CF-TLS-24 refused for h2", policy.HandshakeFacts{Alert: alert(120, true), HTTP2: true}, failure, "CF-TLS-24", "gRPC"},
		{"an alert about ALPN where none was offered", policy.HandshakeFacts{Alert: alert(120, true)}, failure, "CF-ERR-01", ""},
		{"CF-MTLS-08 refused for lack of a certificate", policy.HandshakeFacts{Alert: alert(116, true)}, policy.CauseTLSClientCertificateRequired, "CF-MTLS-08", "got none"},
		{"CF-MTLS-08 refused after asking for one", policy.HandshakeFacts{Alert: alert(40, true), Certificates: true, ClientCertificate: policy.ClientCertificateFacts{Requested: true, Sent: true}}, policy.CauseTLSClientCertificateRequired, "CF-MTLS-08", "refused the one presented"},
		{"CF-MTLS-08 a key that cannot sign", policy.HandshakeFacts{ClientCertificate: policy.ClientCertificateFacts{CannotSign: true}, Violation: policy.OtherViolation}, policy.CauseTLSClientCertificateRequired, "CF-MTLS-08", ""},
		{"a warning ends nothing", policy.HandshakeFacts{Alert: alert(112, false), Failure: failed(ended)}, failure, "CF-ERR-01", "closed the connection"},
		{"in TLS 1.3 the level says nothing", policy.HandshakeFacts{Alert: alert(70, false), Version: policy.VersionTLS13, Failure: failed(ended)}, mismatch, "CF-TLS-06", "an alert"},
		{"CF-TLS-06 another version", policy.HandshakeFacts{Version: policy.VersionTLS10}, mismatch, "CF-TLS-06", "answered with TLSv1;"},
		{"CF-TLS-11 another suite", policy.HandshakeFacts{Version: policy.VersionTLS12, Suite: 0x00ff, SuiteName: "A_SUITE"}, cipher, "CF-TLS-11", "A_SUITE"},
		{"all as offered", policy.HandshakeFacts{Version: policy.VersionTLS12, Suite: 0xc02f, Failure: policy.Failure{Err: errSocket}}, failure, "CF-ERR-01", "own words"},
		{"CF-TLS-18 an unlisted signature", policy.HandshakeFacts{Violation: policy.UnofferedSignature}, failure, "CF-TLS-18", "as said"},
		{"CF-TLS-22 a renegotiation", policy.HandshakeFacts{Violation: policy.Renegotiation}, failure, "CF-TLS-22", "as said"},
		{"CF-TLS-17 an unlisted curve", policy.HandshakeFacts{Violation: policy.UnofferedGroup}, policy.CauseTLSNoSharedCurve, "CF-TLS-17", "as said"},
		{"CF-CERT-04 a key that does not fit", policy.HandshakeFacts{Violation: policy.UnfitCertificate}, policy.CauseCertInvalid, "CF-CERT-04", "as said"},
		{"another mistake", policy.HandshakeFacts{Violation: policy.OtherViolation}, failure, "CF-ERR-01", "as said"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := row.facts
			f.Origin, f.SNI, f.ConnectTimeout, f.ViolationDetail = "o.example:443", "sni.example", 10*time.Second, "as said"
			f.Offer = policy.OfferFor([]distribution.SSLProtocol{distribution.TLSv12}, policy.CurrentSnapshot())
			judged(t, policy.JudgeHandshake(f), row.cause, row.rule, row.says)
		})
	}
}

func TestJudgeRead(t *testing.T) {
	t.Parallel()
	broken := func(how func(*policy.Failure)) *policy.Failure { f := failed(how); return &f }
	other := broken(func(*policy.Failure) {})
	cancel, badBody := uint32(8), policy.BadRequest(errors.New("a chunk without a size"))
	const invalid, closed, aborted = policy.CauseResponseInvalid, policy.CauseOriginClosed, policy.CauseViewerAborted
	for _, row := range []struct {
		name  string
		facts policy.ReadFacts
		cause policy.CauseName
		rule  policy.RuleID
		says  string
	}{
		{"CF-LOG-03 the viewer left", policy.ReadFacts{Own: policy.OwnFacts{Left: true, When: "before it"}, BadBody: badBody, Failure: other}, aborted, "CF-LOG-03", "left before it"},
		{"CF-LOG-03 the viewer left in the body", policy.ReadFacts{Own: policy.OwnFacts{Left: true, When: "then"}, InBody: true, Failure: other}, aborted, "CF-LOG-03", "left then"},
		{"CF-ERR-10 the edge was shut down", policy.ReadFacts{Own: policy.OwnFacts{Left: true, CutOff: true}, Failure: other}, policy.CauseEdgeShutdown, "CF-ERR-10", "shut down"},
		{"CF-ERR-24 the viewer's body is malformed", policy.ReadFacts{BadBody: badBody, Failure: other}, policy.CauseViewerBadRequest, "CF-ERR-24", "without a size"},
		{"TLS on the HTTP port", policy.ReadFacts{Received: []byte{21, 3, 1, 0, 2, 2, 40}}, invalid, "CF-RESP-24", "speaks TLS"},
		{"the bytes of an alert within TLS", policy.ReadFacts{TLS: true, Received: []byte{21, 3, 1, 0, 2, 2, 40}}, invalid, "CF-RESP-24", "malformed"},
		{"CF-RESP-23 too big", policy.ReadFacts{TooBig: true, Failure: other}, policy.CauseResponseHeadersTooBig, "CF-RESP-23", "larger than"},
		{"CF-RESP-24 malformed", policy.ReadFacts{Malformed: errSocket, Received: []byte("HELO\r\nx")}, invalid, "CF-RESP-24", `begins with "HELO"`},
		{"CF-RESP-24 a chunk that is none", policy.ReadFacts{InBody: true, Malformed: errSocket, Length: -1, Delivered: 3}, invalid, "CF-RESP-24", "malformed chunked body after 3 bytes"},
		{"CF-RESP-24 HTTP/2", policy.ReadFacts{HTTP2: true, Malformed: errSocket}, invalid, "CF-RESP-24", "does not speak HTTP/2"},
		{"CF-TIME-04 silence", policy.ReadFacts{Repeatable: true, Failure: broken(timedOut)}, policy.CauseResponseTimeout, "CF-TIME-04", "no response within the response timeout of 30s"},
		{"CF-TIME-05 not repeated", policy.ReadFacts{Failure: broken(timedOut)}, policy.CauseResponseTimeout, "CF-TIME-05", "a POST is not sent again"},
		{"CF-TIME-04 silence in the body", policy.ReadFacts{Repeatable: true, InBody: true, Length: 9, Delivered: 3, Failure: broken(timedOut)}, policy.CauseResponseTimeout, "CF-TIME-04", "after 3 of 9 bytes"},
		{"CF-MTLS-08", policy.ReadFacts{TLS: true, Failure: other, ClientCertificate: &policy.ClientCertificateFacts{Requested: true, Alert: "bad(1)"}}, policy.CauseTLSClientCertificateRequired, "CF-MTLS-08", "with alert bad(1)"},
		{"CF-TLS-22", policy.ReadFacts{TLS: true, Failure: other, Renegotiation: true}, policy.CauseTLSHandshakeFailure, "CF-TLS-22", "renegotiate"},
		{"CF-ERR-04 closed", policy.ReadFacts{Failure: broken(ended)}, closed, "CF-ERR-04", "closed the connection before its response"},
		{"CF-ERR-04 reset", policy.ReadFacts{Failure: broken(reset), Received: []byte("HT")}, closed, "CF-ERR-04", "reset the connection within its response head"},
		{"CF-RESP-17 closed in the body", policy.ReadFacts{InBody: true, Length: 9, Delivered: 3, Failure: broken(ended)}, closed, "CF-ERR-04", "after 3 of 9 bytes"},
		{"CF-CONN-20 a kept connection", policy.ReadFacts{Reused: true, Idle: 3 * time.Second, Failure: broken(ended)}, closed, "CF-ERR-04", "idle for 3s, and the edge keeps them for 5s"},
		{"CF-ERR-04 a stream reset", policy.ReadFacts{HTTP2: true, Stream: &cancel, Failure: other}, closed, "CF-ERR-04", "with code 0x8"},
		{"CF-ERR-04 an HTTP/2 connection closed", policy.ReadFacts{HTTP2: true, Failure: other}, closed, "CF-ERR-04", "closed the HTTP/2 connection before its response: the socket's own words"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := row.facts
			f.Origin, f.Method, f.ResponseTimeout, f.KeepaliveTimeout = "o.example:80", "POST", 30*time.Second, 5*time.Second
			got := policy.JudgeRead(f)
			judged(t, got, row.cause, row.rule, row.says)
			want := row.cause.Spec().Stage
			if f.InBody {
				want = policy.StageBody
			}
			if got.Stage != want {
				t.Errorf("stage %s, want %s", got.Stage, want)
			}
		})
	}
	if badBody.Stage != policy.StageViewer {
		t.Error("the viewer's own cause was changed")
	}
}

// TestRetries: a failure to connect is retried for every method (CF-CONN-11), a response
// timeout for repeatable requests (CF-TIME-02, CF-TIME-05), and nothing else.
func TestRetries(t *testing.T) {
	t.Parallel()
	for _, spec := range policy.Causes() {
		for _, repeatable := range []bool{true, false} {
			want := false
			switch spec.Name {
			case policy.CauseConnectRefused, policy.CauseConnectReset, policy.CauseConnectTimeout:
				want = true
			case policy.CauseResponseTimeout:
				want = repeatable
			}
			if got := policy.Retries(policy.NewCause(spec.Name, "", nil), repeatable); got != want {
				t.Errorf("%s, repeatable %t: tried again is %t, want %t", spec.Name, repeatable, got, want)
			}
		}
	}
	for _, row := range []struct {
		method  string
		hasBody bool
		want    bool
	}{
		{"GET", false, true}, {"HEAD", false, true}, {"GET", true, false}, {"POST", false, false}, {"OPTIONS", false, false}, {"DELETE", false, false},
	} {
		if got := policy.Repeatable(row.method, row.hasBody); got != row.want {
			t.Errorf("%s, body %t: repeatable is %t", row.method, row.hasBody, got)
		}
	}
}

// TestOverdue: the completion timeout is the cause of a wait that it ended, and of
// nothing else (CF-TIME-07).
func TestOverdue(t *testing.T) {
	t.Parallel()
	for _, spec := range policy.Causes() {
		given := policy.NewCause(spec.Name, "as it was", nil)
		got := policy.Overdue(given, time.Minute)
		switch spec.Name {
		case policy.CauseConnectTimeout, policy.CauseResponseTimeout:
			judged(t, got, policy.CauseResponseCompletionTimeout, "CF-TIME-07", "of 1m0s, attempts included; as it was")
		default:
			if got != given {
				t.Errorf("%s became %v", spec.Name, got)
			}
		}
	}
}

func TestJudgeForced(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    policy.CauseName
		waited  time.Duration
		timeout time.Duration
		rule    policy.RuleID
		says    string
	}{
		{policy.CauseCertExpired, 0, 0, "CF-CERT-01", "cert-expired of o.example:443, forced by a test"},
		{policy.CauseConnectTimeout, time.Second, time.Second, "CF-CONN-09", "within the connection timeout of 1s, forced"},
		{policy.CauseResponseTimeout, time.Millisecond, time.Second, "CF-TIME-05", "of 1s (here 1ms), forced by a test; a POST is not sent again"},
	} {
		got := policy.JudgeForced(policy.ForcedFacts{
			Name: row.name, By: "a test", Origin: "o.example:443", Method: "POST", Timeout: row.timeout, Waited: row.waited, Err: errSocket,
		})
		judged(t, got, row.name, row.rule, row.says)
		if !errors.Is(got, errSocket) {
			t.Errorf("%s cannot be told from a real one", row.name)
		}
	}
}

func TestNarrower(t *testing.T) {
	t.Parallel()
	given := policy.NewCause(policy.CauseTLSHandshakeFailure, "refused", errSocket)
	if got := policy.Narrower(given, "", "the scan was cut short", policy.Offer{}); got != given {
		t.Errorf("a scan that proves nothing made %v", got)
	}
	for name, hint := range map[policy.CauseName]string{
		policy.CauseTLSProtocolMismatch: "OriginSslProtocols", policy.CauseTLSNoSharedCipher: "ECDHE-RSA", policy.CauseTLSNoSharedCurve: "X25519",
	} {
		judged(t, policy.Narrower(given, name, "none shared", policy.Offer{}), name, name.Spec().Rule, "refused; none shared")
		if got := policy.Narrower(given, name, "", policy.Offer{}); !strings.Contains(got.Hint, hint) || !errors.Is(got, errSocket) {
			t.Errorf("%s: hint %q", name, got.Hint)
		}
	}
	unrecognized := &policy.AlertFacts{Description: 112, Fatal: true}
	for _, row := range []struct {
		name         string
		cause        policy.CauseName
		certificates bool
		alert        *policy.AlertFacts
		want         bool
	}{
		{"a bare refusal", policy.CauseTLSHandshakeFailure, false, nil, true},
		{"after the certificates", policy.CauseTLSHandshakeFailure, true, nil, false},
		{"for the name", policy.CauseTLSHandshakeFailure, false, unrecognized, false},
		{"a certificate", policy.CauseCertExpired, false, nil, false},
		{"a timeout", policy.CauseConnectTimeout, false, nil, false},
	} {
		if got := policy.MayBeExplained(policy.NewCause(row.cause, "", nil), row.certificates, row.alert); got != row.want {
			t.Errorf("%s: %t, want %t", row.name, got, row.want)
		}
	}
}
