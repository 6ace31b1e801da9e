package page_test

import (
	"encoding/json"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestOpenExchange: a click opens it, with the cause in a sentence, the fix and the
// rule, and the address is its own.
func TestOpenExchange(t *testing.T) {
	t.Parallel()
	e := demo(t)
	id := e.get(t, "/incomplete-chain?open")
	b := open(t, e, "/exchanges?path=/incomplete-chain&group=off")
	b.click(row(id) + " .line")
	b.wait(`location.pathname === "/exchanges/` + id + `" && document.querySelector("main").dataset.view === "exchange"`)
	b.shows("h1", "502")
	b.shows(".why", "WHY", "was not sent", "cert-incomplete-chain", "FIX", "fullchain")
	b.shows(`.why [data-cause="cert-incomplete-chain"]`, "cert-incomplete-chain")
	b.wait(`document.querySelector(".why details:not(.pending)")`)
	b.button("The lines to change, by software")
	b.shows(".why details[open]", "nginx", "ssl_certificate")
	b.button("CF-CERT-06")
	b.shows("dialog", "CF-CERT-06", "edgesim demo at", "/incomplete-chain", "Source", "nginx")
	b.keys(escape)
	b.lacks("dialog")
	b.button("← Exchanges")
	b.wait(`location.pathname + location.search === "/exchanges?path=/incomplete-chain&group=off"`)
}

// TestNothingMoves: what comes later takes a place that was kept for it. A click on a tab would
// miss otherwise.
func TestNothingMoves(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges")
	// The rules, which the lines to change are taken from, come when the test lets them.
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `
		const held = new Promise(go => { window.letRulesCome = go });
		const ask = window.fetch;
		window.fetch = async (path, ...rest) => { if (path === "/api/rules") await held; return ask(path, ...rest) };`})
	if err != nil {
		t.Fatal(err)
	}
	const top = `document.querySelector("[role=tablist]").getBoundingClientRect().top`
	b.load("/exchanges/" + e.get(t, "/incomplete-chain?moves"))
	b.lacks(".why dl")
	before := eval[float64](b, top)
	eval[bool](b, `(() => { letRulesCome(); return true })()`)
	b.wait(`document.querySelector(".why dl") !== null`)
	if after := eval[float64](b, top); after != before {
		t.Errorf("the tabs are at %v, and were at %v", after, before)
	}
}

// TestPicture: it breaks where the exchange broke, and has a text version.
func TestPicture(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges/"+e.get(t, "/expired?picture"))
	b.shows(".hop.broken .mark", "✕")
	b.shows(".hop.broken", "stopped: certificate check", "connect", "TLS")
	b.shows(".attempt", "attempt 1")
	b.shows("section .hidden", "Viewer sent GET to the edge.", "Attempt 1 to", "with cert-expired", "The viewer got 502")
	b.load("/exchanges/" + e.get(t, "/healthy-ecdsa?picture"))
	b.lacks(".hop.broken")
	b.shows(".phase.wait + *, .attempt", "attempt 1")
	b.load("/exchanges/" + e.get(t, "/connect-refused?picture"))
	b.wait(`document.querySelectorAll(".attempt .stop").length === 3`) // one for each of the attempts
	b.shows(".legend", "limits: connect")
}

// part opens a tab of the exchange.
func (b *tab) part(name string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`(() => { const el = [...document.querySelectorAll("[role=tab]")].find(el => el.textContent === %q); el?.setAttribute("data-part", %q); return el })()`, name, name))
	b.click(fmt.Sprintf("[data-part=%q]", name))
}

// TestTabs: each part of an exchange can be reached by mouse, by arrow keys, and by the
// address.
func TestTabs(t *testing.T) {
	t.Parallel()
	e := demo(t)
	id := e.get(t, "/healthy-ecdsa?tabs", "Cookie", "sid=1", "X-Tabs", "kept")
	b := open(t, e, "/exchanges/"+id)
	b.shows(`[role=tabpanel] [data-change="kept"]`, "X-Tabs")
	b.shows(`[role=tabpanel] [data-change="changed"]`, "Host", "healthy-ecdsa.lab.edgesim.example")
	b.shows(`[role=tabpanel] [data-change="added"]`, "X-Forwarded-For")
	b.part("TLS")
	b.shows("[role=tabpanel] .chosen", "✓ TLSv1.")
	b.shows("[role=tabpanel] .card", "leaf", "names: healthy-ecdsa.lab.edgesim.example", "trusted, not sent")
	b.keys(right)
	b.shows("[role=tab][aria-selected=true]", "Response")
	b.wait(`location.hash === "#Response"`)
	b.shows("[role=tabpanel]", "The viewer got 200", "X-Cache")
	b.part("Cache")
	b.shows("[role=tabpanel]", "Decision", "Time to live")
	b.part("Findings")
	b.shows("[role=tabpanel] .tag.good", "pass")
	b.part("Raw")
	b.shows("[role=tabpanel] pre", `"id": "`+id+`"`)
	b.load("/exchanges/" + id + "#TLS")
	b.shows("[role=tab][aria-selected=true]", "TLS")
}

