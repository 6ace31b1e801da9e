package originconn

import (
	"context"
	"io"
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// stream is one response in progress on one connection.
type stream struct {
	conn    *Conn
	attempt *Attempt
	head    string
	content io.ReadCloser
	// keep means that the connection may serve another request afterward.
	keep    bool
	sender  *sender
	release func() bool // stops watching the viewer; false if it has left
	ended   bool
}

// finish ends a response that was read to its end, and keeps the connection if possible
// (CF-CONN-16, CF-CONN-17).
func (s *stream) finish(f *fetch) {
	if s.ended {
		return
	}
	s.ended = true
	s.conn.wire.slow = nil
	watched := s.release()
	sent := s.sender == nil
	if s.sender != nil {
		select {
		case <-s.sender.done:
			sent = s.sender.err == nil
		default: // the origin did not wait for the whole body
		}
	}
	if !s.conn.wire.stopReadingAhead() || !s.keep || !watched || !sent || s.conn.br.Buffered() > 0 || s.conn.head.err != nil {
		s.conn.Close()
		s.endSender()
		return
	}
	f.client.pool.put(s.conn, f.target.KeepaliveTimeout)
}

// abandon ends a response whose rest will not be read.
func (s *stream) abandon() {
	if s.ended {
		return
	}
	s.ended = true
	s.release()
	s.conn.Close()
	s.conn.wire.countAhead()
	s.endSender()
}

func (s *stream) endSender() {
	if s.sender != nil {
		s.sender.end()
	}
}

// incoming holds the parts of one exchange's response in one piece of memory.
type incoming struct {
	stream   stream
	body     body
	response Response
}

// body is the response's body as Do returns it.
type body struct {
	ctx   context.Context
	fetch *fetch
	*stream
	// response is what the viewer has already received.
	response *Response
	// delivered counts the bytes handed out.
	delivered int64
	err       error
}

// newResponse makes the result of a fetch from a response head.
func (f *fetch) newResponse(ctx context.Context, a *incoming, r *responseHead) *Response {
	s := &a.stream
	s.content, s.keep = r.body, !r.close && f.target.KeepaliveTimeout > 0
	a.body = body{ctx: ctx, fetch: f, stream: s, response: &a.response}
	a.response = Response{
		Status: r.status, Reason: r.reason, Proto: r.proto, Header: r.header, RawHead: s.head,
		ContentLength: r.length, Chunked: r.chunked, Body: &a.body,
	}
	switch {
	case r.body == http.NoBody:
		a.body.err = io.EOF
		s.finish(f)
	case f.target.TLS && (r.length < 0 || r.length >= worthReadingAhead):
		s.conn.wire.readAhead()
	}
	return &a.response
}

// Read returns io.EOF at the true end of the body, and a *policy.Cause when the
// origin fails before it.
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.content.Read(p)
	b.delivered += int64(n)
	switch {
	case err == nil:
		return n, nil
	case err == io.EOF:
		b.err = io.EOF
		b.finish(b.fetch)
		return n, io.EOF
	}
	b.abandon()
	cause := b.fetch.refine(policy.JudgeRead(b.facts(err)))
	b.attempt.Cause = cause
	if b.resume(cause) {
		return n, nil
	}
	b.err = cause
	return n, cause
}

// Buffered is as in [Buffered]. Of a chunked body it is not known: what is buffered may be framing alone.
func (b *body) Buffered() int {
	if b.err != nil || b.response.Chunked {
		return 0
	}
	if n := b.conn.br.Buffered(); n > 0 || !b.conn.wire.recordHere() {
		return n
	}
	return 1 // at least
}

// Close ends the response. What was not read closes the connection.
func (b *body) Close() error {
	b.abandon()
	if b.err == nil {
		b.err = http.ErrBodyReadAfterClose
	}
	return nil
}

// facts returns the facts of a body that ended early.
func (b *body) facts(err error) policy.ReadFacts {
	f := b.stream.facts(b.ctx, b.fetch, err, duringBody)
	f.InBody, f.Delivered, f.Length = true, b.delivered, b.response.ContentLength
	if f.Failure == nil && isTimeout(err) {
		f.Failure = &policy.Failure{Err: err, TimedOut: true}
	}
	return f
}

// resume fetches again after a stall in the body of a GET (CF-TIME-03), and continues where
// the viewer's copy ends if the new response is the same representation. How CloudFront
// continues is not documented: inferred.
func (b *body) resume(cause *policy.Cause) bool {
	if cause.Name != policy.CauseResponseTimeout {
		return false
	}
	for b.fetch.mayRepeat(b.ctx, cause) {
		again, next := b.fetch.attempt(b.ctx)
		if next != nil {
			cause = next
			continue
		}
		fresh, ok := again.Body.(*body)
		if !ok || !sameRepresentation(b.response, again) { // not ok is a 101, whose body is its tunnel
			again.Body.Close()
			return false
		}
		if _, err := io.CopyN(io.Discard, fresh, b.delivered); err != nil {
			fresh.Close()
			return false
		}
		b.stream = fresh.stream
		return true
	}
	return false
}

// sameRepresentation reports whether two responses carry the same bytes, judging by their
// heads.
func sameRepresentation(a, b *Response) bool {
	if a.Status != b.Status || a.ContentLength != b.ContentLength {
		return false
	}
	for _, name := range []string{"Etag", "Last-Modified", "Content-Encoding"} {
		if a.Header.Get(name) != b.Header.Get(name) {
			return false
		}
	}
	return a.ContentLength >= 0 || a.Header.Get("Etag") != ""
}
