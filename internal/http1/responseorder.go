package http1

import (
	"net/http"
	"strings"
)

// Like makes the fields of the response follow the spelling and order of an origin's head,
// including the status line; Begin still decides which fields there are. A field that the
// head does not have goes where the edge puts it. It must be called before Begin.
func (w *Response) Like(head string) { w.like = head }

// maxLikeLines limits how many lines of an origin's head are examined: fields after them
// are ordered by name.
const maxLikeLines = 256

// arrange gives the fields the place and spelling that they have in a head. CloudFront's
// own fields keep theirs. If the framing field is one of them, framing is its index, and
// Connection comes after it; otherwise it is -1.
func arrange(fields []placed, head string, framing int) []placed {
	_, lines, _ := strings.Cut(head, "\n")
	repeated := false
	seen := [40]int{}
	for number := 1; number <= maxLikeLines && lines != ""; number++ {
		var line string
		line, lines, _ = strings.Cut(lines, "\n")
		name, _, ok := strings.Cut(line, ":")
		if !ok || !isToken(name) {
			continue
		}
		if framing >= 0 && (strings.EqualFold(name, "Content-Length") || strings.EqualFold(name, "Transfer-Encoding")) {
			if fields[framing].order == 0 {
				fields[framing].place, fields[framing].order = placeOrigin, number
				fields[framing+1].place, fields[framing+1].order = placeOrigin, number
				if len(name) == len("Content-Length") {
					fields[framing].name = name
				}
			}
			continue
		}
		i := find(fields, name)
		if i < 0 {
			continue
		}
		if i < len(seen) {
			seen[i]++
			repeated = repeated || seen[i] > 1
		}
		if f := &fields[i]; f.order == 0 {
			f.place, f.order, f.name = placeOrigin, number, name
		}
	}
	if repeated {
		fields = scatter(fields, seen[:min(len(seen), len(fields))], head)
	}
	return fields
}

// find returns the index of the field that an origin's line is about, or -1 if there is
// none: it is not passed on, or is the edge's own.
func find(fields []placed, name string) int {
	for i := range fields {
		f := &fields[i]
		if len(f.name) == len(name) && f.kind != kindFraming && strings.EqualFold(f.name, name) {
			switch f.place {
			case placeCache, placeVia, placePop, placeAltSvc, placeID, placeEdgesim:
				return -1
			}
			return i
		}
	}
	return -1
}

// scatter puts each value of a field that spans several lines of a head back on its
// own line, unless values were added or removed.
func scatter(fields []placed, seen []int, head string) []placed {
	for i, count := range seen {
		f := fields[i]
		if count < 2 || count != len(f.values) || f.kind != kindPlain {
			continue
		}
		_, lines, _ := strings.Cut(head, "\n")
		for number, at := 1, 0; at < count && lines != ""; number++ {
			var line string
			line, lines, _ = strings.Cut(lines, "\n")
			name, _, ok := strings.Cut(line, ":")
			if !ok || !strings.EqualFold(name, f.name) {
				continue
			}
			one := placed{place: placeOrigin, order: number, name: name, values: f.values[at : at+1]}
			if at++; at == 1 {
				fields[i] = one
			} else {
				fields = append(fields, one)
			}
		}
	}
	return fields
}

// SwitchingHead returns the head of a 101 with these fields, in the order and spelling of
// an origin's head; fields that it does not have are sorted by name.
func SwitchingHead(header http.Header, like string) []byte {
	fields := make([]placed, 0, len(header)+3)
	for name, values := range header {
		place := placeOf(name)
		if place == placeNone { // nothing frames what follows a 101
			place = placeOthers
		}
		if isToken(name) {
			fields = append(fields, placed{place: place, name: name, values: values})
		}
	}
	fields = arrange(fields, like, -1)
	sort(fields)
	out := []byte("HTTP/1.1 101 Switching Protocols\r\n")
	for i := range fields {
		for _, value := range fields[i].values {
			out = appendField(out, fields[i].name, value)
		}
	}
	return append(out, "\r\n"...)
}
