package page_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// attacks are texts that do harm where they are taken for anything but text. Each
// would call the function stolen, or load something from elsewhere.
var attacks = []string{
	`<script>stolen()</script>`,
	`"><script>stolen()</script>`,
	`'><img src=x onerror=stolen()>`,
	`<img src=x onerror="stolen()">`,
	`<svg onload=stolen()>`,
	`<svg><script>stolen()</script></svg>`,
	`<svg><animate onbegin=stolen() attributeName=x dur=1s>`,
	`<iframe srcdoc="<script>parent.stolen()</script>">`,
	`<iframe src="javascript:parent.stolen()">`,
	`<object data="javascript:stolen()">`,
	`<embed src="//evil.example/x.swf">`,
	`<link rel=stylesheet href="//evil.example/x.css">`,
	`<base href="//evil.example/">`,
	`<meta http-equiv=refresh content="0;url=//evil.example/">`,
	`<form action="//evil.example/"><input autofocus onfocus=stolen()>`,
	`<body onload=stolen()>`,
	`<details open ontoggle=stolen()>`,
	`<video><source onerror=stolen()>`,
	`<a href="javascript:stolen()">click</a>`,
	`javascript:stolen()`,
	`data:text/html,<script>stolen()</script>`,
	`" onmouseover="stolen()" x="`,
	`' autofocus onfocus='stolen()`,
	`</title><script>stolen()</script>`,
	`</textarea><script>stolen()</script>`,
	`</pre></code><script>stolen()</script>`,
	`<!--><script>stolen()</script>-->`,
	`<![CDATA[<script>stolen()</script>]]>`,
	`<math><mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=stolen()&gt;">`,
	`<template><script>stolen()</script></template>`,
	`<style>*{background:url(//evil.example/)}</style>`,
	`${stolen()}{{constructor.constructor("stolen()")()}}`,
	`__proto__`,
	`constructor`,
	"\u202etxt.exe\u202c \u2066isolated\u2069",
	`%3Cscript%3Estolen()%3C/script%3E`,
	`\u003cscript\u003estolen()\u003c/script\u003e`,
	`<noscript><p title="</noscript><img src=x onerror=stolen()>">`,
}

