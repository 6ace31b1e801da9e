package http1

import (
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// parseHead parses a whole head, including the final empty line. On a fault, r holds what
// could be parsed before it.
func parseHead(head string, r *Request) *Fault {
	line, rest, _ := strings.Cut(head, "\n")
	if fault := parseRequestLine(line, r); fault != nil {
		return fault
	}
	fault := parseFields(rest, r)
	if hostFault := r.host(); fault == nil {
		fault = hostFault
	}
	if fault != nil {
		return fault
	}
	return r.framing()
}

// parseRequestLine parses a line without its LF (RFC 9112 section 3). Its parts are
// separated by exactly one space.
func parseRequestLine(line string, r *Request) *Fault {
	r.Proto = "HTTP/1.1" // until known otherwise
	line, ok := strings.CutSuffix(line, "\r")
	var version string
	method, rest, spaced := strings.Cut(line, " ")
	if isToken(method) {
		r.Method = method
		if i := strings.LastIndexByte(rest, ' '); i >= 0 {
			r.Target, version = rest[:i], rest[i+1:]
		} else {
			r.Target = rest
		}
	}
	switch {
	case r.Method == "" && strings.HasPrefix(line, tlsHandshake):
		return tlsOnPlain()
	case r.Method == "":
		return &Fault{fmt.Sprintf("the request line %s does not begin with a method", quote(line))}
	case !ok:
		return &Fault{"the request line does not end in CR LF"}
	case !spaced || version == "":
		return &Fault{fmt.Sprintf("the request line %s has no HTTP version", quote(line))}
	case version == "HTTP/1.0":
		r.Proto = version
	case len(version) != len("HTTP/1.1") || !strings.HasPrefix(version, "HTTP/1.") || !isDigit(version[7]):
		return &Fault{fmt.Sprintf("%s is not a version of HTTP/1", quote(version))}
	} // a higher minor version is read as HTTP/1.1 (RFC 9110 section 6.2)
	return r.target()
}

// tlsHandshake is how a ClientHello starts: a handshake record of version 3 (RFC 8446
// section 5.1).
const tlsHandshake = "\x16\x03"

// tlsOnPlain is the fault of a viewer that uses TLS on the plain HTTP port.
func tlsOnPlain() *Fault {
	return &Fault{"the viewer speaks TLS on the port for plain HTTP: ask with http://, or with https:// on the port of --listen-tls"}
}

// parseFields parses the field lines and the empty line (RFC 9112 section 5).
func parseFields(lines string, r *Request) *Fault {
	count := strings.Count(lines, "\n")
	r.Fields = make([]policy.Field, 0, count)
	r.Header = make(http.Header, count)
	values := make([]string, count) // one array for the values of all fields
	for {
		line, rest, found := strings.Cut(lines, "\n")
		if !found {
			return &Fault{"the head has no end"}
		}
		lines = rest
		line, ok := strings.CutSuffix(line, "\r")
		switch {
		case !ok:
			return &Fault{fmt.Sprintf("field line %d does not end in CR LF", len(r.Fields)+1)}
		case line == "":
			return nil
		}
		f, fault := parseField(line, r.Fields)
		if fault != nil {
			return fault
		}
		r.Fields = append(r.Fields, f)
		name := textproto.CanonicalMIMEHeaderKey(f.Name)
		if name == "Host" {
			continue
		}
		if before, ok := r.Header[name]; ok {
			r.Header[name] = append(before, f.Value)
			continue
		}
		values[0] = f.Value
		r.Header[name], values = values[:1:1], values[1:]
	}
}

// parseField parses one field line, without its CR LF; before holds the previous ones. A
// fault gives the position of the line and what is wrong with it, but no part of it: it may
// be the rest of a Cookie, or a credential with a typo.
func parseField(line string, before []policy.Field) (policy.Field, *Fault) {
	if line[0] == ' ' || line[0] == '\t' {
		if len(before) == 0 {
			return policy.Field{}, &Fault{"there is white space at the beginning of the first field line"}
		}
		return policy.Field{}, &Fault{fmt.Sprintf("the field %s is folded: its next line begins with white space, which RFC 9112 section 5.2 forbids", quote(before[len(before)-1].Name))}
	}
	name, value, found := strings.Cut(line, ":")
	switch {
	case !found:
		return policy.Field{}, &Fault{fmt.Sprintf("field line %d, of %d bytes, has no colon", len(before)+1, len(line))}
	case name == "":
		return policy.Field{}, &Fault{fmt.Sprintf("field line %d begins with a colon: it has no name", len(before)+1)}
	case !isToken(name):
		bad := strings.IndexFunc(name, func(c rune) bool { return c >= 0x80 || !tokenByte[c] })
		return policy.Field{}, &Fault{fmt.Sprintf("the name of field line %d has the byte 0x%02x in it, which no field name has", len(before)+1, name[bad])}
	}
	value = strings.Trim(value, " \t")
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return policy.Field{}, &Fault{fmt.Sprintf("the field %s has the control character 0x%02x in its value", quote(name), c)}
		}
	}
	return policy.Field{Name: name, Value: value}, nil
}

// isToken reports whether s is a token (RFC 9110 section 5.6.2).
func isToken(s string) bool {
	for i := range len(s) {
		if !tokenByte[s[i]] {
			return false
		}
	}
	return s != ""
}

var tokenByte = setOf("!#$%&'*+-.^_`|~" + digits + letters)

const (
	digits  = "0123456789"
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

func setOf(chars string) (set [256]bool) {
	for i := range len(chars) {
		set[chars[i]] = true
	}
	return set
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// quote returns foreign bytes, truncated to a readable length, without what may be secret:
// a query, and user information in an address.
func quote(s string) string {
	if i := strings.IndexByte(s, '?'); i >= 0 {
		return quote(s[:i]) + "?..."
	}
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		from := strings.LastIndexByte(s[:at], ' ') + 1
		if i := strings.Index(s[:at], "://"); i >= 0 {
			from = i + len("://")
		}
		s = s[:from] + "..." + s[at:]
	}
	if len(s) > 60 {
		return strconv.QuoteToASCII(s[:60]) + "..."
	}
	return strconv.QuoteToASCII(s)
}
