// What stands on top of every view: the last minutes as a chart, failures by
// cause, where is recorded, the version; and a banner when something is wrong.
import { fill, h, link, plural } from "./dom.js";
import { get } from "./api.js";

const interval = 5000;
let version = "", timer;

export function showSummary() {
  update();
}

async function update() {
  clearTimeout(timer);
  const banner = document.getElementById("banner");
  try {
    const s = await get("/api/summary");
    const key = s.version.version + s.version.revision;
    version ||= key;
    draw(s);
    const said = [...s.warnings];
    if (s.record.lost) said.push(plural(s.record.lost, "exchange") + " could not be recorded and " + (s.record.lost === 1 ? "is" : "are") + " lost");
    if (s.record.damaged) said.push(plural(s.record.damaged, "recorded exchange") + " cannot be read: edgesim recordings check --repair drops what is damaged");
    if (s.record.spooled) said.push(plural(s.record.spooled, "exchange") + " waiting for the database");
    if (banner.dataset.gone) {
      delete banner.dataset.gone;
      dispatchEvent(new Event("edgesim:restarted"));
    }
    say(said.join(" · "));
  } catch {
    banner.dataset.gone = "true";
    say("The edge is not responding. This page resumes when it is back.");
  }
  timer = setTimeout(update, document.hidden ? interval * 4 : document.getElementById("banner").dataset.gone ? 1000 : interval);
}

function say(text) {
  const banner = document.getElementById("banner");
  if (banner.textContent !== text) banner.textContent = text;
  banner.hidden = text === "";
}

function draw(s) {
  const requests = s.minutes.reduce((n, m) => n + m.requests, 0);
  const failed = s.minutes.reduce((n, m) => n + m.failed, 0);
  const causes = new Map();
  for (const m of s.minutes) {
    for (const [name, n] of Object.entries(m.causes ?? {})) causes.set(name, (causes.get(name) ?? 0) + n);
  }
  const worst = [...causes].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 3);
  fill(document.getElementById("summary"),
    chart(s.minutes),
    h("p", {}, "last 15 min: ", plural(requests, "request"), " · ", h("strong", {}, failed.toLocaleString("en-US") + " failed"),
      worst.length > 0 && ": ",
      worst.map(([name, n], i) => [i > 0 && ", ", link("/exchanges?cause=" + encodeURIComponent(name), {}, name), " " + n])),
    h("p", { class: "quiet" }, s.record.failing ? "not recording" : "recording " + s.record.where,
      s.served.length > 0 && " · " + s.served.slice(0, 2).join(", ") + (s.served.length > 2 ? " and " + (s.served.length - 2) + " more" : ""),
      " · " + s.version.version));
}

// chart draws a bar a minute, its failed part in another color and hatched.
function chart(minutes) {
  const most = Math.max(1, ...minutes.map(m => m.requests));
  const height = n => Math.max(n > 0 ? 8 : 0, Math.round(n / most * 100)) + "%";
  return h("div", { class: "chart", role: "img", "aria-label": "Requests in each of the last 15 minutes: " + minutes.map(m => m.requests + (m.failed ? " (" + m.failed + " failed)" : "")).join(", ") },
    minutes.map(m => h("span", { title: m.requests + " requests, " + m.failed + " failed, at " + new Date(m.start).toLocaleTimeString() },
      h("i", { class: "bar", style: { height: height(m.requests) } }),
      m.failed > 0 && h("i", { class: "bar failed", style: { height: height(m.failed) } }))));
}
