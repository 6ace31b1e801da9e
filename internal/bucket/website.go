package bucket

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// Website is the configuration of a website endpoint, in the form that aws s3api
// get-bucket-website prints.
type Website struct {
	// IndexDocument is the document returned for a folder. Default: index.html.
	IndexDocument struct{ Suffix string }
	// ErrorDocument is the document returned for a 4xx error. Default: S3's own page.
	ErrorDocument struct{ Key string }
	// RedirectAllRequestsTo redirects every request (CF-S3-93).
	RedirectAllRequestsTo *struct{ HostName, Protocol string }
	// RoutingRules redirect by prefix or by error (CF-S3-92); the first match applies. S3
	// accepts at most 50.
	RoutingRules []RoutingRule
}

// RoutingRule is one of a website's routing rules.
type RoutingRule struct {
	Condition struct {
		KeyPrefixEquals             string
		HTTPErrorCodeReturnedEquals string `json:"HttpErrorCodeReturnedEquals"`
	}
	Redirect struct {
		HostName, Protocol   string
		HTTPRedirectCode     string `json:"HttpRedirectCode"`
		ReplaceKeyPrefixWith *string
		ReplaceKeyWith       string
	}
}

// Default returns the default website of a folder: index.html and error.html.
func Default() *Website {
	w := &Website{}
	w.IndexDocument.Suffix, w.ErrorDocument.Key = "index.html", "error.html"
	return w
}

// website answers as the website endpoint.
func (a *answer) website() {
	site := a.bucket.config.Website
	if to := site.RedirectAllRequestsTo; to != nil {
		scheme := to.Protocol
		if scheme == "" {
			scheme = "http"
		}
		a.redirect(301, scheme+"://"+to.HostName+a.r.URL.RequestURI())
		return
	}
	if a.r.Method != http.MethodGet && a.r.Method != http.MethodHead { // CF-S3-81
		f := methodNotAllowed(a.r.Method)
		a.w.Header().Set("Allow", "GET, HEAD")
		a.failHTML(f)
		return
	}
	key, ok := keyOf(a.r.URL.EscapedPath())
	if !ok {
		a.failHTML(&failure{Status: 400, Code: "InvalidURI", Message: "Couldn't parse the specified URI."})
		return
	}
	if a.routed(key, 0) {
		return
	}
	index := site.IndexDocument.Suffix
	if index == "" {
		index = "index.html"
	}
	wanted := key
	if key == "" || strings.HasSuffix(key, "/") { // CF-S3-83
		wanted += index
	}
	if o, err := a.bucket.open(wanted); err == nil {
		defer o.Close()
		a.object(o, 200)
		return
	}
	if wanted == key { // CF-S3-84
		if o, err := a.bucket.open(key + "/" + index); err == nil {
			o.Close()
			a.redirect(302, (&url.URL{Path: "/" + key + "/"}).EscapedPath())
			return
		}
	}
	if a.routed(key, 404) {
		return
	}
	a.errorDocument(noSuchKey(wanted))
}

// errorDocument answers an error with the website's own document, keeping the status
// (CF-S3-86), or with S3's page.
func (a *answer) errorDocument(f *failure) {
	if key := a.bucket.config.Website.ErrorDocument.Key; key != "" && f.Status >= 400 && f.Status < 500 {
		if o, err := a.bucket.open(key); err == nil {
			defer o.Close()
			a.w.Header().Set("x-amz-error-code", f.Code)
			a.w.Header().Set("x-amz-error-message", f.Message)
			a.object(o, f.Status)
			return
		}
	}
	a.failHTML(f)
}

// routed redirects by the first matching routing rule; status is that of the error for the
// key, 0 before it has been looked up.
func (a *answer) routed(key string, status int) bool {
	for i := range a.bucket.config.Website.RoutingRules {
		rule := &a.bucket.config.Website.RoutingRules[i]
		c := &rule.Condition
		if !strings.HasPrefix(key, c.KeyPrefixEquals) || c.HTTPErrorCodeReturnedEquals != "" && c.HTTPErrorCodeReturnedEquals != strconv.Itoa(status) {
			continue
		}
		if status != 0 && c.HTTPErrorCodeReturnedEquals == "" {
			continue // it had its turn before
		}
		to := &rule.Redirect
		switch {
		case to.ReplaceKeyWith != "":
			key = to.ReplaceKeyWith
		case to.ReplaceKeyPrefixWith != nil:
			key = *to.ReplaceKeyPrefixWith + strings.TrimPrefix(key, c.KeyPrefixEquals)
		}
		code, err := strconv.Atoi(to.HTTPRedirectCode)
		if err != nil {
			code = http.StatusMovedPermanently
		}
		scheme, host := to.Protocol, to.HostName
		if scheme == "" {
			scheme = "http"
		}
		if host == "" {
			host = a.r.Host
		}
		a.redirect(code, scheme+"://"+host+(&url.URL{Path: "/" + key}).EscapedPath())
		return true
	}
	return false
}

// redirect redirects the reader.
func (a *answer) redirect(status int, location string) {
	a.w.Header().Set("Location", location)
	a.w.Header().Set("Content-Length", "0")
	a.w.WriteHeader(status)
}

// ReadWebsite reads the configuration of a website as JSON.
func ReadWebsite(from io.Reader) (*Website, error) {
	w := &Website{}
	d := json.NewDecoder(io.LimitReader(from, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(w); err != nil {
		return nil, fmt.Errorf("no website configuration as aws s3api get-bucket-website prints it: %w", err)
	}
	if strings.Contains(w.IndexDocument.Suffix, "/") {
		return nil, fmt.Errorf("IndexDocument.Suffix %q: has a slash", w.IndexDocument.Suffix)
	}
	if len(w.RoutingRules) > mostRules {
		return nil, fmt.Errorf("RoutingRules: %d of them, at most %d are allowed", len(w.RoutingRules), mostRules)
	}
	for i, rule := range w.RoutingRules {
		if code := rule.Redirect.HTTPRedirectCode; code != "" && (len(code) != 3 || code[0] != '3') {
			return nil, fmt.Errorf("RoutingRules[%d].Redirect.HttpRedirectCode %q: is not a redirect, want 301 to 308", i, code)
		}
	}
	return w, nil
}

// mostRules is how many routing rules S3 accepts (CF-S3-92).
const mostRules = 50
