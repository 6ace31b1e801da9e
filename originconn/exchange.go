package originconn

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// exchange sends the request over the connection and reads the response head. On failure
// the connection is closed; otherwise the body owns it.
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
		return nil, policy.BadRequest(unsafe)
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
	if sendErr != nil && conn.head.err == nil {
		conn.head.err = sendErr
	}
	facts := s.facts(ctx, f, err, beforeAnswer)
	facts.TooBig = errors.Is(err, errHeadTooBig) || errors.Is(conn.head.err, errHeadTooBig)
	facts.Ambiguous, facts.Received = errors.Is(err, errTwoLengths), conn.head.buf
	return nil, policy.JudgeRead(facts)
}

// facts returns the facts of an incomplete response. The stream must have been abandoned,
// so that nothing is still being sent.
func (s *stream) facts(ctx context.Context, f *fetch, err error, when string) policy.ReadFacts {
	facts := f.readFacts(s.conn, s.attempt, err)
	var upload error
	if s.sender != nil {
		upload = s.sender.viewerErr
	}
	noteViewer(ctx, &facts, when, upload)
	// The first error of the connection; without one, the bytes were wrong.
	if broken := s.conn.head.err; broken != nil {
		s.conn.noteBroken(&facts, s.attempt, broken)
	}
	return facts
}

// unwatched is the release function of an exchange that is not watched yet.
func unwatched() bool { return true }

// maxInterim is the maximum number of interim responses before the final one. The limit is
// not documented; without one, an origin could send them forever.
const maxInterim = 16

// errTwoLengths is a response with two contradictory lengths, which a client behind the
// edge could read differently (RFC 9112 section 6.3). That CloudFront refuses it is
// inferred.
var errTwoLengths = errors.New("it has both Content-Length and Transfer-Encoding")

// readHead reads the final response head; one 100 Continue may come first (CF-RESP-01), and
// some other interim responses are skipped.
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
			return head, fmt.Errorf("status line %q is not one of HTTP/1", firstLine(s.head))
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

// headHas reports whether a head has a field, even one that net/http has removed.
func headHas(head, name string) bool {
	for line := range strings.Lines(head) {
		if field, _, ok := strings.Cut(line, ":"); ok && strings.EqualFold(field, name) {
			return true
		}
	}
	return false
}

// requestFor returns what http.ReadResponse needs to know about the request.
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

// firstLine returns the first line of a head.
func firstLine(head string) string {
	line, _, _ := strings.Cut(head, "\n")
	return strings.TrimRight(line[:min(len(line), 80)], "\r")
}
