// TLS: what was offered against what the origin accepts, the chosen marked, and
// the chain as cards from the leaf to the root.
import { h } from "./dom.js";
import { ruleButton } from "./rules.js";

export function handshake(e, a) {
  const s = a.handshake;
  const accepted = acceptedBy(a.explanation?.scan);
  return h("div", {},
    h("dl", {},
      h("dt", {}, "Name sent (SNI)"), h("dd", { class: "wire" }, s.sni || "none"),
      s.alert != null && [h("dt", {}, "Alert"), h("dd", {}, typeof s.alert === "object" ? s.alert.name + " (" + s.alert.number + ")" : String(s.alert))],
      s.resumed && [h("dt", {}, "Resumed"), h("dd", {}, "yes")],
      s.road && [h("dt", {}, "Spoken by"), h("dd", {}, s.road)]),
    offer("Versions", s.offered?.versions, s.version, accepted.versions),
    offer("Curves", s.offered?.curves, s.curve, accepted.curves),
    offer("Cipher suites", s.offered?.cipherSuites, s.cipherSuite, accepted.cipherSuites),
    chain(a),
    (a.findings ?? []).filter(f => f.verdict === "fail" || f.verdict === "warn").map(f => h("p", { class: f.verdict === "fail" ? "problem" : "warning" }, f.observed, " ", ruleButton(f.rule))));
}

// acceptedBy is what a scan found the origin to accept; nothing where none was made.
function acceptedBy(scan) {
  const spoken = (scan?.versions ?? []).filter(v => v.spoken);
  if (spoken.length === 0) return {};
  const all = key => [...new Set(spoken.flatMap(v => v[key] ?? []))];
  return { versions: spoken.map(v => v.name), cipherSuites: all("suiteNames"), curves: all("groupNames") };
}

function offer(title, offered, chosen, accepted) {
  if (!offered?.length) return null;
  const both = Array.isArray(accepted) ? [...offered, ...accepted.filter(x => !offered.includes(x))] : offered;
  const list = chosen && !both.includes(chosen) ? [...both, chosen] : both;
  return h("section", {}, h("h2", {}, title, h("span", { class: "quiet" }, " offered: " + offered.length + (Array.isArray(accepted) ? ", accepted by the origin: " + accepted.length : "") + ", agreed: " + (chosen || "none"))),
    h("ul", { class: "chips" }, list.map(x => {
      const isChosen = x === chosen;
      const refused = Array.isArray(accepted) && !accepted.includes(x);
      const only = !offered.includes(x) && !isChosen;
      return h("li", { class: isChosen ? "chosen" : refused ? "refused" : only ? "only" : "" }, isChosen && "✓ ", x, refused && " (origin: no)", only && " (not offered)");
    })));
}

function common(name) {
  return /(?:^|,)CN=((?:[^,\\]|\\.)*)/.exec(name ?? "")?.[1] ?? name ?? "";
}

// chain draws the certificates that were sent, and the link that is missing or
// wrong. Which one that is the findings say.
function chain(a) {
  const certs = a.handshake.certificates ?? [];
  if (certs.length === 0) return h("p", {}, "The origin sent no certificate.");
  const failed = (a.findings ?? []).filter(f => f.verdict === "fail");
  const cards = [];
  certs.forEach((c, i) => {
    const mine = failed.filter(f => f.subject?.startsWith("certificate " + i + " "));
    cards.push(h("li", { class: "card" + (mine.length ? " failure" : "") },
      h("b", {}, i === 0 ? "leaf" : "certificate " + i), h("span", { class: "wire" }, common(c.subject)),
      c.dnsNames?.length > 0 && h("span", { title: c.dnsNames.join(", ") }, "names: " + c.dnsNames.slice(0, 4).join(", ") + (c.dnsNames.length > 4 ? " and " + (c.dnsNames.length - 4) + " more" : "")),
      h("span", {}, "valid " + day(c.notBefore) + " to " + day(c.notAfter)),
      h("span", {}, "issuer: " + common(c.issuer)),
      mine.map(f => h("span", { class: "problem" }, "✕ " + f.cause + " ", ruleButton(f.rule)))));
    const next = certs[i + 1];
    if (next) {
      const linked = c.issuer === next.subject;
      cards.push(h("li", { class: "joint" + (linked ? "" : " broken") }, linked ? "issued by →" : "✕ not issued by →"));
    }
  });
  const last = certs[certs.length - 1];
  const missing = failed.find(f => f.cause === "cert-incomplete-chain");
  const unknown = failed.find(f => f.cause === "cert-untrusted-root" || f.cause === "cert-self-signed");
  if (last.subject !== last.issuer || missing) {
    cards.push(h("li", { class: "joint" + (missing ? " broken" : "") }, missing ? "✕ issued by →" : "issued by →"),
      h("li", { class: "card absent" + (missing || unknown ? " failure" : "") }, h("b", {}, missing ? "not sent" : "root"), h("span", { class: "wire" }, common(last.issuer)),
        h("span", {}, missing ? "browsers fetch it, CloudFront does not" : unknown ? "✕ not trusted" : "trusted, not sent")));
  }
  return h("section", {}, h("h2", {}, "Chain as sent"), h("ol", { class: "chain" }, cards));
}

function day(iso) { return (iso ?? "").slice(0, 10); }
