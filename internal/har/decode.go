package har

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// foreign explains why an entry is not an HTTP exchange; "" if it is one.
func foreign(h *entry) string {
	scheme, _, _ := strings.Cut(h.Request.URL, ":")
	if len(h.Edgesim) > 0 || strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https") {
		return ""
	}
	return "its URL is " + strconv.Quote(shorten(h.Request.URL))
}

// decodeEntry returns the exchange of an entry: the one in _edgesim, or what the format
// says about it.
func decodeEntry(h *entry, number int) (*recording.Exchange, error) {
	if len(h.Edgesim) > 0 {
		return decodeOurs(h, number)
	}
	u, err := url.Parse(h.Request.URL)
	if err != nil {
		return nil, &Error{Entry: number, Field: "request.url", Err: err}
	}
	if u.Host == "" {
		return nil, &Error{Entry: number, Field: "request.url", Err: fmt.Errorf("%q has no host", shorten(h.Request.URL))}
	}
	started, err := parseTime(h.Started)
	if err != nil {
		return nil, &Error{Entry: number, Field: "startedDateTime", Err: err}
	}
	e := &recording.Exchange{
		ID: fmt.Sprintf("har-%06d", number), Start: started,
		Duration: fromMillis(h.Time), FirstByte: fromMillis(h.Time - max(0, h.Timings.Receive)),
		Viewer: recording.Viewer{
			Method: h.Request.Method, Scheme: u.Scheme, Host: u.Host, URI: target(u),
			Proto: protocol(h.Request.HTTPVersion), Header: decodeHeader(h.Request.Headers), Form: "origin",
		},
		ResultType: "Miss", DetailedResultType: "Miss",
	}
	if host := e.Viewer.Header.Get("Host"); host != "" {
		e.Viewer.Host = host
		delete(e.Viewer.Header, "Host")
	}
	if e.Viewer.Method == "" {
		return nil, &Error{Entry: number, Field: "request.method", Err: errors.New("it is empty")}
	}
	decodePost(h.Request.PostData, h.Request.BodySize, &e.Viewer)
	delete(e.Viewer.Header, "Content-Length") // it described what was sent, not what was saved
	e.Response, err = decodeResponse(&h.Response, e.Viewer.Method)
	if err != nil {
		return nil, &Error{Entry: number, Field: "response.content", Err: err}
	}
	if e.Response.Status >= 400 {
		e.ResultType, e.DetailedResultType = "Error", "Error"
	}
	return e, nil
}

// decodeOurs reads an entry that edgesim wrote.
func decodeOurs(h *entry, number int) (*recording.Exchange, error) {
	e := new(recording.Exchange)
	if err := json.Unmarshal(h.Edgesim, e); err != nil {
		return nil, &Error{Entry: number, Field: "_edgesim", Err: err}
	}
	if e.ID == "" {
		return nil, &Error{Entry: number, Field: "_edgesim.id", Err: errors.New("it is empty")}
	}
	if e.Response.Body == nil {
		body, err := decodeText(h.Response.Content.Text, h.Response.Content.Encoding)
		if err != nil {
			return nil, &Error{Entry: number, Field: "response.content", Err: err}
		}
		e.Response.Body = body
	}
	if p := h.Request.PostData; p != nil && e.Viewer.Body == nil && p.Text != "" {
		e.Viewer.Body = []byte(p.Text)
	}
	return e, nil
}

// decodeResponse reads a browser's response. Its content is decompressed and unchunked, so
// the fields that said otherwise are removed. A body that the browser did not save is
// marked as truncated at its beginning.
func decodeResponse(h *response, method string) (recording.Response, error) {
	body, err := decodeText(h.Content.Text, h.Content.Encoding)
	r := recording.Response{Status: h.Status, Header: decodeHeader(h.Headers), Body: body, BodyBytes: int64(len(body))}
	for _, name := range []string{"Content-Encoding", "Transfer-Encoding", "Connection", "Keep-Alive"} {
		delete(r.Header, name)
	}
	if method != http.MethodHead {
		delete(r.Header, "Content-Length")
		if h.Content.Size > r.BodyBytes && len(body) == 0 {
			r.BodyBytes, r.Truncated = h.Content.Size, true
		}
	}
	return r, err
}

// decodeHeader reads a list of fields. The pseudo fields of HTTP/2 (":path") are the
// request line in another form.
func decodeHeader(pairs []pair) http.Header {
	h := make(http.Header, len(pairs))
	for _, p := range pairs {
		if p.Name != "" && p.Name[0] != ':' {
			h.Add(p.Name, p.Value)
		}
	}
	return h
}

// target returns the path and query of a URL, as in a request line.
func target(u *url.URL) string {
	t := u.EscapedPath()
	if t == "" {
		t = "/"
	}
	if u.RawQuery != "" || u.ForceQuery {
		t += "?" + u.RawQuery
	}
	return t
}

// protocol maps the various spellings of browsers to that of net/http.
func protocol(text string) string {
	switch strings.ToLower(text) {
	case "h2", "http/2", "http/2.0":
		return "HTTP/2.0"
	case "h3", "http/3", "http/3.0":
		return "HTTP/3.0"
	case "http/1.0":
		return "HTTP/1.0"
	}
	return "HTTP/1.1"
}

// timeLayouts are the forms that the format's pattern allows, most common first.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700", "20060102T150405.999999999Z0700"}

func parseTime(text string) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time like 2026-01-02T15:04:05.000Z", shorten(text))
}

// fromMillis converts milliseconds to a duration; 0 for an invalid one.
func fromMillis(ms float64) time.Duration {
	const century = 100 * 365 * 24 * 3600 * 1000
	if !(ms > 0 && ms < century) {
		return 0
	}
	return time.Duration(ms * float64(time.Millisecond))
}

// shorten truncates foreign text for an error.
func shorten(text string) string {
	const longest = 100
	if len(text) > longest {
		return strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}
