// Faults on demand: what is in force with its counts, add one, end them.
import { button, fill, h, link, tell } from "./dom.js";
import { get, once, send } from "./api.js";

const causes = ["dns-failure", "connect-refused", "connect-timeout", "connect-reset", "tls-not-tls", "tls-protocol-mismatch", "tls-no-shared-cipher", "tls-no-shared-curve", "tls-handshake-failure", "tls-client-certificate-required", "cert-expired", "cert-not-yet-valid", "cert-self-signed", "cert-untrusted-root", "cert-incomplete-chain", "cert-wrong-order", "cert-invalid", "cert-name-mismatch", "response-timeout", "response-completion-timeout", "response-invalid", "response-headers-too-big", "origin-closed"];

export async function showFaults(root) {
  const at = h("div", {});
  const clockAt = h("div", {});
  const said = h("p", { class: "problem", role: "status" });
  const attempt = async act => {
    said.textContent = "";
    try {
      await act();
    } catch (err) {
      said.textContent = err.message + (err.hint ? ": " + err.hint : "");
    }
  };
  let drawn;
  const draw = async () => {
    const { faults } = await get("/api/faults");
    const now = JSON.stringify(faults);
    if (now === drawn) return; // or who is at a button would lose it
    drawn = now;
    fill(at, faults.length === 0
      ? h("p", { class: "empty" }, "No faults are active.")
      : h("div", { class: "scroll" }, h("table", {},
        h("thead", {}, h("tr", {}, ["Cause", "Where", "Left", "Applied to", ""].map(t => h("th", { scope: "col" }, t || h("span", { class: "hidden" }, "end it"))))),
        h("tbody", {}, faults.map((f, i) => h("tr", { "data-fault": f.id },
          h("th", { scope: "row" }, f.cause ? h("span", { "data-cause": f.cause }, f.cause) : "latency only", f.latency && f.latency !== "0s" && " after " + f.latency, f.share > 0 && " for " + Math.round(f.share * 100) + " % of requests"),
          h("td", {}, ["path", "method", "origin", "behavior"].filter(k => f[k]).map(k => k + " " + f[k]).join(", ") || "every request"),
          h("td", {}, f.remaining == null ? "until ended" : f.remaining + " of " + f.next),
          h("td", {}, f.forced.toLocaleString("en-US")),
          h("td", {}, button("End", () => attempt(async () => { await put(faults.filter((_, n) => n !== i)); await draw(); }), { "aria-label": "End " + (f.cause || "latency") + (f.path ? " at " + f.path : "") }))))))));
  };
  await draw();
  const form = await newFault(fault => attempt(async () => {
    const { faults } = await get("/api/faults");
    await put([...faults, fault]);
    await draw();
    tell("Fault added");
  }));
  fill(root, h("h1", {}, "Faults"), h("p", { class: "quiet" }, "A fault makes an origin fail on demand, so that you see what your users would see. Affected exchanges are marked as forced."),
    at, h("p", {}, button("End all", () => attempt(async () => { await send("DELETE", "/api/faults"); await draw(); }))), said, h("h2", {}, "Add one"), form, clockAt);
  showClock(clockAt, attempt);
  const timer = setInterval(() => attempt(draw), 3000);
  return () => clearInterval(timer);
}

// put replaces the faults by these, without what only the edge knows of them.
function put(faults) {
  const own = ["cause", "path", "method", "origin", "behavior", "next", "latency", "share", "seed", "id"];
  return send("PUT", "/api/faults", { faults: faults.map(f => Object.fromEntries(own.filter(k => f[k] != null && f[k] !== "" && f[k] !== 0).map(k => [k, f[k]]))) });
}

async function newFault(addFault) {
  let origins = [];
  try {
    const { distributions } = await once("/api/distributions");
    origins = [...new Set(distributions.flatMap(d => (d.config.Origins?.Items ?? []).map(o => o.Id)))];
  } catch { /* then it is typed */ }
  const cause = h("select", {}, causes.map(c => h("option", {}, c)));
  const path = h("input", { placeholder: "/api/*" }), next = h("input", { type: "number", min: "1", placeholder: "all" }), latency = h("input", { placeholder: "5s" });
  const origin = h("select", {}, h("option", { value: "" }, "any"), origins.map(o => h("option", {}, o)));
  return h("form", { class: "form", onsubmit: event => {
    event.preventDefault();
    const fault = { cause: cause.value };
    if (path.value) fault.path = path.value;
    if (origin.value) fault.origin = origin.value;
    if (next.value) fault.next = Number(next.value);
    if (latency.value) fault.latency = latency.value;
    addFault(fault);
  } }, h("label", {}, "Cause", cause), h("label", {}, "Path", path), h("label", {}, "Origin", origin), h("label", {}, "Next requests", next), h("label", {}, "After", latency), h("button", {}, "Add"));
}

// showClock moves the clock of the edge, where it can be moved.
async function showClock(at, attempt) {
  let clock;
  try {
    clock = await get("/api/clock");
  } catch {
    return;
  }
  const by = h("input", { value: "1h", "aria-label": "How far, e.g. 25h", size: "8" });
  const now = c => h("p", { role: "status" }, "The edge's clock says ", h("strong", {}, c.now.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC")), c.ahead !== "0s" && ", " + c.ahead + " ahead of real time", ".");
  const shown = h("div", {}, now(clock));
  fill(at, h("h2", {}, "Clock"), h("p", { class: "quiet" }, "The cache, certificates and signed URLs are judged by this clock."), shown,
    h("form", { class: "form", onsubmit: event => {
      event.preventDefault();
      attempt(async () => fill(shown, now(await send("POST", "/api/clock", { advance: by.value }))));
    } }, h("label", {}, "Advance by", by), h("button", {}, "Advance")));
}
