package policy

import (
	"fmt"
	"slices"
	"time"
)

// HandshakeFacts are what was seen of a TLS handshake that failed.
type HandshakeFacts struct {
	// Origin is the host:port as configured, SNI the server name sent.
	Origin, SNI string
	// Offer is what the ClientHello offered.
	Offer Offer
	// ConnectTimeout bounded it.
	ConnectTimeout time.Duration
	// Failure is how it ended.
	Failure Failure
	// NotTLS are the first bytes of an answer that is not TLS.
	NotTLS []byte
	// Alert is the one that the origin sent; nil if none.
	Alert *AlertFacts
	// Version and Suite are those of the origin's ServerHello, 0 before it, and
	// SuiteName is the suite's.
	Version, Suite uint16
	SuiteName      string
	// Certificates says that the origin showed its certificates.
	Certificates bool
	// ClientCertificate is what was said about one.
	ClientCertificate ClientCertificateFacts
	// HTTP2 says that HTTP/2 was offered by ALPN, without which gRPC cannot be.
	HTTP2 bool
	// Violation is how the origin broke the protocol, where that was seen.
	Violation Violation
	// ViolationDetail says it in a clause.
	ViolationDetail string
}

// AlertFacts are a TLS alert.
type AlertFacts struct {
	// Description is its number, Text its name with the number.
	Description uint8
	Text        string
	// Fatal is its level.
	Fatal bool
}

// ClientCertificateFacts are what was said about a client certificate.
type ClientCertificateFacts struct {
	// Requested says that the origin asked for one, Sent that it got one.
	Requested, Sent bool
	// CannotSign says that the origin takes no signature of its key.
	CannotSign bool
	// Alert is the text of the alert that refused it; "" if there was none.
	Alert string
}

// Violation is how an origin broke the TLS protocol.
type Violation int

// The violations that have a cause of their own, and all others.
const (
	NoViolation Violation = iota
	OtherViolation
	// UnofferedVersion, UnofferedSuite, UnofferedGroup and UnofferedSignature are
	// choices of what was not offered.
	UnofferedVersion
	UnofferedSuite
	UnofferedGroup
	UnofferedSignature
	// UnfitCertificate is a leaf that cannot be read, whose key does not fit the
	// suite, or whose signature is wrong.
	UnfitCertificate
	// Renegotiation is an origin that insists on a new handshake.
	Renegotiation
)

// Alerts with a meaning of their own (RFC 8446 section 6; RFC 7301 section 3.2).
const (
	alertProtocolVersion      = 70
	alertInsufficientSecurity = 71
	alertUnrecognizedName     = 112
	alertCertificateRequired  = 116
	alertNoProtocol           = 120
)

// JudgeHandshake returns the cause of a handshake that failed, by what the origin
// sent, the alert's number and the error number (CF-ERR-01, CF-TLS-06, CF-TLS-11,
// CF-CONN-24).
func JudgeHandshake(f HandshakeFacts) *Cause {
	err := f.Failure.Err
	switch {
	case f.ClientCertificate.CannotSign:
		return clientCertificateRefused(f.ClientCertificate, err)
	case f.Violation != NoViolation:
		return f.violation()
	case f.Failure.TimedOut:
		return NewCause(CauseConnectTimeout,
			fmt.Sprintf("%s accepted the connection, but did not finish the TLS handshake within %s", f.Origin, f.ConnectTimeout), err)
	case len(f.NotTLS) > 0:
		return NewCause(CauseTLSNotTLS, fmt.Sprintf("%s does not speak TLS; its answer begins with %q", f.Origin, f.NotTLS[:min(len(f.NotTLS), 40)]), err).
			hinted("serve TLS on this port, or set the origin protocol policy to http-only and its HTTP port")
	case f.Alert != nil && (f.Alert.Fatal || f.Version == VersionTLS13):
		// In TLS 1.3 the level says nothing (RFC 8446 section 6); before it, a
		// warning ends no handshake.
		return f.alert()
	case f.Failure.Reset:
		return NewCause(CauseConnectReset, f.Origin+" reset the connection during the TLS handshake", err)
	case f.Failure.Ended:
		return NewCause(CauseTLSHandshakeFailure, f.Origin+" closed the connection during the TLS handshake", err)
	case f.Version != 0 && !f.Offer.Allows(f.Version):
		return NewCause(CauseTLSProtocolMismatch,
			fmt.Sprintf("%s answered with %s; offered: %s", f.Origin, VersionName(f.Version), f.Offer.VersionNames()), err)
	case f.Version != 0 && f.Version <= VersionTLS12 && !slices.Contains(f.Offer.Suites, f.Suite):
		return NewCause(CauseTLSNoSharedCipher, fmt.Sprintf("%s chose %s, which was not offered", f.Origin, f.SuiteName), err)
	}
	return NewCause(CauseTLSHandshakeFailure, fmt.Sprintf("the TLS handshake with %s failed: %v", f.Origin, err), err)
}

