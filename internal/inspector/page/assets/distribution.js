// The distribution: behaviors in order, origins with their check, and "explain":
// what would become of a request.
import { button, fill, h, link, seconds } from "./dom.js";
import { get, once } from "./api.js";
import { fields } from "./fields.js";
import { ruleButton } from "./rules.js";

const policyKeys = [["CachePolicyId", "cache"], ["OriginRequestPolicyId", "origin request"], ["ResponseHeadersPolicyId", "response headers"]];

export async function showDistribution(root, query) {
  const { distributions } = await once("/api/distributions");
  fill(root, h("h1", {}, distributions.length > 1 ? "Distributions" : "Distribution"), explainForm(query), distributions.map(d => one(d, distributions.length > 1)));
}

function one(served, named) {
  const d = served.config, names = served.policies;
  const aliases = d.Aliases?.Items ?? [];
  const behaviors = [...(d.CacheBehaviors?.Items ?? []), { ...d.DefaultCacheBehavior, PathPattern: "default (*)" }];
  return h("section", {},
    (named || served.name) && h("h2", {}, served.name || served.domainName || "unnamed"),
    h("p", { class: "quiet" }, served.domainName && served.domainName + ". ", aliases.length ? "Aliases: " + aliases.join(", ") + "." : "No aliases: any Host is accepted.", d.DefaultRootObject && " Default root object: " + d.DefaultRootObject + "."),
    h("h2", {}, "Behaviors, in order of precedence"),
    h("div", { class: "scroll" }, h("table", { class: "order" },
      h("thead", {}, h("tr", {}, ["Path pattern", "Origin", "Policies", "Viewers", "Methods"].map(t => h("th", { scope: "col" }, t)))),
      h("tbody", {}, behaviors.map(b => h("tr", {},
        h("td", { class: "wire" }, link("/exchanges?behavior=" + encodeURIComponent(b.PathPattern === "default (*)" ? "*" : b.PathPattern), {}, b.PathPattern)),
        h("td", {}, b.TargetOriginId),
        h("td", {}, policyKeys.filter(([k]) => b[k]).map(([k, what], i) => [i > 0 && " · ", h("span", { title: what + " policy " + b[k] }, names[b[k]] ?? what + " policy " + b[k])]), b.ForwardedValues && "legacy forwarded values", functionsOf(b)),
        h("td", {}, b.ViewerProtocolPolicy), h("td", {}, (b.AllowedMethods?.Items ?? []).join(" "))))))),
    h("h2", {}, "Origins"),
    h("div", { class: "scroll" }, h("table", {},
      h("thead", {}, h("tr", {}, ["Origin", "Domain", "Protocol", "Timeouts", "Check"].map(t => h("th", { scope: "col" }, t)))),
      h("tbody", {}, (d.Origins?.Items ?? []).map(originRow)))),
    served.notices.length > 0 && [h("h2", {}, "Notes"), h("ul", {}, served.notices.map(n => h("li", {}, n)))]);
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
  source.onerror = () => end(h("span", { class: "problem" }, "the check ended early, or another one is running"));
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
  const headers = h("textarea", { rows: "2", placeholder: "Name: value, one per line", spellcheck: "false" });
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
  return h("section", { "aria-label": "Explain a request" }, h("h2", {}, "Explain a request"),
    h("form", { onsubmit: event => { event.preventDefault(); ask(); } },
      h("div", { class: "form" }, h("label", {}, "Method", method), h("label", { style: { flex: "1" } }, "URL", url), h("button", {}, "Explain")),
      h("label", {}, "Headers", headers)), at);
}

// explained shows what config --explain --json says.
function explained(x) {
  const p = x.policies ?? {};
  const row = (name, ...value) => [h("dt", {}, name), h("dd", {}, value)];
  return [
    x.refused && h("section", { class: "why" },
      h("p", {}, h("strong", {}, "The edge answers " + x.refused.status + " itself "), h("span", { class: "tag bad", "data-cause": x.refused.cause }, x.refused.cause), " ", x.refused.detail, " ", ruleButton(x.refused.rule)),
      x.refused.hint && h("p", { class: "fix" }, h("strong", {}, "FIX "), x.refused.hint)),
    x.redirect > 0 && h("p", {}, h("strong", {}, "The edge redirects with " + x.redirect + "; "), "the rest is about the redirected request."),
    h("dl", {},
      x.distribution && row("Distribution", x.distribution),
      x.behavior && row("Behavior", h("code", {}, x.behavior.pathPattern), ", number " + x.behavior.number + " of " + x.behavior.of + ": ", x.behavior.why,
        x.behavior.alsoMatching.length > 0 && "; " + x.behavior.alsoMatching.join(", ") + " would match, too, and is behind it", x.behavior.signedURLs && "; needs a signature of " + x.behavior.signedURLs),
      x.policies && row("Policies", ["cache " + (p.cache || "none"), "origin request " + (p.originRequest || "none"), "response headers " + (p.responseHeaders || "none")].join(" · "), p.legacy && " · legacy forwarded values"),
      x.functions.length > 0 && row("Functions", x.functions.map(f => f.event + ": " + f.name + " (" + f.kind + (f.code ? "" : ", its code is not known") + (f.run ? "" : ", not run here") + ")").join(" · ")),
      x.functions.filter(f => f.run).map(f => row(f.name,
        f.run.error ? f.run.error.class + ": " + f.run.error.message + (f.run.error.line ? " at line " + f.run.error.line : "")
          : f.run.answer ? "answers " + f.run.answer + " itself; the request goes no further"
          : f.run.changes.map(c => c.field + ": " + (c.from ?? "") + " → " + (c.to ?? "")).join(" · ") || "changes nothing",
        f.run.log.map(text => h("div", {}, h("code", {}, text))))),
      x.cache && [row("Cache key", h("code", {}, x.cache.key)), row("Cached", x.cache.cacheable ? "for " + seconds(x.cache.defaultTTL) + " if the origin sets no lifetime, otherwise between " + seconds(x.cache.minTTL) + " and " + seconds(x.cache.maxTTL) : "no: responses to this method are not cached")]),
    x.origins.map((o, i) => h("section", { "data-origin": o.id },
      h("h2", {}, (i > 0 ? "Then origin " : "Origin ") + o.id + " gets"),
      h("p", {}, h("code", {}, o.method + " " + o.uri), " at ", h("code", {}, o.address)),
      h("dl", {},
        row("Host", h("code", {}, o.host), o.hostForwarded ? " (the viewer's)" : " (the origin's own)"),
        o.sni && row("Name sent (SNI)", h("code", {}, o.sni)),
        o.acceptedNames?.length > 0 && row("Certificate for", o.acceptedNames.join(" or ")),
        o.protocols?.length > 0 && row("Protocols", o.protocols.join(" ")),
        o.signed && row("Signed", o.signed),
        o.failoverOn?.length > 0 && row("Failover after", o.failoverOn.join(", "))),
      (o.findings ?? []).map(f => h("p", { class: f.verdict === "fail" ? "problem" : "warning" }, f.observed, " ", ruleButton(f.rule), f.hint && [" ", f.hint])),
      fields("Changes to the request", o.changes, "viewer sends", "origin gets"))),
  ];
}
