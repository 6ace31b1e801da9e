// The cache: what is kept, how old it is and for how long yet; invalidate.
import { bytes, fill, h, link, plural, seconds } from "./dom.js";
import { get, send } from "./api.js";

export async function showCache(root) {
  const at = h("div", {}), said = h("p", { role: "status" });
  const draw = async () => {
    let c;
    try {
      c = await get("/api/cache");
    } catch (err) {
      fill(at, err.status === 404 ? off() : h("p", { class: "problem" }, err.message));
      return;
    }
    const entries = c.entries ?? [];
    fill(at, c.mode === "off" ? off() : [
      h("p", { class: "quiet" }, "Mode ", h("code", {}, c.mode), ", ", plural(c.count ?? entries.length, "entry").replace("entrys", "entries"), ", ", bytes(c.bytes ?? 0), c.limit && [" of ", bytes(c.limit)]),
      entries.length === 0 ? h("p", { class: "empty" }, "Nothing is kept yet.") : h("div", { class: "scroll" }, h("table", {},
        h("thead", {}, h("tr", {}, ["Key", "Status", "Size", "Age", "Fresh for", "Filled by"].map(t => h("th", { scope: "col" }, t)))),
        h("tbody", {}, entries.map(e => h("tr", {},
          h("td", { class: "wire" }, e.key), h("td", {}, String(e.status ?? "")), h("td", {}, bytes(e.bytes ?? 0)), h("td", {}, seconds(e.ageSeconds ?? 0)),
          h("td", {}, (e.leftSeconds ?? e.ttlSeconds - (e.ageSeconds ?? 0)) > 0 ? seconds(e.leftSeconds ?? e.ttlSeconds - (e.ageSeconds ?? 0)) : h("span", { class: "tag warn" }, "expired")),
          h("td", {}, e.from && link("/exchanges/" + encodeURIComponent(e.from), {}, e.from.slice(0, 10))))))))]);
  };
  await draw();
  const paths = h("input", { class: "wide", required: true, placeholder: "/img/*" });
  fill(root, h("h1", {}, "Cache"),
    h("form", { class: "form", onsubmit: async event => {
      event.preventDefault();
      try {
        const made = await send("POST", "/api/invalidations", { paths: paths.value.trim().split(/\s+/) });
        said.textContent = "Invalidation " + (made.id ?? "") + " is done.";
        await draw();
      } catch (err) {
        said.textContent = err.message + (err.hint ? ": " + err.hint : "");
      }
    } }, h("label", { style: { flex: "1" } }, "Paths to invalidate", paths), h("button", {}, "Invalidate")), said, at);
  const timer = setInterval(draw, 3000);
  return () => clearInterval(timer);
}

function off() {
  return h("div", { class: "empty" }, h("p", {}, "The cache is off: every request goes to the origin, so that a change shows at once."),
    h("p", {}, "Each exchange still says what CloudFront would keep. Turn it on with ", h("code", {}, "edgesim serve --cache on"), "."));
}
