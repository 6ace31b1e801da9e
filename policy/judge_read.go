package policy

import (
	"fmt"
	"time"
)

// ReadFacts is how a response ended early: what was sent and received, and what
// happened to the connection. It is the same for HTTP/1.1 and HTTP/2.
type ReadFacts struct {
	// Origin is the host:port as configured.
	Origin string
	// Method is the request's method. Repeatable says that the request may be sent
	// again after a timeout.
	Method     string
	Repeatable bool
	// ResponseTimeout and KeepaliveTimeout are the origin's settings.
	ResponseTimeout, KeepaliveTimeout time.Duration
	// InBody says that the response head was complete: the viewer has the status.
	// Delivered is the number of body bytes so far, Length the announced length, -1
	// if none was announced.
	InBody            bool
	Delivered, Length int64
	// Own is how the viewer or the edge ended it. BadBody is the cause for a
	// malformed request body; nil if it is valid.
	Own     OwnFacts
	BadBody *Cause
	// Failure is how the connection broke. If it is nil, the connection did not
	// break, and the data received was wrong, as Malformed says.
	Failure   *Failure
	Malformed error
	// TooBig says that the response head exceeds its limit. Ambiguous says that the
	// head gives the length of the body in two ways.
	TooBig, Ambiguous bool
	// Received is what was received of the head, in HTTP/1.1.
	Received []byte
	// TLS says that the connection is encrypted.
	TLS bool
	// ClientCertificate is set if the origin refused for lack of a client
	// certificate; otherwise nil.
	ClientCertificate *ClientCertificateFacts
	// Renegotiation says that the origin requested a new handshake.
	Renegotiation bool
	// Reused says that a kept-alive connection was used, which had been idle for
	// Idle.
	Reused bool
	Idle   time.Duration
	// HTTP2 says that the protocol was HTTP/2. Stream is the code with which the
	// origin reset the stream, if that is not one of the protocol's own errors.
	HTTP2  bool
	Stream *uint32
}

// JudgeRead returns the cause for an incomplete response. If it broke in the
// body, the cause only explains the truncation (CF-RESP-17 to CF-RESP-19).
func JudgeRead(f ReadFacts) *Cause {
	cause := f.cause()
	if f.InBody {
		cause.Stage = StageBody
	}
	return cause
}

func (f *ReadFacts) cause() *Cause {
	if own := JudgeOwn(f.Own); own != nil {
		return own
	}
	switch {
	case f.BadBody != nil:
		own := *f.BadBody // its stage may be changed
		return &own
	case !f.TLS && IsTLSAlert(f.Received):
		return NewCause(CauseResponseInvalid, f.Origin+" speaks TLS: it answered the HTTP request with a TLS alert", f.Malformed).
			hinted("set the origin's protocol policy to https-only, with this port as its HTTPS port, or name the port on which it serves HTTP")
	case f.TooBig:
		return NewCause(CauseResponseHeadersTooBig, fmt.Sprintf("the response head is larger than %d bytes", ResponseHeaderLimit), f.Malformed)
	case f.Failure == nil:
		return f.malformed()
	case f.Failure.TimedOut:
		return f.timedOut()
	case f.ClientCertificate != nil:
		return clientCertificateRefused(*f.ClientCertificate, f.Failure.Err)
	case f.Renegotiation:
		cause := NewCause(CauseTLSHandshakeFailure, "the origin asked to renegotiate after the request; that is refused on this leg", f.Failure.Err).
			hinted("do not ask for a client certificate, or for other parameters, by renegotiation on single paths of the origin")
		cause.Rule = "CF-TLS-22"
		return cause
	}
	return f.closed()
}

// malformed judges data received over an intact connection.
func (f *ReadFacts) malformed() *Cause {
	switch {
	case f.HTTP2:
		cause := NewCause(CauseResponseInvalid, fmt.Sprintf("the origin does not speak HTTP/2 as it should %s: %v", f.where(), f.Malformed), f.Malformed)
		cause.Inferred = true
		return cause
	case f.InBody:
		return NewCause(CauseResponseInvalid, "malformed chunked body "+f.where(), f.Malformed)
	}
	malformed := withoutQuotes(f.Malformed, f.Received)
	cause := NewCause(CauseResponseInvalid,
		fmt.Sprintf("the response is malformed (%v); it begins with %q", malformed, beginning(f.Received)), malformed)
	cause.Inferred = f.Ambiguous
	return cause
}

// timedOut judges a silent origin (CF-TIME-01, CF-TIME-04).
func (f *ReadFacts) timedOut() *Cause {
	detail := fmt.Sprintf("no response within the response timeout of %s", f.ResponseTimeout)
	if f.InBody {
		detail = fmt.Sprintf("the origin stalled for the response timeout of %s %s", f.ResponseTimeout, f.where())
	}
	cause := NewCause(CauseResponseTimeout, detail, f.Failure.Err)
	notRepeated(cause, f.Method, f.Repeatable)
	return cause
}

// closed judges a broken connection.
func (f *ReadFacts) closed() *Cause {
	err := f.Failure.Err
	if f.Stream != nil {
		return NewCause(CauseOriginClosed, fmt.Sprintf("the origin reset the HTTP/2 stream with code %#x %s", *f.Stream, f.where()), err)
	}
	how, what := "closed", "connection"
	if f.Failure.Reset {
		how = "reset"
	}
	if f.HTTP2 {
		what = "HTTP/2 connection"
	}
	cause := NewCause(CauseOriginClosed, fmt.Sprintf("the origin %s the %s %s", how, what, f.where()), err)
	if f.HTTP2 {
		cause.Detail += fmt.Sprintf(": %v", err)
	}
	if f.Reused && !f.InBody { // CF-CONN-20
		cause.Detail += fmt.Sprintf("; it was a kept-alive connection, idle for %s, and the edge keeps them for %s", round(f.Idle), f.KeepaliveTimeout)
		cause.Hint = "make the origin's keep-alive timeout longer than the edge's"
	}
	return cause
}

// where says how far the response had progressed.
func (f *ReadFacts) where() string {
	switch {
	case f.InBody && f.Length >= 0:
		return fmt.Sprintf("after %d of %d bytes of the body", f.Delivered, f.Length)
	case f.InBody:
		return fmt.Sprintf("after %d bytes of the body", f.Delivered)
	case len(f.Received) > 0:
		return "within its response head"
	}
	return "before its response"
}

// firstLine returns the first line of a head, truncated to a readable length.
func firstLine(head []byte) string {
	for i, b := range head {
		if b == '\r' || b == '\n' || i == 80 {
			return string(head[:i])
		}
	}
	return string(head)
}

// BadRequest returns the cause for a request found to be invalid only while it is
// being forwarded: its body is malformed, or it would not reach the origin as the
// same request (CF-ERR-24). Err says how.
func BadRequest(err error) *Cause {
	return NewCause(CauseViewerBadRequest, err.Error(), err)
}
