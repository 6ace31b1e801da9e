// One exchange: why, what to change, a picture, and everything that was seen.
import { add, button, bytes, copy, fill, h, link, ms, pathOf, plural, tell } from "./dom.js";
import { get, once, send } from "./api.js";
import { picture } from "./picture.js";
import { fields } from "./fields.js";
import { handshake } from "./tls.js";
import { body } from "./body.js";
import { curl, goTest } from "./code.js";
import { ruleButton } from "./rules.js";

export async function showExchange(root, id) {
  const path = "/api/exchanges/" + encodeURIComponent(id);
  const [e, changes] = await Promise.all([get(path), get(path + "/changes")]);
  const limits = await limitsOf(e);
  const tabs = tabsOf(e, changes);
  fill(root, head(e, path), why(e), picture(e, limits), attemptsOf(e), tabList(tabs));
  return () => {};
}

// limitsOf returns the timeouts of the origin in milliseconds.
async function limitsOf(e) {
  try {
    const { distributions } = await once("/api/distributions");
    const d = distributions.find(x => x.name === e.distribution) ?? distributions[0];
    const origin = (d.config.Origins?.Items ?? []).find(o => o.Id === e.origin);
    if (!origin) return {};
    const custom = origin.CustomOriginConfig ?? {};
    return { connect: origin.ConnectionTimeout * 1000, attempts: origin.ConnectionAttempts, read: (custom.OriginReadTimeout ?? 30) * 1000 };
  } catch {
    return {};
  }
}

function head(e, path) {
  const status = e.response.status;
  const said = h("span", { role: "status" });
  const act = (label, make) => button(label, event => copy(make(), event.target));
  return h("div", { class: "head" + (e.cause ? " failure" : "") },
    h("p", { class: "quiet" }, link(sessionStorage.getItem("list") ?? "/exchanges", {}, "← Exchanges")),
    h("h1", {}, h("span", { class: "big" }, e.cause && h("span", { "aria-hidden": "true" }, "✕ "), status), " ",
      e.cause?.sentence || h("span", { class: "wire" }, e.viewer.method + " " + e.viewer.uri)),
    h("p", { class: "wire" }, e.viewer.method + " " + e.viewer.scheme + "://" + e.viewer.host + e.viewer.uri),
    h("p", { class: "actions" },
      act("Copy as curl", () => curl(e)),
      button("Replay and compare", event => replay(e, path, event.target, said)),
      link(path + "/har", { class: "button", download: "exchange.har" }, "Download HAR"),
      act("Copy as a Go test", () => goTest(e)),
      act("Copy link", () => location.href), " ", said));
}

async function replay(e, path, at, said) {
  at.disabled = true;
  said.textContent = "sending again…";
  try {
    const { id } = await send("POST", path + "/replay");
    const again = await get("/api/exchanges/" + encodeURIComponent(id));
    fill(said, compare(e, again), " ", link(pathOf(id), {}, "Show the new one"));
    tell(said.textContent);
  } catch (err) {
    said.textContent = err.message;
  }
  at.disabled = false;
}

// compare says in a sentence what is different now.
function compare(before, now) {
  const differ = [];
  const was = before.response.status + (before.cause ? " " + before.cause.name : "");
  const is = now.response.status + (now.cause ? " " + now.cause.name : "");
  if (was !== is) differ.push("now " + is + ", before " + was);
  if (before.response.bodyBytes !== now.response.bodyBytes) differ.push("the body has " + plural(now.response.bodyBytes, "byte") + ", before " + before.response.bodyBytes.toLocaleString("en-US"));
  if (before.resultType !== now.resultType && was === is) differ.push("now a " + now.resultType + ", before a " + before.resultType);
  return differ.length ? "Different: " + differ.join("; ") + "." : "The same: " + is + ".";
}

