package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/andybalholm/brotli"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// targets returns the origins that an exchange asked: the one whose answer counted, and the
// members of its origin group that failed over.
func targets(e *recording.Exchange) []string {
	all := []string{e.Sent.Host}
	for _, a := range e.Attempts {
		if a != nil && a.Target != "" && a.Cause != nil && !slices.Contains(all, a.Target) {
			all = append(all, a.Target)
		}
	}
	return all
}

// attemptsAt returns the attempts at one origin. Those for a custom error page went
// elsewhere, or came after them.
func attemptsAt(e *recording.Exchange, target string) []*originconn.Attempt {
	var at []*originconn.Attempt
	for _, a := range e.Attempts {
		if a == nil || a.Target != "" && target != "" && a.Target != target {
			continue
		}
		if len(at) > 0 && a.Number <= at[len(at)-1].Number {
			break // numbered from 1 again: another request to the same origin
		}
		at = append(at, a)
	}
	return at
}

// failure returns why the origin gave no answer, nil if it gave one. It is the cause of the
// last attempt: the exchange's own may be that of a custom error page.
func failure(e *recording.Exchange, target string) *policy.Cause {
	at := attemptsAt(e, target)
	if len(at) == 0 || e.Cause != nil && e.Cause.Stage == policy.StageBody {
		return nil
	}
	return at[len(at)-1].Cause
}

// ended reports whether an exchange ended in one of these ways.
func ended(c *policy.Cause, ways ...policy.CauseName) bool {
	return c != nil && slices.Contains(ways, c.Name)
}

// unfit explains why an exchange cannot answer for an origin; "" if it can.
func unfit(e *recording.Exchange, target string) string {
	cause := failure(e, target)
	const which = "the exchange recorded for it, "
	switch r := &e.Response; {
	case e.Replayed != "":
		return "" // what was replayed is played again
	case e.Forced != "":
		return which + e.ID + ", is a fault that was forced and none of the origin's own"
	case e.Tunnel != nil || r.Status == http.StatusSwitchingProtocols:
		return which + e.ID + ", is a tunnel, whose content is not recorded"
	case ended(cause, policy.CauseViewerAborted), ended(e.Cause, policy.CauseViewerAborted):
		return which + e.ID + ", ended because its viewer left"
	case ended(cause, policy.CauseEdgeExhausted, policy.CauseEdgeShutdown), ended(e.Cause, policy.CauseEdgeExhausted, policy.CauseEdgeShutdown):
		return which + e.ID + ", was ended by the edge itself"
	case cause != nil:
		return ""
	case e.ErrorPage != nil && e.ErrorPage.Replaced == "":
		return which + e.ID + ", has a custom error page instead of the origin's answer"
	case e.ErrorPage != nil:
		return "" // the head is all that the page left of it, and all that it needs
	case e.Sent != nil && r.OriginHead == "":
		return which + e.ID + ", has no response of the origin"
	}
	return incomplete(e)
}

// incomplete explains that a body was not fully recorded; "" if it was.
func incomplete(e *recording.Exchange) string {
	r := &e.Response
	if r.Truncated || int64(len(r.Body)) < r.BodyBytes && len(r.Body) > 0 {
		return fmt.Sprintf("the exchange recorded for it, %s, has a body of %d bytes, of which not all were recorded; record with a larger --body-limit", e.ID, r.BodyBytes)
	}
	return ""
}

// result plays one entry.
func (s *Source) result(ctx context.Context, at entry, t *originconn.Target) (*originconn.Result, error) {
	e, err := s.config.Store.Get(ctx, at.id)
	if err != nil {
		return nil, err
	}
	result := &originconn.Result{Replayed: e.ID}
	attempts, cause, answer := attemptsAt(e, at.target), failure(e, at.target), response
	switch {
	case at.page:
		attempts, cause = pageAttempts(e), pageFailure(e)
	case e.ErrorPage != nil:
		answer = replaced
	}
	for _, a := range attempts {
		played := *a
		result.Attempts = append(result.Attempts, &played)
	}
	if len(result.Attempts) == 0 { // a browser's archive has none
		result.Attempts = []*originconn.Attempt{{Number: 1, Target: t.Address(), Start: e.Start}}
	}
	if cause != nil {
		played := *cause
		result.Cause = &played
		return result, nil
	}
	if result.Response, err = answer(e); err != nil {
		return nil, fmt.Errorf("exchange %s cannot be played: %w", e.ID, err)
	}
	return result, nil
}

