package page_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// media emulates a preference of the person.
func (b *tab) media(name, value string) {
	b.t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: name, Value: value}},
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// controls are roles that a person operates, and pictures: each needs a name.
var controls = []string{"button", "link", "textbox", "searchbox", "combobox", "checkbox", "spinbutton", "tab", "tabpanel", "image", "img", "dialog", "DisclosureTriangle", "navigation", "table"}

// nameless are the controls that a screen reader would call by their role alone, by
// the browser's own computation.
func (b *tab) nameless() []string {
	b.t.Helper()
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	if err != nil {
		b.t.Fatal(err)
	}
	seen := 0
	var bad []string
	for _, n := range tree.Nodes {
		if n.Ignored || n.Role == nil {
			continue
		}
		role, name := text(n.Role), text(n.Name)
		if role == "table" || !slices.Contains(controls, role) {
			continue
		}
		seen++
		if name == "" {
			bad = append(bad, role)
		}
	}
	if seen < 5 {
		b.t.Errorf("only %d controls are seen", seen)
	}
	return bad
}

func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	var s string
	_ = json.Unmarshal(v.Value, &s) // what is not text is not a name
	return s
}

// faint lists text with less contrast than WCAG AA asks for: 4.5 to 1, large text 3
// to 1. What is disabled or not seen does not count.
const faint = `(() => {
	const parse = c => { const m = c.match(/[\d.]+/g).map(Number); return c.startsWith("color(srgb") ? [m[0] * 255, m[1] * 255, m[2] * 255, m[3] ?? 1] : [m[0], m[1], m[2], m[3] ?? 1]; };
	const over = (a, b) => [0, 1, 2].map(i => a[i] * a[3] + b[i] * (1 - a[3])).concat(1);
	const light = c => { const l = c.slice(0, 3).map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * l[0] + 0.7152 * l[1] + 0.0722 * l[2]; };
	const paper = el => { const all = []; for (; el; el = el.parentElement) all.push(parse(getComputedStyle(el).backgroundColor)); return all.reverse().reduce((below, c) => over(c, below), [255, 255, 255, 1]); };
	const found = [];
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	let seen = 0;
	for (let n; (n = walker.nextNode());) {
		const el = n.parentElement, style = getComputedStyle(el), box = el.getBoundingClientRect();
		if (!n.data.trim() || el.closest(".hidden, [hidden], :disabled, noscript") || box.width < 2 || style.visibility === "hidden" || !el.checkVisibility()) continue;
		seen++;
		const back = paper(el), front = over(parse(style.color), back);
		const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
		const ratio = (a + 0.05) / (b + 0.05), size = parseFloat(style.fontSize);
		if (ratio < (size >= 24 || size >= 18.66 && style.fontWeight >= 700 ? 3 : 4.5)) found.push(ratio.toFixed(2) + " " + el.tagName + "." + el.className + " " + n.data.trim().slice(0, 40));
	}
	if (seen < 10) found.push("only " + seen + " texts are seen");
	return [...new Set(found)];
})()`

// structure lists what is wrong with landmarks and headings.
const structure = `(() => {
	const wrong = [], one = s => { const n = document.querySelectorAll(s).length; if (n !== 1) wrong.push(n + " " + s); };
	["main", "body > header", "nav[aria-label]", "h1", "html[lang]", "title"].forEach(one);
	let level = 0;
	for (const h of document.querySelectorAll("h1, h2, h3")) { const l = Number(h.tagName[1]); if (l > level + 1) wrong.push(h.tagName + " after h" + level); level = l; }
	const ids = [...document.querySelectorAll("[id]")].map(el => el.id);
	for (const id of new Set(ids)) if (ids.filter(x => x === id).length > 1) wrong.push("id " + id + " twice");
	for (const table of document.querySelectorAll("table")) if (!table.querySelector("th")) wrong.push("a table without headers");
	for (const el of document.querySelectorAll("[tabindex]")) if (el.tabIndex > 0) wrong.push("tabindex " + el.tabIndex);
	for (const el of document.querySelectorAll("[aria-hidden=true]")) if (el.querySelector("a, button, input, [tabindex]")) wrong.push("a control is hidden from screen readers");
	return wrong;
})()`