// violation judges a handshake that the origin's own mistake ended.
func (f *HandshakeFacts) violation() *Cause {
	name, rule := CauseTLSHandshakeFailure, RuleID("")
	switch f.Violation {
	case UnofferedVersion:
		name = CauseTLSProtocolMismatch
	case UnofferedSuite:
		name = CauseTLSNoSharedCipher
	case UnofferedGroup:
		name = CauseTLSNoSharedCurve
	case UnfitCertificate:
		name = CauseCertInvalid
	case UnofferedSignature:
		rule = "CF-TLS-18"
	case Renegotiation:
		rule = "CF-TLS-22"
	}
	cause := NewCause(name, fmt.Sprintf("the TLS handshake with %s failed: %s", f.Origin, f.ViolationDetail), f.Failure.Err)
	if rule != "" {
		cause.Rule = rule
	}
	return cause
}

// alert judges a handshake that the origin ended with an alert.
func (f *HandshakeFacts) alert() *Cause {
	said, err := fmt.Sprintf("%s refused the TLS handshake with alert %s", f.Origin, f.Alert.Text), f.Failure.Err
	switch d := f.Alert.Description; {
	case d == alertProtocolVersion:
		return NewCause(CauseTLSProtocolMismatch, said+"; offered: "+f.Offer.VersionNames(), err).
			hinted("allow one of these versions on the origin, or add the origin's to OriginSslProtocols")
	case d == alertNoProtocol && f.HTTP2:
		return NoHTTP2(f.Origin, "refused the handshake with alert "+f.Alert.Text, err)
	case d == alertInsufficientSecurity:
		return NewCause(CauseTLSNoSharedCipher, said, err)
	case d == alertCertificateRequired, f.ClientCertificate.Requested && f.Certificates:
		return clientCertificateRefused(f.ClientCertificate, err)
	case d == alertUnrecognizedName:
		return NewCause(CauseTLSHandshakeFailure, fmt.Sprintf("%s: it has no certificate for the name %q", said, f.SNI), err).
			hinted("serve a certificate for this name, or choose an origin request policy that sends the origin's own name")
	}
	return NewCause(CauseTLSHandshakeFailure, said, err)
}

// JudgeVersion returns the cause of a handshake that was completed in a version
// that the offer has not, nil for one that it has: crypto/tls knows no sets with
// holes (CF-TLS-03).
func JudgeVersion(o Offer, version uint16) *Cause {
	if o.Allows(version) {
		return nil
	}
	return NewCause(CauseTLSProtocolMismatch, fmt.Sprintf("the origin chose %s; allowed: %s", VersionName(version), o.VersionNames()), nil)
}