// response returns the origin's answer as recorded: with a custom error page, the answer to
// the page's request.
func response(e *recording.Exchange) (*originconn.Response, error) {
	head := e.Response.OriginHead
	if e.Sent == nil {
		head = headOf(&e.Response)
	}
	method := e.Viewer.Method
	switch {
	case e.ErrorPage != nil && e.ErrorPage.Sent != nil:
		method = e.ErrorPage.Sent.Method
	case e.Sent != nil:
		method = e.Sent.Method
	}
	r, err := parse(head, method)
	if err != nil {
		return nil, err
	}
	body, err := original(e, r.Header)
	if err != nil {
		return nil, err
	}
	r.Trailer = e.Response.Trailer.Clone()
	var late *policy.Cause
	if e.Cause != nil && e.Cause.Stage == policy.StageBody {
		played := *e.Cause
		late = &played
	}
	if late == nil && method != http.MethodHead && r.ContentLength >= 0 && r.ContentLength != int64(len(body)) {
		return nil, fmt.Errorf("its head announces %d bytes, and %d are recorded", r.ContentLength, len(body))
	}
	r.Body = &playedBody{Reader: bytes.NewReader(body), late: late}
	return r, nil
}

// parse parses a recorded head: the result still needs its body and trailer.
func parse(head, method string) (*originconn.Response, error) {
	parsed, err := http.ReadResponse(bufio.NewReader(strings.NewReader(strings.TrimRight(head, "\r\n")+"\r\n\r\n")), &http.Request{Method: method})
	if err != nil {
		return nil, fmt.Errorf("reading the recorded response head: %w", err)
	}
	return &originconn.Response{
		Status: parsed.StatusCode, Reason: strings.TrimPrefix(strings.TrimPrefix(parsed.Status, fmt.Sprint(parsed.StatusCode)), " "), Proto: parsed.Proto,
		Header: parsed.Header, RawHead: head, ContentLength: parsed.ContentLength, Chunked: len(parsed.TransferEncoding) > 0,
	}, nil
}

// original returns the body as the origin sent it: what the edge compressed is
// decompressed.
func original(e *recording.Exchange, header http.Header) ([]byte, error) {
	coding := e.Response.Header.Get("Content-Encoding")
	if e.Sent == nil || coding == "" || header.Get("Content-Encoding") != "" || len(e.Response.Body) == 0 {
		return e.Response.Body, nil
	}
	var r io.Reader
	var err error
	switch coding {
	case "gzip":
		r, err = gzip.NewReader(bytes.NewReader(e.Response.Body))
	case "br":
		r = brotli.NewReader(bytes.NewReader(e.Response.Body))
	default:
		err = fmt.Errorf("the content coding %q is not the edge's", coding)
	}
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(r)
	cutShort := e.Cause != nil && e.Cause.Stage == policy.StageBody
	if err != nil && !(cutShort && errors.Is(err, io.ErrUnexpectedEOF)) {
		return nil, fmt.Errorf("undoing the edge's compression: %w", err)
	}
	return plain, nil
}

// headOf makes a response head from what a browser saved.
func headOf(r *recording.Response) string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", r.Status, http.StatusText(r.Status))
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	clean := strings.NewReplacer("\r", " ", "\n", " ")
	for _, name := range names {
		for _, value := range r.Header[name] {
			fmt.Fprintf(&b, "%s: %s\r\n", clean.Replace(name), clean.Replace(value))
		}
	}
	if r.Header.Get("Content-Length") == "" {
		fmt.Fprintf(&b, "Content-Length: %d\r\n", len(r.Body))
	}
	return b.String()
}

// playedBody is a recorded body, followed by its failure if it had one.
type playedBody struct {
	*bytes.Reader
	late *policy.Cause
}

// Read returns the cause at the end instead of io.EOF.
func (b *playedBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF && b.late != nil {
		return n, b.late
	}
	return n, err
}

// WriteTo is overridden because the embedded one would skip the cause.
func (b *playedBody) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{b})
}

// Buffered returns the number of bytes left: all are available.
func (b *playedBody) Buffered() int { return b.Len() }

// Close does nothing: the store has the body.
func (*playedBody) Close() error { return nil }
