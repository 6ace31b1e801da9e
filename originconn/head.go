package originconn

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"strings"
)

// responseHead is the head of a response, and its body still to be read.
type responseHead struct {
	status        int
	reason, proto string
	header        http.Header
	// length is the announced length; -1 if there is none.
	length int64
	// chunked means that the body is chunked, close that the connection ends with it.
	chunked, close bool
	// body is http.NoBody if there is none.
	body io.ReadCloser
	// raw is the head as received, including the empty line; "" if it was not kept.
	raw string
}

// anyHead reads every head that http.ReadResponse accepts.
func anyHead(br *bufio.Reader, method string, out *responseHead) error {
	r, err := http.ReadResponse(br, requestFor(method))
	if err != nil {
		return err
	}
	*out = responseHead{
		status: r.StatusCode, reason: reason(r), proto: r.Proto, header: r.Header, length: r.ContentLength,
		chunked: len(r.TransferEncoding) > 0, close: r.Close, body: r.Body,
	}
	return nil
}

func reason(r *http.Response) string {
	if len(r.Status) > 4 {
		return r.Status[4:]
	}
	return ""
}

// plainHead is a fast path for the most common response head: complete in the buffer,
// strictly formed, with exactly one Content-Length and nothing that changes the framing. It
// takes three allocations where http.ReadResponse takes eighteen or so. Anything else it
// leaves to http.ReadResponse: FuzzPlainHead compares the two.
//
// If it does not apply, it leaves the result unchanged and takes nothing from the buffer;
// an error is the connection's.
func plainHead(br *bufio.Reader, method string, out *responseHead) error {
	if _, err := br.Peek(1); err != nil {
		return err
	}
	if method == http.MethodHead {
		return nil
	}
	buffered, _ := br.Peek(br.Buffered())
	end := bytes.Index(buffered, []byte("\r\n\r\n"))
	if end < 0 {
		return nil
	}
	raw := string(buffered[:end+4])
	first, fields, _ := strings.Cut(raw[:end+2], "\r\n")
	status, ok := plainStatus(first)
	if !ok {
		return nil
	}
	header, length, ok := plainFields(fields)
	if !ok {
		return nil
	}
	br.Discard(end + 4)
	*out = responseHead{
		status: status, reason: first[len("HTTP/1.1 200 "):], proto: "HTTP/1.1",
		header: header, length: length, body: http.NoBody, raw: raw,
	}
	if length > 0 {
		out.body = &fixedBody{br, length}
	}
	return nil
}

// plainStatus parses a status line whose response has a body.
func plainStatus(line string) (status int, ok bool) {
	digits, found := strings.CutPrefix(line, "HTTP/1.1 ")
	if !found || len(digits) < 4 || digits[3] != ' ' {
		return 0, false
	}
	for _, c := range []byte(digits[:3]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		status = status*10 + int(c-'0')
	}
	return status, status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified && visible(line)
}

// edgeFields is how many fields the edge adds to a response: room for them keeps the map,
// which goes on to the viewer, from growing.
const edgeFields = 6

// plainFields parses the fields, each ended by CRLF.
func plainFields(fields string) (header http.Header, length int64, ok bool) {
	count := strings.Count(fields, "\r\n")
	header, length = make(http.Header, count+edgeFields), -1
	values := make([]string, count) // one array for the values of all fields
	for rest := fields; rest != ""; {
		var line string
		line, rest, _ = strings.Cut(rest, "\r\n")
		name, value, found := strings.Cut(line, ":")
		if !found || !token(name) || !visible(value) {
			return nil, 0, false
		}
		name = textproto.CanonicalMIMEHeaderKey(name)
		value = strings.Trim(value, " \t")
		switch name {
		case "Transfer-Encoding", "Trailer", "Upgrade", "Pragma":
			return nil, 0, false
		case "Connection":
			if !strings.EqualFold(value, "keep-alive") {
				return nil, 0, false
			}
		case "Content-Length":
			if length >= 0 {
				return nil, 0, false
			}
			if length, found = digitsOnly(value); !found {
				return nil, 0, false
			}
		}
		if before := header[name]; before != nil {
			header[name] = append(before, value)
			continue
		}
		values[0] = value
		header[name], values = values[:1:1], values[1:]
	}
	return header, length, length >= 0
}

// token reports whether a field name has only those characters of RFC 9110 section 5.6.2
// that are in use.
func token(name string) bool {
	for i := range len(name) {
		switch c := name[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return name != ""
}

// visible reports whether a text is ASCII without control characters except tab.
func visible(text string) bool {
	for i := range len(text) {
		if c := text[i]; (c < ' ' && c != '\t') || c > '~' {
			return false
		}
	}
	return true
}

// digitsOnly parses a length that fits an int64 without checking.
func digitsOnly(text string) (n int64, ok bool) {
	if text == "" || len(text) > 18 {
		return 0, false
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}

// fixedBody is a body of known length.
type fixedBody struct {
	br        *bufio.Reader
	remaining int64
}

// Read returns io.EOF with the last byte, and io.ErrUnexpectedEOF if the connection
// ends before it.
func (b *fixedBody) Read(p []byte) (int, error) {
	if b.remaining == 0 {
		return 0, io.EOF
	}
	if int64(len(p)) > b.remaining {
		p = p[:b.remaining]
	}
	n, err := b.br.Read(p)
	b.remaining -= int64(n)
	switch {
	case b.remaining == 0:
		return n, io.EOF
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	}
	return n, err
}

// Close leaves the connection to the stream.
func (b *fixedBody) Close() error { return nil }
