package page_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
)

// TestListIsLive: an exchange appears in the open list without a reload, a failure with its
// cause, its explanation and the fix.
func TestListIsLive(t *testing.T) {
	t.Parallel()
	e := demo(t)
	b := open(t, e, "/exchanges")
	if got := eval[string](b, `document.querySelector("main").dataset.view`); got != "exchanges" {
		t.Errorf("data-view is %q", got)
	}
	good := e.get(t, "/healthy-http?live")
	b.wait(`document.querySelector('` + row(good) + `')`)
	bad := e.get(t, "/incomplete-chain?live")
	b.wait(`document.querySelector('` + row(bad) + ` [data-cause="cert-incomplete-chain"]')`)
	b.shows(row(bad)+" .why", "→")
	b.shows(row(bad)+" .status", "✕", "502") // more than color
	b.shows("#summary", "failed", "cert-incomplete-chain")
	first := eval[string](b, `document.querySelector(".rows:not(.kept) .row").dataset.exchange`)
	if first == good {
		t.Error("the newest exchange is not on top")
	}
}

// TestFilter: the filter is in the address, and only matching exchanges are shown.
func TestFilter(t *testing.T) {
	t.Parallel()
	e := demo(t)
	good, bad := e.get(t, "/healthy-http?filter"), e.get(t, "/wrong-name?filter")
	b := open(t, e, "/exchanges")
	b.typed("input[type=search]", "cause:cert-name-mismatch path:/wrong-name"+enter)
	b.wait(`location.search.includes("cause=cert-name-mismatch") && location.search.includes("path=")`)
	b.wait(`document.querySelector('` + row(bad) + `') && !document.querySelector('` + row(good) + `')`)
	// The address alone shows the same, and new exchanges are filtered, too.
	other := open(t, e, "/exchanges?cause=cert-name-mismatch&group=off")
	again := e.get(t, "/wrong-name?filter=2")
	other.wait(`document.querySelector('` + row(again) + `')`)
	other.lacks(row(good))
	other.choose("select", "2xx") // the first is that of the status
	other.shows(".empty", "No exchange matches")
	other.button("Show all")
	other.wait(`location.search === "" && document.querySelectorAll(".row").length > 1`)
}

// TestFailuresAlikeAreJoined: ten similar failures are one card with their number.
func TestFailuresAlikeAreJoined(t *testing.T) {
	t.Parallel()
	e := demo(t) // of which no other test asks for this origin
	b := open(t, e, "/exchanges?path=/bad-signature")
	for i := range 5 {
		e.get(t, "/bad-signature?join="+strconv.Itoa(i))
	}
	b.wait(`[...document.querySelectorAll(".row .count b")].some(el => el.textContent === "×5")`)
	b.click("input[type=checkbox]")
	b.wait(`document.querySelectorAll(".rows:not(.kept) .row").length === 5`)
}

// TestPause: nothing comes while paused, everything after it.
func TestPause(t *testing.T) {
	t.Parallel()
	e := serve(t, http.NotFoundHandler())
	b := open(t, e, "/exchanges")
	b.shows(".empty code", "curl -i http://"+e.HTTP+"/")
	b.button("Pause")
	id := e.get(t, "/pause")
	b.shows(".note", "Paused, 1 new")
	b.lacks(row(id))
	b.button("Resume")
	b.wait(`document.querySelector('` + row(id) + `')`)
	b.lacks(".empty")
	b.keys("p")
	b.shows(".note", "Paused")
}

// TestClearAndKeep: the list is emptied, except for kept exchanges, and nothing is deleted.
func TestClearAndKeep(t *testing.T) {
	t.Parallel()
	e := serve(t, http.NotFoundHandler())
	kept, gone := e.get(t, "/kept"), e.get(t, "/gone")
	b := open(t, e, "/exchanges")
	b.click(row(kept) + " .keep")
	b.wait(`document.querySelector('.kept ` + row(kept) + `')`)
	b.button("Clear")
	b.wait(`location.search.includes("since=") && !document.querySelector('` + row(gone) + `') && document.querySelector('.kept ` + row(kept) + `')`)
	next := e.get(t, "/next")
	b.wait(`document.querySelector('` + row(next) + `')`)
	b.button("Show all")
	b.wait(`document.querySelector('` + row(gone) + `')`)
}

// TestScrollThousands: a list of thousands has a window of rows, can be scrolled to its
// end, and keeps its position while new ones come.
func TestScrollThousands(t *testing.T) {
	t.Parallel()
	e := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	const all = 1500
	first := ""
	for i := range all {
		id := e.get(t, fmt.Sprintf("/n/%d", i))
		if i == 0 {
			first = id
		}
	}
	b := open(t, e, "/exchanges")
	b.wait(`document.querySelectorAll(".row").length > 10`)
	if n := eval[int](b, `document.querySelectorAll(".row").length`); n > 200 {
		t.Errorf("%d rows are rendered at once", n)
	}
	b.wait(`(scrollTo(0, document.body.scrollHeight), document.querySelector('` + row(first) + `'))`)
	if n := eval[int](b, `document.querySelectorAll(".row").length`); n > 200 {
		t.Errorf("%d rows are rendered at once at the end", n)
	}
	b.wait(`(scrollTo(0, 3000), scrollY === 3000)`)
	b.wait(`[...document.querySelectorAll(".row")].some(el => Math.abs(el.getBoundingClientRect().top - 200) < 40)`)
	seen := eval[string](b, `[...document.querySelectorAll(".row")].find(el => Math.abs(el.getBoundingClientRect().top - 200) < 40).dataset.exchange`)
	e.get(t, "/newer")
	b.wait(`scrollY > 3000`)
	b.wait(`document.querySelector('` + row(seen) + `') && Math.abs(document.querySelector('` + row(seen) + `').getBoundingClientRect().top - 200) < 40`)
}

// TestKeyboard: search, move, open, back, and the list of keys.
func TestKeyboard(t *testing.T) {
	t.Parallel()
	e := serve(t, http.NotFoundHandler())
	older, newer := e.get(t, "/older"), e.get(t, "/newer")
	b := open(t, e, "/exchanges")
	b.wait(`document.querySelector('` + row(older) + `')`)
	b.keys("/")
	b.wait(`document.activeElement?.type === "search"`)
	b.keys(escape)
	b.wait(`document.activeElement?.type !== "search"`)
	b.keys("j")
	b.wait(`document.activeElement?.closest(".row")?.dataset.exchange === "` + newer + `"`)
	b.keys("j")
	b.wait(`document.activeElement?.closest(".row")?.dataset.exchange === "` + older + `"`)
	b.keys(enter)
	b.wait(`location.pathname === "/exchanges/` + older + `" && document.querySelector('main').dataset.view === "exchange"`)
	b.keys(escape)
	b.wait(`location.pathname === "/exchanges" && document.querySelector('` + row(older) + `')`)
	b.keys("?")
	b.shows("dialog", "previous exchange")
	b.keys(escape)
	b.lacks("dialog")
}
