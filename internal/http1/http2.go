package http1

import (
	"fmt"
	"net/http"
	"strings"
)

// FromHTTP2 returns an HTTP/2 request as the equivalent HTTP/1 request, held to the same
// rules: what is refused over one is refused over the other. It takes over the header. The
// body, the facts of the connection and the order of the fields, which net/http does not
// give, are not included. A fault comes with what could be read.
func FromHTTP2(h *http.Request) (*Request, *Fault) {
	r := &Request{Method: h.Method, Target: h.RequestURI, Proto: h.Proto, Header: h.Header}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	hosts := r.Header["Host"]
	delete(r.Header, "Host")
	r.Host = h.Host
	fault := r.target()
	if hostFault := r.authority(h.Host, hosts); fault == nil {
		fault = hostFault
	}
	if !isToken(r.Method) {
		fault = &Fault{fmt.Sprintf("the method %s is not a token", quote(r.Method))}
	}
	r.HeadBytes = r.headBytes(h.Host)
	return r, fault
}

// authority applies the rules of HTTP/1 to :authority and the Host fields: there is exactly
// one host (RFC 9113 section 8.3.1). net/http uses the first Host field if :authority is
// missing.
func (r *Request) authority(authority string, hosts []string) *Fault {
	switch {
	case len(hosts) > 1:
		return errTwoHosts
	case authority == "":
		return errNoHost
	case len(hosts) == 1 && !strings.EqualFold(hosts[0], authority):
		return &Fault{fmt.Sprintf("the Host field %s is not the :authority %s", quote(hosts[0]), quote(authority))}
	}
	return r.named(authority)
}

// headBytes is the size that the head would have over HTTP/1.1.
func (r *Request) headBytes(host string) int {
	size := len(r.Method) + len(r.Target) + len(r.Proto) + len("  \r\n\r\n")
	if host != "" {
		size += len("Host: \r\n") + len(host)
	}
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
		}
	}
	return size
}
