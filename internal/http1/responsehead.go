package http1

import (
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// The places of the fields in a response that the edge generates. The order is that of
// captured answers of CloudFront (CF-ERR-34). An origin's response keeps the order of its
// own fields, see [Response.Like]; the fields that the edge adds come between the two,
// sorted by name.
const (
	placeServer = iota
	placeDate
	placeType
	placeFraming
	placeConnection
	placeOrigin // in the order of the origin's head
	placeOthers
	placeCache
	placeVia
	placePop
	placeAltSvc
	placeID
	placeEdgesim
	placeNone // written from what is known about the response, or not at all
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

// placed is a field and its place: order is its order among those with the same place.
type placed struct {
	place, order int
	kind         fieldKind
	name         string
	values       []string
}

// fieldKind says how a field is written.
type fieldKind uint8

const (
	kindPlain      fieldKind = iota
	kindDate                 // the origin's or the edge's own
	kindFraming              // Content-Length or Transfer-Encoding, as the body is sent
	kindConnection           // what is known about the connection
)

// before defines the order of fields.
func (a *placed) before(b *placed) bool {
	switch {
	case a.place != b.place:
		return a.place < b.place
	case a.order != b.order:
		return a.order < b.order
	}
	return a.kind < b.kind || a.kind == b.kind && a.name < b.name
}

// appendHead appends the head of the response.
func (w *Response) appendHead(out []byte, status int, header http.Header) []byte {
	const framing = 1 // its index
	var space [40]placed
	fields := append(space[:0],
		placed{place: placeDate, kind: kindDate, name: "Date"}, placed{place: placeFraming, kind: kindFraming}, placed{place: placeConnection, kind: kindConnection})
	for name, values := range header {
		if place := placeOf(name); place != placeNone && isToken(name) {
			fields = append(fields, placed{place: place, name: name, values: values})
		}
	}
	if w.like != "" {
		fields = arrange(fields, w.like, framing)
	}
	sort(fields)
	out = append(append(out, w.request.Proto...), ' ')
	out = append(strconv.AppendInt(out, int64(status), 10), ' ')
	if text := http.StatusText(status); text != "" {
		out = append(out, text...)
	} else {
		out = strconv.AppendInt(append(out, "status code "...), int64(status), 10)
	}
	out = append(out, "\r\n"...)
	for i := range fields {
		switch f := &fields[i]; f.kind {
		case kindDate:
			out = w.appendDate(out, f.name, header["Date"])
		case kindFraming:
			out = w.appendFraming(out, status, f.name, header["Content-Length"])
		case kindConnection:
			out = w.appendConnection(out, header["Connection"])
		default:
			for _, value := range f.values {
				out = appendField(out, f.name, value)
			}
		}
	}
	return append(out, "\r\n"...)
}

// sort sorts a few fields.
func sort(fields []placed) {
	for i := 1; i < len(fields); i++ {
		f := fields[i]
		at := i
		for ; at > 0 && f.before(&fields[at-1]); at-- {
			fields[at] = fields[at-1]
		}
		fields[at] = f
	}
}

// appendDate appends the origin's Date, or the edge's own (RFC 9110 section
// 6.6.1).
func (w *Response) appendDate(out []byte, name string, values []string) []byte {
	if len(values) == 0 {
		return append(out, w.conn.server.date.line()...)
	}
	return appendField(out, name, values[0])
}

// appendFraming appends the length of the body. In the answer to a HEAD, that is the length
// that a GET would get, if announced.
func (w *Response) appendFraming(out []byte, status int, name string, announced []string) []byte {
	if name == "" {
		name = "Content-Length"
	}
	switch {
	case w.chunked:
		return append(out, "Transfer-Encoding: chunked\r\n"...)
	case w.request.Method == http.MethodHead && len(announced) == 1:
		if _, ok := parseLength(announced[0]); ok {
			return appendField(out, name, announced[0])
		}
		return out
	case w.request.Method == http.MethodHead && w.length == 0,
		w.length < 0, status == http.StatusNoContent, status == http.StatusNotModified:
		return out
	}
	out = append(append(out, name...), ": "...)
	return append(strconv.AppendInt(out, w.length, 10), "\r\n"...)
}

// appendConnection appends whether the connection is kept: if the edge has said so
// (CF-ERR-37), and for viewers on HTTP/1.0, which need to know.
func (w *Response) appendConnection(out []byte, said []string) []byte {
	switch {
	case w.closes:
		return append(out, "Connection: close\r\n"...)
	case len(said) > 0, w.request.Proto == "HTTP/1.0":
		return append(out, "Connection: keep-alive\r\n"...)
	}
	return out
}

// appendField appends a field. Characters that would end the line become spaces (RFC 9110
// section 5.5).
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

// date caches the Date field of the current second.
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
