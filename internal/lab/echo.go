package lab

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// echo answers with what it received, as plain text: the request line, Host,
// the other headers in alphabetical order, and the size of the body.
func echo(w http.ResponseWriter, r *http.Request) {
	size, err := io.Copy(io.Discard, r.Body)
	if err != nil {
		return // the client is gone, or its body is not HTTP
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s %s %s\nHost: %s\n", r.Method, r.RequestURI, r.Proto, r.Host)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range r.Header[name] {
			fmt.Fprintf(&text, "%s: %s\n", name, value)
		}
	}
	fmt.Fprintf(&text, "\n%d bytes of body\n", size)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text.String()) // a client that left needs no answer
}
