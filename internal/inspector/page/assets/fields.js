// Side by side: what came in and what went out, each field with how it changed
// and why.
import { h } from "./dom.js";
import { ruleButton } from "./rules.js";

const marks = { kept: "=", added: "+", changed: "~", dropped: "−" };

export function fields(title, changes, before, after) {
  const rank = { dropped: 0, changed: 1, added: 2, kept: 3 };
  const sorted = changes.map((c, i) => [c, i]).sort((a, b) => (rank[a[0].kind] - rank[b[0].kind]) || a[1] - b[1]).map(x => x[0]);
  const count = kind => changes.filter(c => c.kind === kind).length;
  return h("div", { class: "scroll" },
    h("p", { class: "quiet" }, ["dropped", "changed", "added", "kept"].map(k => count(k) + " " + k).join(" · ")),
    h("table", { class: "fields" },
      h("caption", { class: "hidden" }, title),
      h("thead", {}, h("tr", {}, ["Field", before, after, "", "by"].map(t => h("th", { scope: "col" }, t || h("span", { class: "hidden" }, "change"))))),
      h("tbody", {}, sorted.map(c => h("tr", { class: c.kind, "data-change": c.kind },
        h("th", { scope: "row" }, c.field),
        h("td", { class: "wire" }, value(c.kind === "added" ? "" : c.from ?? c.to)),
        h("td", { class: "wire" }, value(c.kind === "dropped" ? "" : c.to ?? c.from)),
        h("td", {}, h("span", { class: "tag " + c.kind }, marks[c.kind] + " " + c.kind)),
        h("td", {}, c.kind === "kept" ? "" : c.by, " ", c.rule && ruleButton(c.rule)))))));
}

function value(text) {
  if (!text) return "—";
  return text.length > 300 ? h("details", {}, h("summary", {}, text.slice(0, 120) + "…"), text) : text;
}
