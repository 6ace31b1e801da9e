package http1

import (
	"fmt"
	"net/http"
	"strings"
)

// framing determines where the request ends and whether the connection is kept (RFC 9112
// sections 6 and 9).
func (r *Request) framing() *Fault {
	keepAlive := false
	for _, value := range r.Header["Connection"] {
		r.Close = r.Close || listHas(value, "close")
		keepAlive = keepAlive || listHas(value, "keep-alive")
	}
	if r.Proto == "HTTP/1.0" {
		r.Close = r.Close || !keepAlive
	} else if expect := r.Header["Expect"]; len(expect) == 1 {
		// Other expectations are left to the origin (RFC 9110 section 10.1.1 allows
		// ignoring them).
		r.expects = strings.EqualFold(expect[0], "100-continue")
	}
	lengths, announced := r.Header["Content-Length"]
	if r.Method == http.MethodConnect && (announced || r.Header["Transfer-Encoding"] != nil) {
		return &Fault{"a CONNECT has no body (RFC 9110 section 9.3.6)"}
	}
	if codings, coded := r.Header["Transfer-Encoding"]; coded {
		switch {
		case announced:
			return &Fault{"there are both Content-Length and Transfer-Encoding"}
		case r.Proto == "HTTP/1.0":
			return &Fault{"HTTP/1.0 knows no Transfer-Encoding"}
		case len(codings) != 1 || !strings.EqualFold(codings[0], "chunked"):
			return &Fault{fmt.Sprintf("Transfer-Encoding is %s, not exactly chunked", quote(strings.Join(codings, ", ")))}
		}
		r.chunked, r.ContentLength = true, -1
		return nil
	}
	if !announced {
		return nil
	}
	if len(lengths) != 1 {
		return &Fault{"there is more than one Content-Length"}
	}
	n, ok := parseLength(lengths[0])
	if !ok {
		return &Fault{fmt.Sprintf("Content-Length %s is not a number of bytes", quote(lengths[0]))}
	}
	r.ContentLength = n
	return nil
}

// parseLength parses digits only, unlike ParseInt.
func parseLength(s string) (n int64, ok bool) {
	if s == "" || len(s) > 18 { // longer ones might overflow
		return 0, false
	}
	for i := range len(s) {
		if !isDigit(s[i]) {
			return 0, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}

// listHas reports whether a comma-separated list has a word.
func listHas(list, word string) bool {
	if len(list) == len(word) {
		return strings.EqualFold(list, word)
	}
	for part := range strings.SplitSeq(list, ",") {
		if strings.EqualFold(strings.Trim(part, " \t"), word) {
			return true
		}
	}
	return false
}

// hasNoBody reports whether a response has no body by definition (RFC 9112 section 6.3).
func hasNoBody(method string, status int) bool {
	return method == http.MethodHead || status < 200 || status == http.StatusNoContent || status == http.StatusNotModified
}
