// Package page is the web page of the inspector: one HTML file, style sheets and ES
// modules, embedded, with no build step and no external resources. It only knows the
// inspector's API and makes no judgments.
//
// # What to read first
//
// assets/app.js selects the view from the path; each view is a module (exchanges.js,
// exchange.js, distribution.js, faults.js, rules.js, cache.js), and so is each component
// (picture.js, fields.js, chain.js, body.js). dom.js makes elements: text is always set as
// text and never parsed as HTML, as everything recorded may be hostile.
package page

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

//go:embed assets
var embedded embed.FS

// Policy is the Content-Security-Policy of the page: code, style and data from its own
// address, and recorded pictures, which it turns into data: URLs.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Prefix is where the assets are.
const Prefix = "/assets/"

// asset is one file, ready to be sent.
type asset struct {
	data        []byte
	contentType string
	tag         string
}

// Page serves the files. Make one with [New].
type Page struct{ assets map[string]asset }

// New reads the embedded files.
func New() *Page {
	p := &Page{assets: map[string]asset{}}
	files, err := fs.ReadDir(embedded, "assets")
	if err != nil {
		panic("page: " + err.Error()) // the files are part of the program
	}
	for _, f := range files {
		data, err := embedded.ReadFile(path.Join("assets", f.Name()))
		if err != nil {
			panic("page: " + err.Error())
		}
		sum := sha256.Sum256(data)
		p.assets[f.Name()] = asset{data: data, contentType: contentType(f.Name()), tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	}
	return p
}

// contentType returns the type of a file, regardless of this machine's tables.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// views are the paths of the page besides "/": the first segment decides.
var views = []string{"exchanges", "distribution", "faults", "rules", "cache"}

// Has reports whether an address belongs to the page.
func Has(address string) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(address, "/"), "/")
	for _, v := range views {
		if first == v {
			return true
		}
	}
	return false
}

// Wants reports whether a request for "/" comes from a browser, which gets the page; a
// program gets the list of addresses.
func Wants(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "text/html")
}

// ServeHTML sends the page itself, for every view.
func (p *Page) ServeHTML(w http.ResponseWriter, r *http.Request) { p.send(w, r, "index.html") }

// ServeAsset sends the file that an address below [Prefix] names, and reports whether it
// exists.
func (p *Page) ServeAsset(w http.ResponseWriter, r *http.Request) bool {
	name := strings.TrimPrefix(r.URL.Path, Prefix)
	if _, ok := p.assets[name]; !ok {
		return false
	}
	p.send(w, r, name)
	return true
}

func (p *Page) send(w http.ResponseWriter, r *http.Request, name string) {
	a := p.assets[name]
	h := w.Header()
	h.Set("Content-Security-Policy", Policy)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept")
	h.Set("ETag", a.tag)
	h.Set("Content-Type", a.contentType)
	if r.Header.Get("If-None-Match") == a.tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(a.data)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.data) // an error means that the browser has left
	}
}
