package originconn

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strings"
	"syscall"
	"time"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/policy"
)

// exchange sends the request over the connection and reads the response head.
// On failure the connection is closed; otherwise it belongs to the body.
func (f *fetch) exchange(ctx context.Context, conn *Conn, a *Attempt) (*Response, *policy.Cause) {
	conn.prepare()
	conn.wire.gap, conn.wire.until = f.target.ResponseTimeout, f.deadline
	all := &incoming{stream: stream{conn: conn, attempt: a}}
	s := &all.stream
	s.release = unwatched
	watch := func() { s.release = context.AfterFunc(ctx, func() { conn.wire.Close() }) }
	if f.request.Body != nil {
		watch()
	} else {
		conn.wire.slow = watch
	}

	started := time.Now()
	sendErr := f.send(s)
	a.Phases.Send = time.Since(started)
	var unsafe *UnsafeRequestError
	if errors.As(sendErr, &unsafe) {
		s.abandon()
		return nil, policy.NewCause(policy.CauseViewerBadRequest, unsafe.Error(), unsafe)
	}

	head, err := f.readHead(s)
	a.Phases.Wait += time.Since(started) - a.Phases.Send
	switch {
	case err == nil && head.status == http.StatusSwitchingProtocols:
		return f.newTunnel(s, &head), nil
	case err == nil:
		return f.newResponse(ctx, all, &head), nil
	}
	s.abandon()
	if ctx.Err() != nil {
		return nil, viewerLeft(ctx, beforeAnswer, ctx.Err())
	}
	if s.sender != nil && s.sender.viewerErr != nil {
		var cause *policy.Cause
		if errors.As(s.sender.viewerErr, &cause) { // its body breaks the rules (CF-ERR-24)
			return nil, cause
		}
		return nil, viewerLeft(ctx, whileSending, s.sender.viewerErr)
	}
	if sendErr != nil && conn.head.err == nil {
		conn.head.err = sendErr
	}
	return nil, f.readCause(conn, a, err)
}

// unwatched is the release of an exchange that is not watched yet.
func unwatched() bool { return true }

// maxInterim is how many interim responses may come before the final one. Their
// number is not documented; without a bound an origin could send them for ever.
const maxInterim = 16

// errTwoLengths is a response that says in two ways how long it is: whoever
// stands behind the edge could read it otherwise (RFC 9112 section 6.3). That
// CloudFront refuses it is inferred.
var errTwoLengths = errors.New("it has both Content-Length and Transfer-Encoding")

// readHead reads the final response head; one 100 Continue may come before it
// (CF-RESP-01), and some other interim responses are passed over.
func (f *fetch) readHead(s *stream) (responseHead, error) {
	conn := s.conn
	for continues, interim := 0, 0; ; interim++ {
		pending, _ := conn.br.Peek(conn.br.Buffered())
		conn.head.start(policy.ResponseHeaderLimit, pending)
		var head responseHead
		err := plainHead(conn.br, f.request.Method, &head)
		if head.raw == "" && err == nil {
			err = anyHead(conn.br, f.request.Method, &head)
		}
		rest := conn.head.stop(conn.br.Buffered())
		if head.raw == "" {
			head.raw = string(rest)
		}
		s.head = head.raw
		switch {
		case err != nil:
			return head, err
		case len(s.head) > policy.ResponseHeaderLimit:
			return head, errHeadTooBig
		case !strings.HasPrefix(head.proto, "HTTP/1.") || head.status < 100:
			return head, fmt.Errorf("status line %q is not one of HTTP/1", firstLine([]byte(s.head)))
		case head.status == http.StatusSwitchingProtocols:
			return head, f.switchedCause(&head)
		case head.chunked && headHas(s.head, "Content-Length"):
			return head, errTwoLengths
		case head.status >= 200:
			return head, nil
		case interim >= maxInterim:
			return head, fmt.Errorf("more than %d interim responses", maxInterim)
		case head.status == http.StatusContinue:
			if continues++; continues > 1 {
				return head, errors.New("a second 100 Continue where the final response was due")
			}
		}
	}
}

// headHas says whether a head has a field, which net/http may have taken out.
func headHas(head, name string) bool {
	for line := range strings.Lines(head) {
		if field, _, ok := strings.Cut(line, ":"); ok && strings.EqualFold(field, name) {
			return true
		}
	}
	return false
}

