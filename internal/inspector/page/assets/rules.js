// The catalogue of documented behavior, searchable; and a rule beside what names it.
import { button, fill, h, link, plural } from "./dom.js";
import { once } from "./api.js";

// ruleButton opens a rule beside what names it.
export function ruleButton(id) {
  if (!id) return null;
  return h("button", { type: "button", class: "ruleid", "data-rule": id, title: "What rule " + id + " says", onclick: event => beside(id, event.currentTarget) }, id);
}

async function beside(id, from) {
  const dialog = h("dialog", { "aria-label": "Rule " + id }, h("p", {}, "…"));
  dialog.addEventListener("close", () => { dialog.remove(); from.focus(); });
  dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
  document.body.append(dialog);
  dialog.showModal();
  try {
    const { rules } = await once("/api/rules");
    const rule = rules.find(r => r.id === id);
    fill(dialog, rule ? ruleText(rule) : h("p", {}, id + " is not in the catalogue."),
      h("p", {}, button("Close", () => dialog.close()), " ", link("/rules/" + encodeURIComponent(id), { class: "button", onclick: () => dialog.close() }, "Open")));
  } catch (err) {
    fill(dialog, h("p", { class: "problem" }, err.message), button("Close", () => dialog.close()));
  }
}

function ruleText(r) {
  const page = r.source?.page ?? "";
  return h("article", {}, h("h2", {}, r.id),
    h("dl", {},
      h("dt", {}, "When"), h("dd", {}, r.condition),
      h("dt", {}, "CloudFront"), h("dd", {}, r.outcome),
      r.values && [h("dt", {}, "Values"), h("dd", {}, r.values)],
      h("dt", {}, "Certainty"), h("dd", {}, r.fidelity),
      r.simulated && [h("dt", {}, "Simulated"), h("dd", {}, r.simulated, r.how && ": " + r.how, r.needs && h("p", { class: "quiet" }, "Would need: ", r.needs))],
      r.causes?.length > 0 && [h("dt", {}, "Causes"), h("dd", {}, r.causes.map((c, i) => [i > 0 && ", ", link("/exchanges?cause=" + encodeURIComponent(c), {}, c)]))],
      r.lab?.length > 0 && [h("dt", {}, "Shown by"), h("dd", {}, "edgesim demo at ", r.lab.map((o, i) => [i > 0 && ", ", h("code", {}, "/" + o)]))],
      r.fixes?.length > 0 && [h("dt", {}, "Fix"), h("dd", {}, r.fixes.map(f => h("details", {}, h("summary", {}, f.software), h("pre", {}, f.steps.join("\n")))))],
      h("dt", {}, "Source"), h("dd", {}, page.startsWith("https://") ? h("a", { href: page, rel: "noreferrer noopener", target: "_blank" }, page) : page, r.source?.read && ", read on " + r.source.read)),
    h("p", {}, link("/exchanges?rule=" + encodeURIComponent(r.id), {}, "Exchanges decided by this rule")));
}

export async function showRules(root, id, query) {
  const { rules } = await once("/api/rules");
  if (id) {
    const rule = rules.find(r => r.id.toLowerCase() === id.toLowerCase());
    fill(root, h("p", {}, link("/rules", {}, "← Rules")), h("h1", {}, "Rule ", id), rule ? ruleText(rule) : h("p", {}, "There is no such rule."));
    return;
  }
  const search = h("input", { type: "search", class: "wide", value: query.get("q") ?? "", "aria-label": "Search the rules", placeholder: "a rule, a cause, a setting: CF-CERT, ErrorCachingMinTTL, chain …" });
  const count = h("p", { class: "note", role: "status" });
  const list = h("tbody", {});
  const draw = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rules.filter(r => words.every(w => (r.id + " " + r.area + " " + r.condition + " " + r.outcome + " " + (r.values ?? "") + " " + (r.causes ?? []).join(" ") + " " + (r.lab ?? []).join(" ")).toLowerCase().includes(w)));
    count.textContent = plural(found.length, "rule") + " of " + rules.length;
    fill(list, found.slice(0, 300).map(r => h("tr", { "data-rule": r.id },
      h("th", { scope: "row" }, link("/rules/" + encodeURIComponent(r.id), {}, r.id)), h("td", {}, r.condition), h("td", {}, r.outcome), h("td", {}, r.fidelity))));
    if (found.length > 300) count.textContent += ", the first 300 are shown";
  };
  search.addEventListener("input", () => {
    draw();
    history.replaceState(null, "", "/rules" + (search.value ? "?q=" + encodeURIComponent(search.value) : ""));
  });
  fill(root, h("div", { class: "tools" }, h("h1", {}, "Rules"), h("form", { role: "search", onsubmit: e => e.preventDefault() }, search)), count,
    h("div", { class: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, ["Rule", "When", "CloudFront", "Certainty"].map(t => h("th", { scope: "col" }, t)))), list)));
  draw();
}
