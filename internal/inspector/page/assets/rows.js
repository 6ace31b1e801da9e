// The rows of the list: a failure is a card of two lines, its repetitions are one
// card with their number; everything else is one quiet line.
import { bytes, h, link, ms, pathOf, plural, time } from "./dom.js";

// reasonOf is the short name of what went wrong; "" if nothing did.
export function reasonOf(e) { return e.cause?.name ?? ""; }

// group joins failures that are alike under the newest of them.
export function group(exchanges) {
  const rows = [], first = new Map();
  for (const e of exchanges) {
    if (!e.cause) {
      rows.push({ e, count: 1 });
      continue;
    }
    const path = e.viewer.uri.split("?")[0];
    const key = JSON.stringify([e.cause.name, e.response.status, e.origin, e.viewer.method, path]);
    const known = first.get(key);
    if (known) known.count++;
    else {
      const row = { e, count: 1 };
      first.set(key, row);
      rows.push(row);
    }
  }
  return rows;
}

// ungrouped has a row for every exchange.
export function ungrouped(exchanges) { return exchanges.map(e => ({ e, count: 1 })); }

// heightOf is the height of a row in pixels; page.css has the same numbers.
export function heightOf(row, narrow) {
  if (row.e.cause) return narrow ? 112 : 60;
  return narrow ? 56 : 32;
}

// firstSentence is what a card has room for.
function firstSentence(text) {
  const end = (text ?? "").search(/; /);
  return end > 0 ? text.slice(0, end) : text ?? "";
}

// resultOf says in a word where an answer came from.
function resultOf(e) {
  const words = { Hit: "Hit", RefreshHit: "Refreshed", Miss: "Miss", Redirect: "Redirect", FunctionGeneratedResponse: "Function", LambdaGeneratedResponse: "Lambda" };
  const marks = [words[e.resultType] ?? e.resultType];
  if (e.forced) marks.push("forced");
  if (e.replayed) marks.push("replayed");
  return marks.join(", ");
}

// rowElement makes the element of a row.
export function rowElement(row, { kept, keep }) {
  const { e, count } = row;
  const failed = Boolean(e.cause);
  const target = e.viewer.uri;
  const label = (failed ? "Failed, " : "") + e.response.status + " " + e.viewer.method + " " + target + (failed ? ", " + e.cause.name : "") + (count > 1 ? ", " + count + " times" : "");
  const pin = h("button", {
    type: "button", class: "keep", "aria-pressed": String(kept(e.id)), title: kept(e.id) ? "Kept when the list is cleared" : "Keep when the list is cleared",
    "aria-label": (kept(e.id) ? "Do not keep " : "Keep ") + e.viewer.method + " " + target.slice(0, 80),
    onclick: event => { event.preventDefault(); event.stopPropagation(); keep(e); },
  }, kept(e.id) ? "★" : "☆");
  return h("li", { class: "row" + (failed ? " failure" : ""), "data-exchange": e.id },
    pin,
    link(pathOf(e.id), { class: "line", "aria-label": label },
      h("span", { class: "when" }, time(e.start)),
      h("span", { class: "status" }, failed && h("span", { "aria-hidden": "true" }, "✕ "), e.response.status),
      h("span", { class: "method wire" }, e.viewer.method),
      h("span", { class: "target wire", title: e.viewer.scheme + "://" + e.viewer.host + target }, target),
      failed
        ? h("span", { class: "cause", "data-cause": e.cause.name }, e.cause.name, h("span", { class: "rule" }, " " + e.cause.rule))
        : h("span", { class: "result" }, resultOf(e)),
      h("span", { class: "origin" }, e.origin ?? ""),
      h("span", { class: "size" }, bytes(e.response.bodyBytes)),
      h("span", { class: "took" }, ms(e.durationMs)),
      h("span", { class: "count" }, count > 1 ? h("b", { title: plural(count, "exchange") + " alike" }, "×" + count) : ""),
      failed && h("span", { class: "why" }, h("span", { class: "said" }, firstSentence(e.cause.detail)), e.cause.hint && h("span", { class: "fix" }, h("span", { "aria-hidden": "true" }, "→ "), firstSentence(e.cause.hint)))));
}