// requestFor is what http.ReadResponse needs to know of the request.
func requestFor(method string) *http.Request {
	if method == http.MethodHead {
		return headRequest
	}
	return getRequest
}

var (
	getRequest  = &http.Request{Method: http.MethodGet}
	headRequest = &http.Request{Method: http.MethodHead}
)

// readCause classifies a response head that could not be read, by the first
// error of the connection: if there was none, the bytes themselves were wrong.
func (f *fetch) readCause(conn *Conn, a *Attempt, err error) *policy.Cause {
	broken := conn.head.err
	switch {
	case conn.handshake == nil && policy.IsTLSAlert(conn.head.buf):
		cause := policy.NewCause(policy.CauseResponseInvalid,
			fmt.Sprintf("%s speaks TLS: it answered the HTTP request with a TLS alert", f.target.Address()), err)
		cause.Hint = "set the origin's protocol policy to https-only, with this port as its HTTPS port, or name the port on which it serves HTTP"
		return cause
	case errors.Is(err, errHeadTooBig), errors.Is(broken, errHeadTooBig):
		return policy.NewCause(policy.CauseResponseHeadersTooBig,
			fmt.Sprintf("the response head is larger than %d bytes", policy.ResponseHeaderLimit), err)
	case broken == nil:
		detail := fmt.Sprintf("the response is malformed (%v); it begins with %q", err, firstLine(conn.head.buf))
		cause := policy.NewCause(policy.CauseResponseInvalid, detail, err)
		cause.Inferred = errors.Is(err, errTwoLengths)
		return cause
	case isTimeout(broken):
		cause := policy.NewCause(policy.CauseResponseTimeout,
			fmt.Sprintf("no response within the response timeout of %s", f.target.ResponseTimeout), broken)
		f.notIdempotent(cause)
		return cause
	case conn.refusedClientCertificate(broken):
		return clientCertificateCause(a, broken)
	case conn.refusedRenegotiation(broken):
		cause := policy.NewCause(policy.CauseTLSHandshakeFailure,
			"the origin asked to renegotiate after the request; that is refused on this leg", broken)
		cause.Rule = "CF-TLS-22"
		cause.Hint = "do not ask for a client certificate, or for other parameters, by renegotiation on single paths of the origin"
		return cause
	}
	how := "closed the connection"
	if errors.Is(broken, syscall.ECONNRESET) || errors.Is(broken, syscall.EPIPE) {
		how = "reset the connection"
	}
	detail := fmt.Sprintf("the origin %s before its response", how)
	if len(conn.head.buf) > 0 {
		detail = fmt.Sprintf("the origin %s within its response head", how)
	}
	cause := policy.NewCause(policy.CauseOriginClosed, detail, broken)
	if a.Reused {
		cause.Detail += fmt.Sprintf("; it was a kept-alive connection, idle for %s, and the edge keeps them for %s",
			round(a.Idle), f.target.KeepaliveTimeout)
		cause.Hint = "make the origin's keep-alive timeout longer than the edge's"
	}
	return cause
}

// refusedClientCertificate says whether the first read failed because the
// origin wanted a client certificate: in TLS 1.3 its refusal comes after the
// handshake.
func (c *Conn) refusedClientCertificate(err error) bool {
	var op *net.OpError
	return c.handshake != nil && c.handshake.ClientCertificateRequested &&
		errors.As(err, &op) && op.Op == "remote error"
}

// alertNoRenegotiation is what crypto/tls tells a server that asks for a
// renegotiation (RFC 5246 section 7.2.2).
const alertNoRenegotiation = 100

// refusedRenegotiation says whether a read failed because the origin asked for
// a renegotiation, on either road (CF-TLS-22). The legacy client only warns the
// origin, which then gives up.
func (c *Conn) refusedRenegotiation(err error) bool {
	if legacy, ok := c.plain.(*tlslegacy.Conn); ok {
		return legacy.ConnectionState().RenegotiationRequested
	}
	var op *net.OpError
	if !errors.As(err, &op) || op.Op != "local error" {
		return false
	}
	// crypto/tls does not export the type of its alerts: a number of one byte.
	number := reflect.ValueOf(op.Err)
	return number.Kind() == reflect.Uint8 && number.Uint() == alertNoRenegotiation
}

// firstLine returns the first line of a head, cut to a readable length.
func firstLine(head []byte) string {
	for i, b := range head {
		if b == '\r' || b == '\n' || i == 80 {
			return string(head[:i])
		}
	}
	return string(head)
}
