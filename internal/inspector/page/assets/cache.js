// The cache: what is kept, how old it is and for how long yet; invalidate.
import { bytes, fill, h, link, pathOf, seconds } from "./dom.js";
import { get, send } from "./api.js";
import { ruleButton } from "./rules.js";

export async function showCache(root) {
  const at = h("div", {}), said = h("p", { role: "status" });
  let drawn;
  const draw = async () => {
    let c;
    try {
      c = await get("/api/cache");
    } catch (err) {
      fill(at, err.status === 404 ? off() : h("p", { class: "problem" }, err.message));
      return;
    }
    const now = JSON.stringify(c);
    if (now === drawn) return;
    drawn = now;
    fill(at, c.mode === "off" ? off() : [
      h("p", { class: "quiet" }, "Mode ", h("code", {}, c.mode), ", ", c.entries === 1 ? "1 entry" : c.entries.toLocaleString("en-US") + " entries", ", ", bytes(c.bytes), " of ", bytes(c.maxBytes), c.evicted > 0 && ", " + c.evicted.toLocaleString("en-US") + " evicted", c.next && "; the newest " + c.items.length + " are shown"),
      c.items.length === 0 ? h("p", { class: "empty" }, "The cache is empty.") : h("div", { class: "scroll" }, h("table", {},
        h("thead", {}, h("tr", {}, ["Key", "Status", "Size", "Age", "Fresh for", "Filled by"].map(t => h("th", { scope: "col" }, t)))),
        h("tbody", {}, c.items.map(e => h("tr", { "data-entry": e.id },
          h("th", { scope: "row", class: "wire" }, e.key), h("td", {}, String(e.status), e.error && " (error)"), h("td", {}, e.size < 0 ? "not known yet" : bytes(e.size)), h("td", {}, seconds(e.ageSeconds)),
          h("td", {}, e.leftSeconds > 0 ? seconds(e.leftSeconds) : h("span", { class: "tag warn" }, "expired"), " ", ruleButton(e.rule)),
          h("td", {}, e.exchange && link(pathOf(e.exchange), {}, e.exchange.slice(0, 10))))))))]);
  };
  await draw();
  const paths = h("input", { class: "wide", required: true, placeholder: "/img/*" });
  fill(root, h("h1", {}, "Cache"),
    h("form", { class: "form", onsubmit: async event => {
      event.preventDefault();
      try {
        const made = await send("POST", "/api/invalidations", { paths: paths.value.trim().split(/\s+/) });
        said.textContent = "Invalidation " + made.id + " is done: " + (made.removed === 1 ? "1 entry" : made.removed + " entries") + " removed.";
        await draw();
      } catch (err) {
        said.textContent = err.message + (err.hint ? ": " + err.hint : "");
      }
    } }, h("label", { style: { flex: "1" } }, "Paths to invalidate", paths), h("button", {}, "Invalidate")), said, at);
  const timer = setInterval(draw, 3000);
  return () => clearInterval(timer);
}

function off() {
  return h("div", { class: "empty" }, h("p", {}, "The cache is off: every request goes to the origin, so that changes show at once."),
    h("p", {}, "Each exchange still says what CloudFront would cache. Turn it on with ", h("code", {}, "edgesim serve --cache on"), "."));
}