function why(e) {
  const warnings = findings(e).filter(f => f.verdict === "warn");
  const replayed = e.replayed && h("p", {}, h("strong", {}, "Replayed "), "a recording answered, not the origin.");
  const forced = e.forced && h("p", {}, h("strong", {}, "Forced "), "a fault on demand (", link("/faults", {}, e.forced), ") answered, not the origin.");
  if (!e.cause) {
    const hint = first(e.response.header, "X-Edgesim-Hint");
    const detail = first(e.response.header, "X-Edgesim-Detail");
    return h("section", { "aria-label": "Why" }, forced, replayed,
      detail && h("p", {}, h("strong", {}, "NOTE "), detail), hint && h("p", { class: "fix" }, h("strong", {}, "FIX "), hint),
      warnings.map(f => h("p", { class: "warning" }, h("strong", {}, "WARNING "), f.observed, " ", ruleButton(f.rule), f.hint && [" ", f.hint])));
  }
  return h("section", { class: "why", "aria-label": "Why" },
    h("p", {}, h("strong", {}, "WHY "), e.cause.detail, " ", h("span", { class: "tag bad", "data-cause": e.cause.name }, e.cause.name), " ", ruleButton(e.cause.rule)),
    e.cause.hint && h("p", { class: "fix" }, h("strong", {}, "FIX "), e.cause.hint),
    linesOf(e.cause.rule),
    forced, replayed,
    warnings.map(f => h("p", { class: "warning" }, h("strong", {}, "ALSO "), f.observed, " ", ruleButton(f.rule))));
}

// software are the names of servers as people write them.
const software = { "*": "any", accepted: "silent", "distribution-name": "names", apache: "Apache", caddy: "Caddy", haproxy: "HAProxy", alb: "ALB", iis: "IIS", traefik: "Traefik", "s3-website": "S3 website" };

// linesOf are the lines to change by software, as far as the rule has them. The rest does
// not wait for them, and does not move when they come: a click would miss. Their place is
// kept, also for a rule that has none.
function linesOf(id) {
  const at = h("details", { class: "pending" }, h("summary", {}, "The lines to change, by software"));
  once("/api/rules").then(({ rules }) => {
    const fixes = rules.find(r => r.id === id)?.fixes ?? [];
    if (fixes.length === 0) return;
    at.append(h("dl", {}, fixes.map(f => [h("dt", {}, software[f.software] ?? f.software), h("dd", {}, h("pre", {}, f.steps.join("\n")))])));
    at.classList.remove("pending");
  }, () => {}); // the sentence above is there in any case
  return at;
}

function first(header, name) { return header?.[name]?.[0]; }

function findings(e) {
  return [...(e.findings ?? []), ...(e.attempts ?? []).flatMap(a => a?.findings ?? [])];
}

function attemptsOf(e) {
  const steps = e.failover ?? [];
  if (steps.length === 0) return null;
  return h("section", { "aria-label": "Failover" }, h("h2", {}, "Failover"),
    h("ol", {}, steps.map(s => h("li", {}, s.origin, " answered ", s.cause ? s.cause.name : String(s.status), "; the request went to the next origin of the group"))));
}

// tabsOf are the parts of an exchange that there are.
function tabsOf(e, changes) {
  const tabs = [["Request", () => request(e, changes)]];
  const shaken = (e.attempts ?? []).filter(a => a?.handshake);
  if (shaken.length > 0) tabs.push(["TLS", () => handshake(e, shaken[shaken.length - 1])]);
  tabs.push(["Response", () => response(e, changes)]);
  if (e.cache) tabs.push(["Cache", () => cache(e)]);
  if (e.functions?.length) tabs.push(["Functions", () => functions(e)]);
  tabs.push(["Findings", () => findingsTable(e)]);
  tabs.push(["Raw", () => h("pre", {}, JSON.stringify(e, null, 2))]);
  return tabs;
}

function tabList(tabs) {
  const panel = h("div", { role: "tabpanel", tabindex: "0", id: "panel" });
  const bar = h("div", { role: "tablist", "aria-label": "Parts of the exchange", class: "tabs" });
  const choose = (name, focus) => {
    for (const t of bar.children) {
      const mine = t.textContent === name;
      t.setAttribute("aria-selected", String(mine));
      t.tabIndex = mine ? 0 : -1;
      if (mine && focus) t.focus();
    }
    panel.setAttribute("aria-label", name);
    fill(panel, tabs.find(t => t[0] === name)[1]());
    history.replaceState(null, "", location.pathname + (name === tabs[0][0] ? "" : "#" + name));
  };
  const names = tabs.map(t => t[0]);
  for (const name of names) {
    bar.append(h("button", {
      type: "button", role: "tab", "aria-controls": "panel",
      onclick: () => choose(name),
      onkeydown: event => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) choose(names[(names.indexOf(name) + step + names.length) % names.length], true);
      },
    }, name));
  }
  choose(names.includes(location.hash.slice(1)) ? location.hash.slice(1) : names[0]);
  return [bar, panel];
}

// reached says whether anything was sent to the origin.
function reached(e) { return e.attempts?.some(a => a?.phases?.sendMs > 0) ?? false; }

