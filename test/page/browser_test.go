package page_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/edgesim/edgesim/internal/peers"
)

// patience is how long a condition may take to hold. It is used up only when
// something is wrong.
const patience = 40 * time.Second

// shared is the one browser of all tests.
var shared struct {
	sync.Mutex
	context context.Context
	cancel  context.CancelFunc
}

func browser(t testing.TB) context.Context {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.context != nil {
		return shared.context
	}
	options := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.ExecPath(peers.ChromiumPath(t)),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("no-proxy-server", true), chromedp.WindowSize(1280, 900), chromedp.UserDataDir(filepath.Join(workshop, "chromium")))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, cancel := chromedp.NewContext(allocator)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("starting chromium: %v", err)
	}
	shared.context = ctx
	shared.cancel = func() {
		cancel()
		end()
	}
	return ctx
}

func closeBrowser() {
	if shared.cancel != nil {
		shared.cancel()
	}
}

// tab is a browser window with its own storage. The page's complaints are kept.
type tab struct {
	t    testing.TB
	ctx  context.Context
	edge *edge

	mu         sync.Mutex
	complaints []string
	excused    []string
}

// open opens the page at an address and waits until its view is there. Any complaint by the
// page fails the test.
func open(t testing.TB, e *edge, path string) *tab {
	t.Helper()
	b := &tab{t: t, edge: e}
	ctx, cancel := chromedp.NewContext(browser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, c := range b.complained() {
			t.Errorf("the browser complains: %s", c)
		}
		if t.Failed() {
			b.shoot()
		}
	})
	b.load(path)
	return b
}

// listen keeps exceptions, and errors of the log: violations of the
// Content-Security-Policy are among them.
func (b *tab) listen(event any) {
	said := ""
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		said = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			said += " " + e.ExceptionDetails.Exception.Description
		}
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			said = e.Entry.Text + " " + e.Entry.URL
		}
	case *runtime.EventConsoleAPICalled:
		said = "console." + string(e.Type)
	}
	if said != "" {
		b.mu.Lock()
		b.complaints = append(b.complaints, said)
		b.mu.Unlock()
	}
}

func (b *tab) complained() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(b.complaints), func(c string) bool {
		return slices.ContainsFunc(b.excused, func(about string) bool { return strings.Contains(c, about) })
	})
}

// excuse lets complaints about something expected pass.
func (b *tab) excuse(about string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.excused = append(b.excused, about)
}

// load opens an address as if it were typed.
func (b *tab) load(path string) {
	b.t.Helper()
	// The browser gives up its connections when an interface of the machine comes or goes, as
	// those of the compose tests do.
	var err error
	for range 3 {
		err = chromedp.Do(b.ctx, chromedp.Navigate("http://"+b.edge.Inspect+path))
		if err == nil || !strings.Contains(err.Error(), "ERR_NETWORK_CHANGED") {
			break
		}
	}
	if err != nil {
		b.t.Fatalf("opening %s: %v", path, err)
	}
	b.wait(`document.querySelector("#view h1") !== null`)
}

// eval evaluates an expression in the page.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	got, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return got
}

// wait waits until an expression is true.
func (b *tab) wait(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience)))
	if err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`location.href + "\n" + document.body.innerText.slice(0, 2500)`))
		b.t.Fatalf("%s never was true: %v; the page says:\n%s", expression, err, text)
	}
}

// shows waits until what a selector finds first has these words.
func (b *tab) shows(selector string, words ...string) {
	b.t.Helper()
	for _, w := range words {
		b.wait(fmt.Sprintf(`[...document.querySelectorAll(%q)].some(el => el.textContent.includes(%q))`, selector, w))
	}
}

// lacks waits until nothing is found.
func (b *tab) lacks(selector string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`document.querySelector(%q) === null`, selector))
}

// click clicks in the middle of what a selector finds first, as a mouse does.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`document.querySelector(%q)`, selector))
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		b.t.Fatalf("clicking %s: %v", selector, err)
	}
}

// button clicks the button, tab or link with this label.
func (b *tab) button(label string) {
	b.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("button, a, summary")].find(el => (el.getAttribute("aria-label") ?? el.textContent).trim() === %q && !el.disabled)`, label)
	b.wait(find)
	eval[bool](b, `(() => { for (const el of document.querySelectorAll("[data-wanted]")) el.removeAttribute("data-wanted"); `+find+`.setAttribute("data-wanted", ""); return true })()`)
	b.click("[data-wanted]")
}

// typed puts a text into a field as a person does: focus, then keys.
func (b *tab) typed(selector, text string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`document.querySelector(%q)`, selector))
	eval[bool](b, fmt.Sprintf(`(() => { const el = document.querySelector(%q); el.focus(); el.select?.(); return true })()`, selector))
	b.keys(text)
}

// choose chooses an option of a select.
func (b *tab) choose(selector, value string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`document.querySelector(%q)`, selector))
	eval[bool](b, fmt.Sprintf(`(() => { const el = document.querySelector(%q); el.value = %q; el.dispatchEvent(new Event("change", { bubbles: true })); return el.value === %q })()`, selector, value, value))
}

// keys presses keys.
func (b *tab) keys(keys string) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.KeyEvent(keys)); err != nil {
		b.t.Fatal(err)
	}
}

// Keys that are not letters.
var (
	enter  = kb.Enter
	escape = kb.Escape
	right  = kb.ArrowRight
)

// row is the selector of an exchange in the list.
func row(id string) string { return fmt.Sprintf(`[data-exchange=%q]`, id) }

// shots is where pictures of failing tests go.
func shots() string {
	return cmp.Or(os.Getenv("EDGESIM_PAGE_SHOTS"), filepath.Join(os.TempDir(), "edgesim-page-shots"))
}

// shoot keeps a picture of the page.
func (b *tab) shoot() {
	ctx, cancel := context.WithTimeout(b.ctx, 10*time.Second)
	defer cancel()
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Logf("no picture: %v", err)
		return
	}
	file := filepath.Join(shots(), strings.ReplaceAll(b.t.Name(), "/", "-")+".png")
	if err = os.MkdirAll(shots(), 0o755); err == nil {
		err = os.WriteFile(file, picture, 0o644)
	}
	b.t.Logf("a picture of the page: %s (%v)", file, err)
}