// moving lists what moves although the person asked for less.
const moving = `[...document.querySelectorAll("*")].filter(el => { const s = getComputedStyle(el); return parseFloat(s.transitionDuration) > 0 || s.animationName !== "none" && parseFloat(s.animationDuration) > 0; }).map(el => el.tagName + "." + el.className)`

// views are the addresses to look at, with exchanges of several kinds.
func views(t testing.TB, e *edge) []string {
	broken, fine := e.get(t, "/incomplete-chain?a11y"), e.get(t, "/healthy-ecdsa?a11y")
	return []string{
		"/exchanges", "/exchanges/" + broken, "/exchanges/" + broken + "#TLS", "/exchanges/" + fine + "#Response", "/exchanges/" + fine + "#Findings",
		"/exchanges/" + e.get(t, "/connect-refused?a11y"), "/distribution?url=http://127.0.0.1/expired", "/faults", "/cache", "/rules?q=chain", "/rules/CF-CERT-06",
	}
}

// TestAccessible: in every view, light and dark, every control has a name, text has enough
// contrast, the page has landmarks, and nothing moves if the user prefers reduced motion.
func TestAccessible(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges")
	for _, path := range views(t, e) {
		b.load(path)
		b.wait(`document.querySelector("#summary p") && !document.querySelector(".explained")?.matches(":empty")`)
		for _, role := range b.nameless() {
			t.Errorf("%s: a %s without a name", path, role)
		}
		for _, wrong := range eval[[]string](b, structure) {
			t.Errorf("%s: %s", path, wrong)
		}
		for _, scheme := range []string{"light", "dark"} {
			b.media("prefers-color-scheme", scheme)
			b.wait(`matchMedia("(prefers-color-scheme: ` + scheme + `)").matches && document.getAnimations().length === 0`)
			for _, text := range eval[[]string](b, faint) {
				t.Errorf("%s, %s: %s", path, scheme, text)
			}
		}
		b.media("prefers-reduced-motion", "reduce")
		for _, el := range eval[[]string](b, moving) {
			t.Errorf("%s: %s moves", path, el)
		}
	}
}

// TestNarrow: at a width of 360 pixels nothing has to be scrolled sideways.
func TestNarrow(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges")
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(360, 740)); err != nil {
		t.Fatal(err)
	}
	for _, path := range views(t, e) {
		b.load(path)
		b.wait(`innerWidth === 360 && document.querySelector("#summary p")`)
		if wide := eval[int](b, `document.documentElement.scrollWidth`); wide > 360 {
			t.Errorf("%s is %d pixels wide: %v", path, wide, eval[[]string](b, `[...document.querySelectorAll("body *")].filter(el => el.getBoundingClientRect().right > 361 && !el.closest(".scroll, pre, .track")).map(el => el.tagName + "." + el.className).slice(0, 8)`))
		}
	}
}

// TestFocusOrder: the Tab key goes through the page in reading order, what has the
// focus is seen to have it, and the first stop skips to the content.
func TestFocusOrder(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges/"+e.get(t, "/incomplete-chain?focus"))
	b.wait(`document.querySelector("#summary a")`)
	eval[bool](b, `(window.stops = [], document.addEventListener("focusin", event => {
		const el = event.target, style = getComputedStyle(el), box = el.getBoundingClientRect();
		window.stops.push({ el, seen: style.outlineStyle !== "none" && box.width > 0 && box.bottom > 0 && box.top < innerHeight });
	}), document.activeElement?.blur?.(), true)`)
	for n := range 24 {
		b.keys("\t")
		if n == 0 && !eval[bool](b, `document.activeElement.matches(".skip")`) {
			t.Errorf("the first stop is %q", eval[string](b, `document.activeElement.outerHTML`))
		}
	}
	b.wait(`window.stops.length >= 20`)
	if unseen := eval[[]string](b, `stops.filter(s => !s.seen).map(s => s.el.outerHTML.slice(0, 120))`); len(unseen) > 0 {
		t.Errorf("these have the focus and do not show it: %q", unseen)
	}
	if back := eval[[]string](b, `stops.slice(0, 20).filter((s, i) => i > 0 && !(stops[i - 1].el.compareDocumentPosition(s.el) & Node.DOCUMENT_POSITION_FOLLOWING)).map(s => s.el.outerHTML.slice(0, 120))`); len(back) > 0 {
		t.Errorf("the focus goes back to %q", back)
	}
}
