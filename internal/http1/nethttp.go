package http1

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"net/url"
)

// HTTP returns the request as a net/http request, for libraries that need one. It shares
// the header. A target that is not a URL is a fault.
func (r *Request) HTTP() (*http.Request, *Fault) {
	u := &url.URL{Host: r.Target}
	if r.Form != FormAuthority {
		var err error
		if u, err = url.ParseRequestURI(r.Target); err != nil {
			return nil, &Fault{"the request target is not a URL: " + err.Error()}
		}
	}
	h := &http.Request{
		Method: r.Method, URL: u, Proto: r.Proto, ProtoMajor: 1, Header: r.Header, Body: http.NoBody,
		ContentLength: r.ContentLength, Host: r.Host, RequestURI: r.Target, RemoteAddr: r.RemoteAddr, TLS: r.TLS, Close: r.Close,
	}
	if r.Proto != "HTTP/1.0" {
		h.ProtoMinor = 1
	}
	if r.Body != nil {
		h.Body = r.Body
	}
	return h.WithContext(context.Context(&r.context)), nil
}

// Writer returns the response as a net/http ResponseWriter. Its header gives the body's
// length, or none if it is not known.
func (w *Response) Writer() http.ResponseWriter { return &writer{w: w, header: http.Header{}} }

type writer struct {
	w      *Response
	header http.Header
}

var (
	_ http.Hijacker = (*writer)(nil)
	_ http.Flusher  = (*writer)(nil)
)

// Header returns the fields of the response, to be set before WriteHeader.
func (a *writer) Header() http.Header { return a.header }

// WriteHeader begins the response.
func (a *writer) WriteHeader(status int) {
	length := int64(-1)
	if announced := a.header["Content-Length"]; len(announced) == 1 {
		if n, ok := parseLength(announced[0]); ok {
			length = n
		}
	}
	closes := false
	for _, value := range a.header["Connection"] {
		closes = closes || listHas(value, "close")
	}
	a.w.Begin(status, a.header, length, closes)
}

// Write writes a part of the body.
func (a *writer) Write(p []byte) (int, error) {
	if !a.w.begun {
		a.WriteHeader(http.StatusOK)
	}
	return a.w.Write(p)
}

// Flush sends what is buffered.
func (a *writer) Flush() { _ = a.w.Flush() }

// Hijack hands the connection over.
func (a *writer) Hijack() (net.Conn, *bufio.ReadWriter, error) { return a.w.Hijack() }
