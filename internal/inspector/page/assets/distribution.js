// The distribution: behaviors in order, origins with their check, and "explain":
// what would become of a request.
import { button, fill, h, link, navigate } from "./dom.js";
import { get, once } from "./api.js";
import { fields } from "./fields.js";
import { ruleButton } from "./rules.js";

const policyKeys = [["CachePolicyId", "cache"], ["OriginRequestPolicyId", "origin request"], ["ResponseHeadersPolicyId", "response headers"]];

export async function showDistribution(root, query) {
  const served = await once("/api/distribution");
  const all = Array.isArray(served.distributions) ? served.distributions : [served];
  fill(root, h("h1", {}, all.length > 1 ? "Distributions" : "Distribution"), explainForm(query), all.map(d => one(d, all.length > 1)));
}

function one(served, named) {
  const d = served.DistributionConfig ?? served.config ?? served;
  const names = served.policies ?? {};
  const aliases = d.Aliases?.Items ?? [];
  const behaviors = [...(d.CacheBehaviors?.Items ?? []), { ...d.DefaultCacheBehavior, PathPattern: "default (*)" }];
  return h("section", {},
    (named || served.name) && h("h2", {}, served.name ?? served.Id ?? ""),
    h("p", { class: "quiet" }, aliases.length ? "Aliases: " + aliases.join(", ") : "No aliases: every Host is answered.", d.DefaultRootObject && " Default root object: " + d.DefaultRootObject + "."),
    h("h2", {}, "Behaviors, in the order in which they are tried"),
    h("div", { class: "scroll" }, h("table", { class: "order" },
      h("thead", {}, h("tr", {}, ["Path pattern", "Origin", "Policies", "Viewers", "Methods"].map(t => h("th", { scope: "col" }, t)))),
      h("tbody", {}, behaviors.map(b => h("tr", {},
        h("td", { class: "wire" }, link("/exchanges?behavior=" + encodeURIComponent(b.PathPattern === "default (*)" ? "*" : b.PathPattern), {}, b.PathPattern)),
        h("td", {}, b.TargetOriginId),
        h("td", {}, policyKeys.filter(([k]) => b[k]).map(([k, what], i) => [i > 0 && " · ", h("span", { title: what + " policy " + b[k] }, names[b[k]] ?? what + " " + b[k].slice(0, 8))]), b.ForwardedValues && "legacy forwarded values", functionsOf(b)),
        h("td", {}, b.ViewerProtocolPolicy), h("td", {}, (b.AllowedMethods?.Items ?? []).join(" "))))))),
    h("h2", {}, "Origins"),
    h("div", { class: "scroll" }, h("table", {},
      h("thead", {}, h("tr", {}, ["Origin", "Domain", "Protocol", "Timeouts", "Check"].map(t => h("th", { scope: "col" }, t)))),
      h("tbody", {}, (d.Origins?.Items ?? []).map(originRow)))),
    served.notices?.length > 0 && [h("h2", {}, "Notes"), h("ul", {}, served.notices.map(n => h("li", {}, n.kind + ": ", n.path && [h("code", {}, n.path), " "], n.message)))]);
}

function functionsOf(b) {
  const all = [...(b.FunctionAssociations?.Items ?? []).map(f => f.FunctionARN), ...(b.LambdaFunctionAssociations?.Items ?? []).map(f => f.LambdaFunctionARN)];
  return all.length > 0 && [" · fn ", all.map(a => (a ?? "").split("/").pop()).join(", ")];
}

const checked = new Map(); // what the last check of an origin said, while the page is open

function originRow(o) {
  const c = o.CustomOriginConfig;
  const result = h("div", { class: "checked", role: "status" }, checked.get(o.Id));
  return h("tr", {},
    h("th", { scope: "row" }, link("/exchanges?origin=" + encodeURIComponent(o.Id), {}, o.Id)),
    h("td", { class: "wire" }, o.DomainName + (o.OriginPath ?? "")),
    h("td", {}, c ? c.OriginProtocolPolicy + " " + c.HTTPPort + "/" + c.HTTPSPort + " " + (c.OriginSslProtocols?.Items ?? []).join(" ") : "S3"),
    h("td", {}, o.ConnectionAttempts + " × " + o.ConnectionTimeout + " s" + (c ? ", read " + c.OriginReadTimeout + " s" : "")),
    h("td", {}, button("Check", event => check(o.Id, event.target, result), { "aria-label": "Check " + o.Id }), result));
}