// NoHTTP2 is the cause of an origin that shakes hands, but will not speak HTTP/2,
// without which there is no gRPC (CF-TLS-24). Detail says what it did.
func NoHTTP2(origin, detail string, err error) *Cause {
	cause := NewCause(CauseTLSHandshakeFailure, fmt.Sprintf("%s was offered \"h2\" by ALPN for a gRPC call, and %s", origin, detail), err)
	cause.Rule, cause.Inferred = "CF-TLS-24", true
	return cause.hinted("let the origin speak HTTP/2 over TLS on this port (in nginx: http2 on)")
}

// UnlistedSignature is the cause of an origin that signs its key exchange in TLS
// 1.2 with a scheme that the documented list lacks, and with none that it has
// (CF-TLS-21). TLS 1.3 is a way out where the offer has it.
func UnlistedSignature(origin, scheme string, offer Offer, err error) *Cause {
	cause := NewCause(CauseTLSHandshakeFailure,
		fmt.Sprintf("%s signs its key exchange in TLS 1.2 with %s, and with no scheme of the documented list", origin, scheme), err)
	cause.Rule = "CF-TLS-21"
	if offer.Allows(VersionTLS13) {
		return cause.hinted("allow signatures with RSA PKCS#1 (rsa_pkcs1_sha256) on the origin, or TLS 1.3")
	}
	return cause.hinted("allow signatures with RSA PKCS#1 (rsa_pkcs1_sha256) on the origin")
}

// NotJudgedInTime is the cause of a connection whose time was over before its
// certificates were judged.
func NotJudgedInTime(origin string, timeout time.Duration, err error) *Cause {
	return NewCause(CauseConnectTimeout,
		fmt.Sprintf("the certificates of %s were not judged within the connection timeout of %s", origin, timeout), err)
}

// clientCertificateRefused says that the origin insists on a client certificate
// (CF-MTLS-08).
func clientCertificateRefused(f ClientCertificateFacts, err error) *Cause {
	detail := "the origin asked for a client certificate, got none, and refused"
	if f.Sent {
		detail = "the origin asked for a client certificate and refused the one presented"
	}
	if f.Alert != "" {
		detail += " with alert " + f.Alert
	}
	return NewCause(CauseTLSClientCertificateRequired, detail, err).
		hinted("configure a client certificate for this origin (origin mTLS), or let the origin serve CloudFront without one")
}

// Narrower is the cause of a refused handshake once a scan has found out why: a
// server that shares no version, no suite or no curve gives the same alert for all
// three. An empty name is a scan that proves none.
func Narrower(c *Cause, name CauseName, detail string, offer Offer) *Cause {
	if name == "" {
		return c
	}
	narrower := NewCause(name, c.Detail+"; "+detail, c.Err)
	switch name {
	case CauseTLSProtocolMismatch:
		narrower.Hint = "allow one of the offered versions on the origin, or add the origin's to its OriginSslProtocols"
	case CauseTLSNoSharedCipher:
		narrower.Hint = "allow on the origin, for example, ECDHE-RSA-AES128-GCM-SHA256 or ECDHE-ECDSA-AES128-GCM-SHA256"
		if offer.Allows(VersionTLS13) { // not so under a former state of the lists
			narrower.Hint += ", or TLS 1.3"
		}
	case CauseTLSNoSharedCurve:
		narrower.Hint = "allow one of prime256v1, secp384r1 and X25519 on the origin"
	}
	return narrower
}

// MayBeExplained says whether the sets that an origin accepts can tell more about
// why it refused a handshake: not when the refusal came after its certificates,
// as all of that had been agreed on then, nor when it named the reason.
func MayBeExplained(c *Cause, certificates bool, alert *AlertFacts) bool {
	return RefusesOffer(c) && !certificates && !(alert != nil && alert.Fatal && alert.Description == alertUnrecognizedName)
}

// RefusesOffer says whether a cause may be for lack of something in the offer: a
// version, a suite, a curve or a signature scheme.
func RefusesOffer(c *Cause) bool {
	switch c.Name {
	case CauseTLSHandshakeFailure, CauseTLSProtocolMismatch, CauseTLSNoSharedCipher, CauseTLSNoSharedCurve:
		return true
	}
	return false
}
