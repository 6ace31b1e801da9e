package policy

import (
	"fmt"
	"slices"
	"time"
)

// HandshakeFacts is what was observed of a failed TLS handshake.
type HandshakeFacts struct {
	// Origin is the host:port as configured; SNI is the server name sent.
	Origin, SNI string
	// Offer is what the ClientHello offered.
	Offer Offer
	// ConnectTimeout is the timeout that applied.
	ConnectTimeout time.Duration
	// Failure is how it ended.
	Failure Failure
	// NotTLS holds the first bytes of a response that is not TLS.
	NotTLS []byte
	// Alert is the alert that the origin sent; nil if none.
	Alert *AlertFacts
	// Version and Suite are those of the origin's ServerHello, 0 before it;
	// SuiteName is the suite's name.
	Version, Suite uint16
	SuiteName      string
	// Certificates says that the origin sent its certificates.
	Certificates bool
	// ClientCertificate holds the facts about a client certificate.
	ClientCertificate ClientCertificateFacts
	// HTTP2 says that HTTP/2 was offered by ALPN, as gRPC requires.
	HTTP2 bool
	// Violation is how the origin broke the protocol, if that was observed.
	Violation Violation
	// ViolationDetail describes the violation in a clause.
	ViolationDetail string
}

// AlertFacts describes a TLS alert.
type AlertFacts struct {
	// Description is the alert's number; Text is its name with the number.
	Description uint8
	Text        string
	// Fatal says that its level is fatal.
	Fatal bool
}

// ClientCertificateFacts is what was exchanged about a client certificate.
type ClientCertificateFacts struct {
	// Requested says that the origin requested one; Sent says that it was sent one.
	Requested, Sent bool
	// CannotSign says that the origin accepts no signature that the certificate's
	// key can make.
	CannotSign bool
	// Alert is the text of the alert that rejected it; "" if there was none.
	Alert string
}

// Violation is how an origin broke the TLS protocol.
type Violation int

// The violations that have their own cause, and one for all others.
const (
	NoViolation Violation = iota
	OtherViolation
	// UnofferedVersion, UnofferedSuite, UnofferedGroup and UnofferedSignature mean
	// that the origin selected something that was not offered.
	UnofferedVersion
	UnofferedSuite
	UnofferedGroup
	UnofferedSignature
	// UnfitCertificate is a leaf that cannot be parsed, whose key does not match the
	// suite, or whose signature is wrong.
	UnfitCertificate
	// Renegotiation means that the origin insists on a new handshake.
	Renegotiation
)

// Alerts with a specific meaning (RFC 8446 section 6; RFC 7301 section 3.2).
const (
	alertProtocolVersion      = 70
	alertInsufficientSecurity = 71
	alertUnrecognizedName     = 112
	alertCertificateRequired  = 116
	alertNoProtocol           = 120
)

// JudgeHandshake returns the cause for a failed handshake, from what the origin
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
		// In TLS 1.3 the level means nothing (RFC 8446 section 6); before that, a warning
		// does not end a handshake.
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

// violation judges a handshake that ended because of the origin's own mistake.
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

// JudgeVersion returns the cause for a handshake completed in a version that is
// not in the offer; nil if it is. It is needed because crypto/tls does not
// support version sets with holes (CF-TLS-03).
func JudgeVersion(o Offer, version uint16) *Cause {
	if o.Allows(version) {
		return nil
	}
	return NewCause(CauseTLSProtocolMismatch, fmt.Sprintf("the origin chose %s; allowed: %s", VersionName(version), o.VersionNames()), nil)
}

// NoHTTP2 returns the cause for an origin that completes the handshake but does
// not speak HTTP/2, which gRPC requires (CF-TLS-24). Detail says what it did.
func NoHTTP2(origin, detail string, err error) *Cause {
	cause := NewCause(CauseTLSHandshakeFailure, fmt.Sprintf("%s was offered \"h2\" by ALPN for a gRPC call, and %s", origin, detail), err)
	cause.Rule, cause.Inferred = "CF-TLS-24", true
	return cause.hinted("let the origin speak HTTP/2 over TLS on this port (in nginx: http2 on)")
}

// UnlistedSignature returns the cause for an origin that signs its TLS 1.2 key
// exchange with a scheme that is not in the documented list, and supports none
// that is (CF-TLS-21). TLS 1.3 is an alternative if it is in the offer.
func UnlistedSignature(origin, scheme string, offer Offer, err error) *Cause {
	cause := NewCause(CauseTLSHandshakeFailure,
		fmt.Sprintf("%s signs its key exchange in TLS 1.2 with %s, and with no scheme of the documented list", origin, scheme), err)
	cause.Rule = "CF-TLS-21"
	if offer.Allows(VersionTLS13) {
		return cause.hinted("allow signatures with RSA PKCS#1 (rsa_pkcs1_sha256) on the origin, or TLS 1.3")
	}
	return cause.hinted("allow signatures with RSA PKCS#1 (rsa_pkcs1_sha256) on the origin")
}

// NotJudgedInTime returns the cause for a connection whose time ran out before
// its certificates were judged.
func NotJudgedInTime(origin string, timeout time.Duration, err error) *Cause {
	return NewCause(CauseConnectTimeout,
		fmt.Sprintf("the certificates of %s were not judged within the connection timeout of %s", origin, timeout), err)
}

// clientCertificateRefused means that the origin insists on a client certificate
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

// Narrower returns the more specific cause of a refused handshake after a scan: a
// server that shares no version, no suite or no curve sends the same alert for
// all three. An empty name means that the scan proved none.
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
		if offer.Allows(VersionTLS13) { // false for an older version of the lists
			narrower.Hint += ", or TLS 1.3"
		}
	case CauseTLSNoSharedCurve:
		narrower.Hint = "allow one of prime256v1, secp384r1 and X25519 on the origin"
	}
	return narrower
}

// MayBeExplained reports whether knowing what an origin accepts can explain why
// it refused a handshake. It cannot if the refusal came after the origin's
// certificates, because everything had been negotiated by then, or if the origin
// gave the reason.
func MayBeExplained(c *Cause, certificates bool, alert *AlertFacts) bool {
	return RefusesOffer(c) && !certificates && !(alert != nil && alert.Fatal && alert.Description == alertUnrecognizedName)
}

// RefusesOffer reports whether a cause may come from something missing in the
// offer: a version, a suite, a curve or a signature scheme.
func RefusesOffer(c *Cause) bool {
	switch c.Name {
	case CauseTLSHandshakeFailure, CauseTLSProtocolMismatch, CauseTLSNoSharedCipher, CauseTLSNoSharedCurve:
		return true
	}
	return false
}
