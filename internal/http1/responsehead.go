package http1

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The places of the fields in a response. The order is that of captured answers
// of CloudFront (CF-ERR-34); between its first and its last fields stand the
// origin's by name, as their own order is not known here.
const (
	placeServer = iota
	placeDate
	placeType
	placeFraming
	placeConnection
	placeOthers
	placeCache
	placeVia
	placePop
	placeAltSvc
	placeID
	placeEdgesim
	placeNone // written from what is known of the response, or not at all
)

func placeOf(name string) int {
	switch name {
	case "Server":
		return placeServer
	case "Content-Type":
		return placeType
	case "X-Cache":
		return placeCache
	case "Via":
		return placeVia
	case "X-Amz-Cf-Pop":
		return placePop
	case "Alt-Svc":
		return placeAltSvc
	case "X-Amz-Cf-Id":
		return placeID
	case "Date", "Content-Length", "Connection", "Transfer-Encoding", "Trailer", "Upgrade":
		return placeNone
	}
	if strings.HasPrefix(name, "X-Edgesim-") {
		return placeEdgesim
	}
	return placeOthers
}

// placed is a field and its place.
type placed struct {
	place  int
	name   string
	values []string
}

// appendHead appends the head of the response.
func (w *Response) appendHead(out []byte, status int, header http.Header) []byte {
	var space [32]placed
	fields := append(space[:0], placed{place: placeDate}, placed{place: placeFraming}, placed{place: placeConnection})
	for name, values := range header {
		f := placed{placeOf(name), name, values}
		if f.place == placeNone || !isToken(name) {
			continue
		}
		i := len(fields)
		fields = append(fields, f)
		for ; i > 0 && before(&f, &fields[i-1]); i-- {
			fields[i] = fields[i-1]
		}
		fields[i] = f
	}
	out = append(append(out, w.request.Proto...), ' ')
	out = append(strconv.AppendInt(out, int64(status), 10), ' ')
	if text := http.StatusText(status); text != "" {
		out = append(out, text...)
	} else {
		out = strconv.AppendInt(append(out, "status code "...), int64(status), 10)
	}
	out = append(out, "\r\n"...)
	for i := range fields {
		switch f := &fields[i]; f.place {
		case placeDate:
			out = w.appendDate(out, header["Date"])
		case placeFraming:
			out = w.appendFraming(out, status, header["Content-Length"])
		case placeConnection:
			out = w.appendConnection(out, header["Connection"])
		default:
			for _, value := range f.values {
				out = appendField(out, f.name, value)
			}
		}
	}
	return append(out, "\r\n"...)
}

func before(a, b *placed) bool {
	return a.place < b.place || a.place == b.place && a.name < b.name
}

// appendDate appends the origin's Date, or the edge's own (RFC 9110 section
// 6.6.1).
func (w *Response) appendDate(out []byte, values []string) []byte {
	if len(values) == 0 {
		return append(out, w.conn.server.date.line()...)
	}
	return appendField(out, "Date", values[0])
}

// appendFraming says how long the body is. In the answer to a HEAD that is what
// a GET would bring, as far as it was announced.
func (w *Response) appendFraming(out []byte, status int, announced []string) []byte {
	switch {
	case w.chunked:
		return append(out, "Transfer-Encoding: chunked\r\n"...)
	case w.request.Method == http.MethodHead && len(announced) == 1:
		if _, ok := parseLength(announced[0]); ok {
			return appendField(out, "Content-Length", announced[0])
		}
		return out
	case w.request.Method == http.MethodHead && w.length == 0,
		w.length < 0, status == http.StatusNoContent, status == http.StatusNotModified:
		return out
	}
	out = append(out, "Content-Length: "...)
	return append(strconv.AppendInt(out, w.length, 10), "\r\n"...)
}

// appendConnection says whether the connection goes on: where the edge has said
// something about it (CF-ERR-37), and to viewers of HTTP/1.0, which need to know.
func (w *Response) appendConnection(out []byte, said []string) []byte {
	switch {
	case w.closes:
		return append(out, "Connection: close\r\n"...)
	case len(said) > 0, w.request.Proto == "HTTP/1.0":
		return append(out, "Connection: keep-alive\r\n"...)
	}
	return out
}

// appendField appends a field. Nothing in it can end the line: what would
// becomes a space (RFC 9110 section 5.5).
func appendField(out []byte, name, value string) []byte {
	out = append(append(out, name...), ": "...)
	from := len(out)
	out = append(out, value...)
	for i := from; i < len(out); i++ {
		if c := out[i]; c == '\r' || c == '\n' || c == 0 {
			out[i] = ' '
		}
	}
	return append(out, "\r\n"...)
}

// date keeps the Date field of the current second.
type date struct{ current atomic.Pointer[dated] }

type dated struct {
	second int64
	line   string
}

func (d *date) line() string {
	now := time.Now()
	if c := d.current.Load(); c != nil && c.second == now.Unix() {
		return c.line
	}
	c := &dated{now.Unix(), "Date: " + now.UTC().Format(http.TimeFormat) + "\r\n"}
	d.current.Store(c)
	return c.line
}
