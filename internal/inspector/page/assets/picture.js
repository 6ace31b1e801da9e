// The picture of an exchange: viewer, edge and origin from left to right, where it
// broke, and a bar for each attempt. It is drawn from the facts that the words
// have; a screen reader gets the words.
import { h, ms } from "./dom.js";

const phases = [["resolveMs", "DNS"], ["dialMs", "connect"], ["handshakeMs", "TLS"], ["sendMs", "send"], ["waitMs", "wait"]];

const stages = { resolve: "DNS", connect: "connect", handshake: "TLS", verify: "certificate check", send: "send", response: "response", body: "body", request: "request" };

// total is how long an attempt took.
function total(a) { return phases.reduce((n, [key]) => n + (a.phases?.[key] ?? 0), 0); }

// words is the picture for who does not see it.
function words(e, attempts) {
  const parts = ["Viewer sent " + e.viewer.method + " to the edge."];
  if (!e.sent) parts.push("No request was sent to an origin.");
  for (const a of attempts) {
    const took = phases.filter(([key]) => a.phases?.[key] > 0).map(([key, name]) => name + " " + ms(a.phases[key]));
    parts.push("Attempt " + a.number + " to " + (a.address ?? a.target) + ": " + (took.join(", ") || "nothing was reached") + (a.cause ? "; stopped at " + (stages[a.cause.stage] ?? a.cause.stage) + " with " + a.cause.name : ""));
  }
  parts.push("The viewer got " + e.response.status + " after " + ms(e.durationMs) + ".");
  return parts.join(" ");
}

export function picture(e, limits) {
  const attempts = (e.attempts ?? []).filter(Boolean);
  const last = attempts[attempts.length - 1];
  const broken = e.cause && e.sent && !e.cause.name.startsWith("viewer-");
  const refused = e.cause && !e.sent;
  const target = e.sent ? (e.sent.tls ? "https://" : "http://") + e.sent.host : e.origin ?? "origin";
  const stopped = broken && e.cause.stage && "stopped: " + (stages[e.cause.stage] ?? e.cause.stage);
  const reading = last && e.durationMs - (e.firstByteMs ?? 0);
  return h("section", { "aria-label": "Path of the request" },
    h("p", { class: "hidden" }, words(e, attempts)),
    h("div", { class: "way", "aria-hidden": "true" },
      node("viewer", e.viewer.address),
      edge(refused ? "broken" : "", e.viewer.method + " " + short(e.viewer.uri), refused ? "✕" : "▶"),
      node("edge", e.behavior ? "behavior " + e.behavior : ""),
      edge(broken ? "broken" : e.sent ? "" : "none", last ? phases.filter(([k]) => last.phases?.[k] > 0).map(([k, n]) => n + " " + ms(last.phases[k])).join(" · ") : e.cache && e.resultType !== "Miss" ? "answered from the cache" : "not asked", broken ? "✕" : "▶", stopped),
      node(target, last?.address ? "(" + last.address + ")" : "")),
    attempts.length > 0 && bars(e, attempts, limits, reading));
}

function short(text) { return text.length > 60 ? text.slice(0, 57) + "…" : text; }

function node(name, below) {
  return h("div", { class: "node" }, h("b", {}, name), below && h("span", {}, below));
}

function edge(kind, label, arrow, stopped) {
  return h("div", { class: "hop " + kind }, h("span", { class: "label" }, label), h("span", { class: "shaft" }, h("span", { class: "mark" }, arrow)), h("span", { class: "label" }, stopped));
}

function bars(e, attempts, limits, reading) {
  const longest = Math.max(...attempts.map(total), 0.1) + Math.max(0, reading ?? 0);
  // A limit is drawn where it is near enough to mean something.
  const lines = [["connect", limits.connect], ["read", limits.read]].filter(([, at]) => at && at <= longest * 4);
  const scale = Math.max(longest, ...lines.map(([, at]) => at)) * 1.02;
  const share = n => (n / scale * 100).toFixed(3) + "%";
  return h("div", { class: "bars", "aria-hidden": "true" },
    attempts.map((a, i) => {
      let at = 0;
      const parts = phases.filter(([key]) => a.phases?.[key] > 0).map(([key, name]) => {
        const part = h("span", { class: "phase " + key.slice(0, -2), title: name + " " + ms(a.phases[key]), style: { left: share(at), width: "max(2px, " + share(a.phases[key]) + ")" } });
        at += a.phases[key];
        return part;
      });
      const receive = i === attempts.length - 1 && !a.cause && reading > 0.05;
      if (receive) parts.push(h("span", { class: "phase receive", title: "receive " + ms(reading), style: { left: share(at), width: "max(2px, " + share(reading) + ")" } }));
      if (a.cause) parts.push(h("span", { class: "stop", title: a.cause.name, style: { left: share(at) } }, "✕"));
      return h("div", { class: "attempt" }, h("span", { class: "name" }, "attempt " + a.number, a.reused && " (kept connection)"),
        h("span", { class: "track" }, parts, lines.map(([name, limit]) => h("span", { class: "limit", title: name + " timeout " + ms(limit), style: { left: share(limit) } }))),
        h("span", { class: "took" }, ms(total(a) + (receive ? reading : 0))));
    }),
    h("p", { class: "legend" }, [["resolve", "DNS"], ["dial", "connect"], ["handshake", "TLS"], ["send", "send"], ["wait", "wait"], ["receive", "receive"]].map(([c, t]) => [h("span", { class: "phase key " + c }), " " + t + "  "]),
      (limits.connect || limits.read) && [" · limits: connect " + ms(limits.connect) + (limits.attempts ? " × " + limits.attempts : "") + ", read " + ms(limits.read)]));
}
