package bucket

import (
	"encoding/xml"
	"fmt"
	"html"
	"net/http"
	"strconv"
	"strings"
)

// failure is an S3 error.
type failure struct {
	Status        int
	Code, Message string
	// Resource is an additional element for the code: its name and its text.
	Resource [2]string
	// Size is the size of the object, for a range outside it.
	Size *int64
	// Location is where a website endpoint redirects to.
	Location string
}

// accessDenied says as little as S3 does: two capitalized words (CF-S3-54).
var accessDenied = &failure{Status: 403, Code: "AccessDenied", Message: "Access Denied"}

func noSuchKey(key string) *failure {
	return &failure{Status: 404, Code: "NoSuchKey", Message: "The specified key does not exist.", Resource: [2]string{"Key", key}}
}

func methodNotAllowed(method string) *failure {
	return &failure{Status: 405, Code: "MethodNotAllowed", Message: "The specified method is not allowed against this resource.", Resource: [2]string{"Method", method}}
}

// fail answers as the REST endpoint: with an XML document (CF-S3-52), except to a HEAD.
func (a *answer) fail(f *failure) {
	h := a.w.Header()
	h.Set("Content-Type", "application/xml")
	if f.Status == http.StatusMethodNotAllowed {
		h.Set("Allow", "GET, HEAD, PUT, DELETE")
	}
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error>")
	element := func(name, text string) {
		b.WriteString("<" + name + ">")
		_ = xml.EscapeText(&b, []byte(text)) // a Builder accepts everything
		b.WriteString("</" + name + ">")
	}
	element("Code", f.Code)
	element("Message", f.Message)
	if f.Resource[0] != "" {
		element(f.Resource[0], f.Resource[1])
	}
	if f.Code == "MethodNotAllowed" {
		element("ResourceType", "OBJECT")
	}
	if f.Size != nil {
		element("ActualObjectSize", strconv.FormatInt(*f.Size, 10))
	}
	element("RequestId", h.Get("x-amz-request-id"))
	element("HostId", h.Get("x-amz-id-2"))
	b.WriteString("</Error>")
	a.body(f.Status, b.String())
}

// failHTML answers as the website endpoint (CF-S3-85).
func (a *answer) failHTML(f *failure) {
	h := a.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	title := strconv.Itoa(f.Status) + " " + http.StatusText(f.Status)
	var b strings.Builder
	fmt.Fprintf(&b, "<html>\n<head><title>%s</title></head>\n<body>\n<h1>%s</h1>\n<ul>\n", title, title)
	item := func(name, text string) { fmt.Fprintf(&b, "<li>%s: %s</li>\n", name, html.EscapeString(text)) }
	item("Code", f.Code)
	item("Message", f.Message)
	if f.Resource[0] != "" {
		item(f.Resource[0], f.Resource[1])
	}
	item("RequestId", h.Get("x-amz-request-id"))
	item("HostId", h.Get("x-amz-id-2"))
	b.WriteString("</ul>\n<hr/>\n</body>\n</html>\n")
	a.body(f.Status, b.String())
}

// body sends a generated page.
func (a *answer) body(status int, text string) {
	a.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	if a.r.Method == http.MethodHead {
		a.w.Header().Del("Content-Length")
		a.w.WriteHeader(status)
		return
	}
	a.w.WriteHeader(status)
	// A reader that has left needs no answer.
	_, _ = a.w.Write([]byte(text))
}