// hostileSVG is a picture that would run a script if it were a document.
const hostileSVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="parent.stolen()"><script>parent.stolen()</script><image href="http://evil.example/x.png"/><foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="parent.stolen()"/></foreignObject></svg>`

// watched is a page in which nothing was stolen; every violation of the
// Content-Security-Policy is an error of the browser's log, which fails the test.
func (b *tab) unharmed() {
	b.t.Helper()
	if got := eval[string](b, `[window.wasStolen ?? "", document.querySelectorAll("#view script, #view iframe, #view object, #view embed, #view base, #view meta, #view style, #view link, #view form[action], #view [onerror], #view [onload], #view a[href^='javascript']").length].join(" ").trim()`); got != "0" {
		b.t.Errorf("%s: %s", eval[string](b, `location.href`), got)
	}
}

// TestHostileData: recorded data stays inert in every view that shows it.
func TestHostileData(t *testing.T) {
	t.Parallel()
	if len(attacks) < 30 {
		t.Fatalf("%d attacks", len(attacks))
	}
	e := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		attack := r.Header.Get("X-Attack")
		w.Header()["X-Answer"] = []string{strings.ToValidUTF8(attack, "")}
		switch r.URL.Query().Get("as") {
		case "html":
			w.Header().Set("Content-Type", "text/html")
		case "json":
			w.Header().Set("Content-Type", "application/json")
			_, _ = fmt.Fprintf(w, "{%q: %q}", attack, attack)
			return
		case "svg":
			w.Header().Set("Content-Type", "image/svg+xml")
			_, _ = w.Write([]byte(hostileSVG))
			return
		default:
			w.Header()["Content-Type"] = []string{`text/plain"><script>stolen()</script>`}
		}
		_, _ = w.Write([]byte(attack))
	}))
	var ids []string
	for i, attack := range attacks {
		as := []string{"html", "json", "svg", "other"}[i%4]
		ids = append(ids, e.send(t, http.MethodPost, "/"+url.PathEscape(attack)+"?as="+as+"&q="+url.QueryEscape(attack), attack,
			"X-Attack", attack, "User-Agent", attack, "Cookie", "a="+attack, "Referer", attack))
		// As it is on the wire, which no well-behaved client sends.
		bare := strings.NewReplacer(" ", "+", "\u202e", "", "\u202c", "", "\u2066", "", "\u2069", "").Replace(attack)
		e.raw(t, "GET /raw/"+bare+" HTTP/1.1\r\nHost: "+e.HTTP+"\r\nX-Attack: "+attack+"\r\nConnection: close\r\n\r\n")
	}
	b := open(t, e, "/exchanges?group=off")
	eval[bool](b, `(window.stolen = () => { window.wasStolen = "stolen"; }, true)`)
	b.wait(`document.querySelectorAll(".row").length > 10`)
	b.unharmed()
	for _, id := range ids {
		// Inside the page, so that the trap stays set.
		eval[bool](b, `(history.pushState(null, "", "/exchanges/`+id+`"), dispatchEvent(new Event("edgesim:navigate")), true)`)
		b.wait(`document.querySelector("main").dataset.view === "exchange" && document.querySelector("#panel")?.textContent.length > 20 && [...document.querySelectorAll(".actions a")].some(a => a.href.includes("` + id[:20] + `"))`)
		eval[bool](b, `([...document.querySelectorAll("[role=tab]")].forEach(el => el.click()), true)`)
		b.unharmed()
		eval[bool](b, `([...document.querySelectorAll("[role=tab]")].find(el => el.textContent === "Response").click(), true)`)
		b.unharmed()
	}
	// The direction of the text around it is not turned: the marks are shown by number.
	b.load("/exchanges/" + ids[34] + "#Request")
	b.shows("#panel", `\u202etxt.exe`)
	if eval[bool](b, `/[\u202a-\u202e\u2066-\u2069]/.test(document.body.innerText)`) {
		t.Error("a mark that turns the direction of text is in the page")
	}
	for _, path := range []string{"/exchanges?text=" + url.QueryEscape(attacks[0]), "/exchanges/" + url.PathEscape(attacks[1]), "/rules/" + url.PathEscape(attacks[2]), "/rules?q=" + url.QueryEscape(attacks[3]), "/distribution?url=" + url.QueryEscape(attacks[20])} {
		b.load(path)
		b.unharmed()
	}
	b.excuse("400 (Bad Request)")
	b.excuse("404 (Not Found)")
}

// TestHostileConfiguration: names in the configuration, function logs and names in
// certificates stay inert, too.
func TestHostileConfiguration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	write("f.js", `function handler(event) { console.log('<img src=x onerror="stolen()">'); throw new Error('<script>stolen()</script>'); }`)
	config := strings.NewReplacer(`"Id": "app"`, `"Id": "<img src=x onerror=stolen()>"`, `"TargetOriginId": "app"`, `"TargetOriginId": "<img src=x onerror=stolen()>"`,
		`"a cached site"`, `"<script>stolen()</script>"`, `"ViewerProtocolPolicy": "allow-all",`,
		`"ViewerProtocolPolicy": "allow-all", "FunctionAssociations": {"Quantity": 1, "Items": [{"EventType": "viewer-request", "FunctionARN": "arn:aws:cloudfront::111122223333:function/f"}]},`).Replace(cachedSite)
	write("distribution.json", config)
	overlay := write("edgesim.yaml", "distribution: ./distribution.json\nfunctions:\n  f: ./f.js\n")
	e := serveArgs(t, nil, overlay)
	id := e.get(t, "/function")
	b := open(t, e, "/exchanges/"+id)
	b.part("Functions")
	b.shows("#panel", `<img src=x onerror="stolen()">`, `<script>stolen()</script>`)
	b.unharmed()
	for _, path := range []string{"/distribution", "/faults", "/cache", "/exchanges"} {
		b.load(path)
		b.unharmed()
	}
	b.load("/distribution")
	b.shows("td", "<img src=x onerror=stolen()>")
}