function request(e, changes) {
  const sent = e.sent;
  const parts = h("div", {});
  add(parts, [
    h("p", {}, "The viewer sent ", h("code", {}, e.viewer.method + " " + e.viewer.uri + " " + e.viewer.proto), e.viewer.tls && [" over ", e.viewer.tls.version, " ", e.viewer.tls.cipherSuite]),
    sent
      ? h("p", {}, reached(e) ? "The origin got " : "The origin would have got ", h("code", {}, sent.method + " " + sent.uri), " at ", h("code", {}, (sent.tls ? "https://" : "http://") + sent.host))
      : h("p", {}, "No request was sent to an origin."),
    e.behavior && h("p", {}, "Behavior ", h("code", {}, e.behavior), e.origin && [", origin ", h("code", {}, e.origin)], e.distribution && [", distribution ", h("code", {}, e.distribution)]),
    changes.request.length > 0
      ? fields("Changes to the request", changes.request, "viewer sent", reached(e) ? "origin got" : "origin would have got")
      : h("table", {}, h("caption", { class: "hidden" }, "What the viewer sent"), (e.viewer.fields ?? []).map(f => h("tr", {}, h("th", { scope: "row" }, f.name), h("td", { class: "wire" }, f.value)))),
    body("The viewer's body", e.viewer, first(e.viewer.header, "Content-Type"), first(e.viewer.header, "Content-Encoding")),
  ]);
  return parts;
}

function response(e, changes) {
  const r = e.response;
  return h("div", {},
    h("p", {}, "The viewer got ", h("code", {}, String(r.status)), " after ", ms(e.firstByteMs), ", complete after ", ms(e.durationMs), ", ", bytes(r.bodyBytes), ". Result type ", h("code", {}, e.resultType), e.detailedResultType !== e.resultType && [" (", h("code", {}, e.detailedResultType), ")"], "."),
    changes.response.length > 0
      ? fields("Changes to the response", changes.response, "origin sent", "viewer got")
      : h("div", { class: "scroll" }, h("table", {}, h("caption", { class: "hidden" }, "What the viewer got"),
        Object.entries(r.header ?? {}).filter(([n]) => !n.startsWith("X-Edgesim-")).flatMap(([n, values]) => values.map(v => h("tr", {}, h("th", { scope: "row" }, n), h("td", { class: "wire" }, v)))))),
    body("Body", r, first(r.header, "Content-Type"), first(r.header, "Content-Encoding")));
}

function cache(e) {
  const c = e.cache;
  return h("dl", {},
    h("dt", {}, "Decision"), h("dd", {}, c.decision, c.detail && ": " + c.detail, c.reason && [" ", ruleButton(c.reason)]),
    c.key && [h("dt", {}, "Key"), h("dd", { class: "wire" }, c.key)],
    h("dt", {}, "Time to live"), h("dd", {}, c.ttlSeconds + " s"),
    c.ageSeconds > 0 && [h("dt", {}, "Age"), h("dd", {}, c.ageSeconds + " s")],
    c.from && [h("dt", {}, "Filled by"), h("dd", {}, link(pathOf(c.from), {}, c.from))]);
}

function functions(e) {
  return e.functions.map(f => h("section", {}, h("h2", {}, f.name + " at " + f.event),
    h("p", { class: "quiet" }, f.runtime, " · ", ms(f.durationMs)),
    f.error && h("p", { class: "problem" }, f.error.class + ": " + f.error.message, f.error.line > 0 && " (line " + f.error.line + (f.error.column ? ", column " + f.error.column : "") + ")"),
    f.changed?.length > 0 && fields("What it changed", f.changed, "before", "after"),
    f.log?.length > 0 && h("pre", {}, f.log.join("\n"))));
}

function findingsTable(e) {
  const order = { fail: 0, warn: 1, unsimulated: 2, blocked: 3, pass: 4 };
  const all = findings(e).sort((a, b) => (order[a.verdict] ?? 9) - (order[b.verdict] ?? 9));
  return h("div", { class: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, ["Verdict", "Rule", "About", "Seen", "Expected"].map(t => h("th", { scope: "col" }, t)))),
    h("tbody", {}, all.map(f => h("tr", {},
      h("td", {}, h("span", { class: "tag " + ({ fail: "bad", warn: "warn", pass: "good" }[f.verdict] ?? "") }, f.verdict)),
      h("td", {}, ruleButton(f.rule)), h("td", {}, f.subject), h("td", {}, f.observed), h("td", {}, f.expected))))));
}