// TestBrokenChain: the link that is missing or wrong is drawn as such.
func TestBrokenChain(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges/"+e.get(t, "/incomplete-chain?chain")+"#TLS")
	b.shows(".joint.broken", "✕")
	b.shows(".card.absent.failure", "not sent", "browsers fetch it, CloudFront does not")
	b.load("/exchanges/" + e.get(t, "/wrong-order?chain") + "#TLS")
	b.shows(".joint.broken", "not issued by")
	b.load("/exchanges/" + e.get(t, "/self-signed?chain") + "#TLS")
	b.shows(".card.failure", "cert-self-signed")
}

// clipboard presses a button that copies and returns what it gave to the clipboard.
func (b *tab) clipboard(label, begins string) string {
	b.t.Helper()
	// Windows share the clipboard, and only one has the focus: what the page gives
	// to it is read on the way.
	eval[bool](b, `(window.copied = [], navigator.clipboard.writeText = async text => { window.copied.push(text); }, true)`)
	b.button(label)
	b.wait(fmt.Sprintf(`window.copied.length === 1 && window.copied[0].startsWith(%q)`, begins))
	return eval[string](b, `window.copied[0]`)
}

// TestCopy: the curl command does the same again, the Go test compiles, and the link
// leads back.
func TestCopy(t *testing.T) {
	t.Parallel()
	got := make(chan string, 9)
	e := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got <- r.Method + " " + r.RequestURI + " " + r.Header.Get("X-Quote") + " " + string(body)
	}))
	id := e.send(t, http.MethodPost, "/copy?a='b'", `it's "so" $HOME`, "X-Quote", `'; echo "$PATH" \`)
	want := <-got
	b := open(t, e, "/exchanges/"+id)
	peers.Need(t, "curl")
	command := b.clipboard("Copy as curl", "curl -i")
	if out, err := exec.CommandContext(t.Context(), "sh", "-c", command+" --noproxy '*' -s").CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
	if again := <-got; again != want {
		t.Errorf("curl sent %q, the viewer %q", again, want)
	}
	source := b.clipboard("Copy as a Go test", "func Test")
	if _, err := parser.ParseFile(token.NewFileSet(), "x_test.go", "package x\n"+source, parser.AllErrors); err != nil {
		t.Errorf("the Go test: %v\n%s", err, source)
	}
	if link := b.clipboard("Copy link", "http://"); link != "http://"+e.Inspect+"/exchanges/"+id {
		t.Errorf("the link is %q", link)
	}
}

// TestReplay: the request is sent again, and the differences are shown.
func TestReplay(t *testing.T) {
	t.Parallel()
	answers := make(chan int, 9)
	answers <- http.StatusServiceUnavailable
	answers <- http.StatusOK
	answers <- http.StatusOK
	e := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(<-answers) }))
	b := open(t, e, "/exchanges/"+e.get(t, "/replay"))
	b.button("Replay and compare")
	b.shows(".actions [role=status]", "Different: now 200, before 503")
	b.button("Show the new one")
	b.shows("h1", "200")
	b.button("Replay and compare")
	b.shows(".actions [role=status]", "The same: 200.")
}

// TestHAR: the archive that the page offers is one.
func TestHAR(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges/"+e.get(t, "/healthy-http?har"))
	b.wait(`document.querySelector("a[download]")`)
	text := eval[string](b, `fetch(document.querySelector("a[download]").href).then(r => r.text())`)
	var archive struct {
		Log struct {
			Entries []struct {
				Request struct{ URL string }
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &archive); err != nil {
		t.Fatal(err)
	}
	if len(archive.Log.Entries) != 1 || !strings.HasSuffix(archive.Log.Entries[0].Request.URL, "/healthy-http?har") {
		t.Errorf("the archive is of %+v", archive.Log.Entries)
	}
}
