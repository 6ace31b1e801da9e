package originconn

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"syscall"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// This file turns errors and observations into the facts that package policy judges. It
// relies on types and numbers, never on text.

// failureOf describes how an operation on a connection failed.
func failureOf(err error) policy.Failure {
	return policy.Failure{
		Err:         err,
		TimedOut:    isTimeout(err),
		Refused:     errors.Is(err, syscall.ECONNREFUSED),
		Reset:       errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE),
		Unreachable: errors.Is(err, syscall.ENETUNREACH) || errors.Is(err, syscall.EHOSTUNREACH),
		Ended:       errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF),
	}
}

// isTimeout reports whether an error is an expired deadline, ours or the kernel's.
func isTimeout(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, syscall.ETIMEDOUT)
}

// alertFacts returns the alert of a handshake; nil if there was none.
func (h *Handshake) alertFacts() *policy.AlertFacts {
	if h.Alert == nil {
		return nil
	}
	return &policy.AlertFacts{Description: h.Alert.Description, Text: h.Alert.String(), Fatal: h.Alert.Fatal()}
}

// clientCertificate returns the facts about a client certificate.
func (h *Handshake) clientCertificate() policy.ClientCertificateFacts {
	f := policy.ClientCertificateFacts{Requested: h.ClientCertificateRequested, Sent: h.ClientCertificateSent}
	if h.Alert != nil {
		f.Alert = h.Alert.String()
	}
	return f
}

// handshakeFacts returns the facts of a failed handshake.
func handshakeFacts(t *Target, h *Handshake, flight *tlswire.Flight, err error) policy.HandshakeFacts {
	f := policy.HandshakeFacts{
		Origin: t.Address(), SNI: t.SNI, Offer: t.Offer, ConnectTimeout: t.ConnectTimeout, Failure: failureOf(err),
		NotTLS: flight.NotTLS, Alert: h.alertFacts(), Certificates: len(h.PeerCertificates) > 0,
		ClientCertificate: h.clientCertificate(), HTTP2: h.ALPN != nil,
	}
	if hello := flight.ServerHello; hello != nil {
		f.Version, f.Suite, f.SuiteName = hello.Version, hello.Suite, tlswire.SuiteName(hello.Suite)
	}
	f.ClientCertificate.CannotSign = errors.Is(err, errClientSignature)
	return f
}

// violations are the legacy client's reasons that have their own cause.
var violations = map[tlslegacy.Reason]policy.Violation{
	tlslegacy.ReasonUnofferedVersion:   policy.UnofferedVersion,
	tlslegacy.ReasonUnofferedSuite:     policy.UnofferedSuite,
	tlslegacy.ReasonSuiteVersion:       policy.UnofferedSuite,
	tlslegacy.ReasonUnofferedGroup:     policy.UnofferedGroup,
	tlslegacy.ReasonUnofferedSignature: policy.UnofferedSignature,
	tlslegacy.ReasonBadCertificate:     policy.UnfitCertificate,
	tlslegacy.ReasonCertificateKey:     policy.UnfitCertificate,
	tlslegacy.ReasonBadSignature:       policy.UnfitCertificate,
	tlslegacy.ReasonRenegotiation:      policy.Renegotiation,
}

// noteViolation adds the protocol violation that the legacy client saw.
func noteViolation(f *policy.HandshakeFacts, err error) {
	var wrong *tlslegacy.ProtocolError
	if !errors.As(err, &wrong) {
		return
	}
	switch wrong.Reason {
	case tlslegacy.ReasonNotTLS:
		f.NotTLS = wrong.Evidence
		return
	case tlslegacy.ReasonNoSharedSignature:
		f.ClientCertificate.CannotSign = true
		return
	}
	f.Violation, f.ViolationDetail = policy.OtherViolation, wrong.Detail
	if v, ok := violations[wrong.Reason]; ok {
		f.Violation = v
	}
}

// readFacts returns the facts that all exchanges over a connection have in common, whatever
// happened to the response.
func (f *fetch) readFacts(conn *Conn, a *Attempt, err error) policy.ReadFacts {
	return policy.ReadFacts{
		Malformed: err,
		Origin:    f.target.Address(), Method: f.request.Method, Repeatable: f.request.repeatable(),
		ResponseTimeout: f.target.ResponseTimeout, KeepaliveTimeout: f.target.KeepaliveTimeout, Length: -1,
		TLS: conn.handshake != nil, Reused: a.Reused, Idle: a.Idle, HTTP2: f.target.HTTP2,
	}
}

// noteViewer adds the viewer's part: upload is why its body could not be read to the end;
// nil if it was, or if it was not needed.
func noteViewer(viewer context.Context, f *policy.ReadFacts, when string, upload error) {
	switch {
	case viewer.Err() != nil:
		f.Own = leftFacts(viewer, when, viewer.Err())
	case errors.As(upload, &f.BadBody): // it is malformed (CF-ERR-24)
	case upload != nil:
		f.Own = leftFacts(viewer, whileSending, upload)
	}
}

// noteBroken adds how the connection broke, from its first error.
func (c *Conn) noteBroken(f *policy.ReadFacts, a *Attempt, broken error) {
	failure := failureOf(broken)
	f.Failure = &failure
	f.Renegotiation = c.refusedRenegotiation(broken)
	if c.refusedClientCertificate(broken) {
		certificate := policy.ClientCertificateFacts{Requested: true}
		if a.Handshake != nil {
			certificate = a.Handshake.clientCertificate()
		}
		f.ClientCertificate = &certificate
	}
}

// refusedClientCertificate reports whether the first read failed because the origin wanted
// a client certificate: TLS 1.3 refuses it after the handshake.
func (c *Conn) refusedClientCertificate(err error) bool {
	var op *net.OpError
	return c.handshake != nil && c.handshake.ClientCertificateRequested &&
		errors.As(err, &op) && op.Op == "remote error"
}

// alertNoRenegotiation is the alert that crypto/tls sends to a server that requests a
// renegotiation (RFC 5246 section 7.2.2).
const alertNoRenegotiation = 100

// refusedRenegotiation reports whether a read failed because the origin requested a
// renegotiation, with either TLS client (CF-TLS-22). The legacy client only sends a
// warning, and the origin then gives up.
func (c *Conn) refusedRenegotiation(err error) bool {
	if legacy, ok := c.plain.(*tlslegacy.Conn); ok {
		return legacy.ConnectionState().RenegotiationRequested
	}
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "local error" {
		return false
	}
	// crypto/tls does not export the type of its alerts: a one-byte number.
	number := reflect.ValueOf(op.Err)
	return number.Kind() == reflect.Uint8 && number.Uint() == alertNoRenegotiation
}