function check(id, at, result) {
  at.disabled = true;
  result.textContent = "connecting…";
  const source = new EventSource("/api/check?origin=" + encodeURIComponent(id));
  const end = (...content) => {
    source.close();
    at.disabled = false;
    fill(result, content);
    checked.set(id, [...result.childNodes].map(n => n.cloneNode(true)));
  };
  source.addEventListener("progress", e => { result.textContent = JSON.parse(e.data); });
  source.addEventListener("failed", e => end(h("span", { class: "problem" }, JSON.parse(e.data).error)));
  source.addEventListener("report", e => end(report(JSON.parse(e.data))));
  source.onerror = () => end(h("span", { class: "problem" }, "the check ended early, or another is under way"));
}

function report(r) {
  const bad = (r.results ?? r.checks ?? []).filter(c => c.cause || c.verdict === "fail");
  if (bad.length === 0) return h("span", { class: "tag good" }, "✓ " + (r.verdict ?? "pass"));
  const seen = new Set();
  return bad.filter(c => {
    const key = (c.cause?.name ?? "") + (c.cause?.detail ?? "");
    return !seen.has(key) && seen.add(key);
  }).map(c => h("p", {}, h("span", { class: "tag bad", "data-cause": c.cause?.name }, "✕ " + (c.cause?.name ?? c.verdict)), " ", c.cause?.detail, " ", ruleButton(c.cause?.rule), (c.cause?.hint ?? c.fix) && h("span", { class: "fix" }, " → ", c.cause?.hint ?? c.fix)));
}

function explainForm(query) {
  const url = h("input", { type: "url", class: "wide", required: true, value: query.get("url") ?? "", placeholder: "https://www.example.com/api/cart?x=1" });
  const method = h("select", {}, ["GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"].map(m => h("option", { selected: m === (query.get("method") ?? "GET") }, m)));
  const headers = h("textarea", { rows: "2", placeholder: "Name: value, one a line", spellcheck: "false" });
  headers.value = query.getAll("header").join("\n");
  const at = h("div", { class: "explained", role: "status" });
  const ask = async () => {
    const q = new URLSearchParams({ url: url.value, method: method.value });
    for (const line of headers.value.split("\n")) if (line.trim()) q.append("header", line.trim());
    history.replaceState(null, "", "/distribution?" + q);
    try {
      fill(at, explained(await get("/api/explain?" + q)));
    } catch (err) {
      fill(at, h("p", { class: "problem" }, err.message), err.hint && h("p", {}, err.hint));
    }
  };
  if (query.get("url")) ask();
  return h("section", { "aria-label": "Explain a request" }, h("h2", {}, "Explain: what would become of a request"),
    h("form", { onsubmit: event => { event.preventDefault(); ask(); } },
      h("div", { class: "form" }, h("label", {}, "Method", method), h("label", { style: { flex: "1" } }, "URL", url), h("button", {}, "Explain")),
      h("label", {}, "Headers", headers)), at);
}

// explained shows what config --explain --json says.
function explained(x) {
  const lists = [], rows = [];
  for (const [name, value] of Object.entries(x)) {
    if (Array.isArray(value) && value.length > 0 && value.every(v => v?.kind && v?.field)) lists.push([name, value]);
    else rows.push([name, value]);
  }
  return [
    h("dl", {}, rows.map(([name, value]) => present(value) && [h("dt", {}, words(name)), h("dd", {}, show(value))])),
    lists.map(([name, list]) => [h("h2", {}, words(name)), fields(name, list, "viewer sends", "origin gets")]),
  ];
}

function present(v) { return v != null && v !== "" && !(Array.isArray(v) && v.length === 0) && !(typeof v === "object" && Object.keys(v).length === 0); }

function words(name) { return name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/^./, c => c.toUpperCase()); }

function show(v) {
  if (Array.isArray(v)) return v.every(x => typeof x !== "object") ? v.join(", ") : h("ul", {}, v.map(x => h("li", {}, show(x))));
  if (v && typeof v === "object") return h("dl", {}, Object.entries(v).map(([k, x]) => present(x) && [h("dt", {}, words(k)), h("dd", {}, show(x))]));
  return String(v);
}
