package http1

import (
	"fmt"
	"net/url"
	"strings"
)

// target determines the form of the request target and applies the rules of that form (RFC
// 9112 section 3.2).
func (r *Request) target() *Fault {
	t := r.Target
	r.URI = t
	for i := range len(t) {
		if c := t[i]; c <= ' ' || c == 0x7f {
			return &Fault{fmt.Sprintf("the request target %s has white space or a control character in it", quote(t))}
		}
	}
	switch {
	case r.Method == "CONNECT":
		r.Form, r.Host = FormAuthority, t
		if _, port := cutPort(t); port == "" || !isAuthority(t) {
			return &Fault{fmt.Sprintf("the target of a CONNECT is host:port, and %s is none", quote(t))}
		}
		return nil
	case strings.HasPrefix(t, "/"):
		return pathFault(t)
	case t == "*" && r.Method == "OPTIONS":
		r.Form = FormAsterisk
		return nil
	}
	return r.absolute()
}

// absolute parses a target with scheme and host.
func (r *Request) absolute() *Fault {
	t := r.Target
	scheme, rest, ok := strings.Cut(t, "://")
	if !ok || !isScheme(scheme) {
		return &Fault{fmt.Sprintf("the request target %s is neither a path nor an address with scheme and host", quote(t))}
	}
	scheme = strings.ToLower(scheme)
	if scheme != "http" && scheme != "https" {
		return &Fault{fmt.Sprintf("the request target %s is an address of neither http nor https", quote(t))}
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	authority := rest[:end]
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	if !isAuthority(authority) {
		return &Fault{fmt.Sprintf("the request target %s has no valid host", quote(t))}
	}
	if fault := pathFault(rest[end:]); fault != nil {
		return fault
	}
	if _, err := url.ParseRequestURI(t); err != nil { // the only errors left are escapes in the host
		return &Fault{fmt.Sprintf("the request target %s is not a URL", quote(t))}
	}
	r.Form, r.Scheme, r.Host, r.URI = FormAbsolute, scheme, authority, originForm(r.Method, rest[end:])
	return nil
}

// originForm returns the origin-form of what follows the host of an absolute target (RFC
// 9112 section 3.2.1 and, for OPTIONS, 3.2.4).
func originForm(method, rest string) string {
	switch {
	case rest == "" && method == "OPTIONS":
		return "*"
	case strings.HasPrefix(rest, "/"):
		return rest
	}
	return "/" + rest
}

// pathFault refuses a path with a % that is not an escape (RFC 3986 section 2.1). Queries
// are full of those, and are left alone.
func pathFault(target string) *Fault {
	path, _, _ := strings.Cut(target, "?")
	for i := 0; ; i += 3 {
		j := strings.IndexByte(path[i:], '%')
		if j < 0 {
			return nil
		}
		i += j
		if i+2 >= len(path) || !isHex(path[i+1]) || !isHex(path[i+2]) {
			return &Fault{fmt.Sprintf("the path %s has a %% without two hexadecimal digits", quote(path))}
		}
	}
}

// host finds the Host field and applies RFC 9112 section 3.2: exactly one in HTTP/1.1, at
// most one in HTTP/1.0, and valid.
func (r *Request) host() *Fault {
	found := -1
	for i := range r.Fields {
		if !strings.EqualFold(r.Fields[i].Name, "Host") {
			continue
		}
		if found >= 0 {
			return errTwoHosts
		}
		found = i
	}
	if found < 0 {
		if r.Proto == "HTTP/1.0" {
			return nil
		}
		return errNoHost
	}
	return r.named(r.Fields[found].Value)
}

var (
	errTwoHosts = &Fault{"there is more than one Host field"}
	errNoHost   = &Fault{"there is no Host field"}
)

// named sets the host that a request gives besides its target.
func (r *Request) named(host string) *Fault {
	if r.Form == FormOrigin || r.Form == FormAsterisk {
		r.Host = host
	}
	if !isAuthority(host) {
		return &Fault{fmt.Sprintf("the Host field %s is not a host", quote(host))}
	}
	return nil
}

// isAuthority reports whether s is a host with or without a port: a name or an IPv4
// address, or another address in brackets (RFC 3986 section 3.2.2).
func isAuthority(s string) bool {
	host, port := cutPort(s)
	if host == "" {
		return false
	}
	for i := range len(port) {
		if !isDigit(port[i]) {
			return false
		}
	}
	allowed := &nameByte
	if host[0] == '[' {
		if host[len(host)-1] != ']' || len(host) < 3 {
			return false
		}
		host, allowed = host[1:len(host)-1], &addressByte
	}
	for i := range len(host) {
		if !allowed[host[i]] {
			return false
		}
	}
	return true
}

// cutPort splits off the port, which may be missing.
func cutPort(s string) (host, port string) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 || strings.HasSuffix(s, "]") {
		return s, ""
	}
	return s[:i], s[i+1:]
}

var (
	// nameByte holds the bytes of a registered name: unreserved, sub-delims, %.
	nameByte = setOf("-._~!$&'()*+,;=%" + digits + letters)
	// addressByte holds those allowed between brackets, including zones.
	addressByte = setOf(":.%-_~" + digits + letters)
)

func isScheme(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isDigit(c) && c|0x20 < 'a' || c|0x20 > 'z' || i == 0 && isDigit(c) {
			return false
		}
	}
	return s != ""
}

func isHex(c byte) bool {
	return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f'
}
