// The list of exchanges: live, filtered by the edge, in a window of rows.
import { button, copy, fill, h, link, navigate, plural } from "./dom.js";
import { follow, get } from "./api.js";
import { group, heightOf, rowElement, ungrouped } from "./rows.js";

const pageSize = 200;
// most is how many exchanges the list holds while new ones come and its top is in
// sight, mostBelow while a person reads further down.
const most = 5000, mostBelow = 200000;
const names = ["status", "cause", "rule", "host", "path", "method", "behavior", "origin", "mark", "since"];

// parse reads what was typed: "cause:cert-expired path:/api text".
export function parse(text) {
  const query = new URLSearchParams();
  const rest = [];
  for (const word of text.trim().split(/\s+/)) {
    const at = word.indexOf(":");
    if (at > 0 && names.includes(word.slice(0, at)) && at < word.length - 1) query.set(word.slice(0, at), word.slice(at + 1));
    else if (word) rest.push(word);
  }
  if (rest.length > 0) query.set("text", rest.join(" "));
  return query;
}

// written is the reverse of parse.
function written(query) {
  const words = names.filter(n => query.has(n)).map(n => n + ":" + query.get(n));
  if (query.has("text")) words.push(query.get("text"));
  return words.join(" ");
}

const keeping = {
  all() {
    try { return JSON.parse(localStorage.getItem("kept") ?? "[]"); } catch { return []; }
  },
  has(id) { return this.all().includes(id); },
  toggle(id) {
    const all = this.all();
    localStorage.setItem("kept", JSON.stringify(all.includes(id) ? all.filter(x => x !== id) : [id, ...all].slice(0, 50)));
  },
};

export async function showExchanges(root, query) {
  const list = new List(root, query);
  sessionStorage.setItem("list", location.pathname + location.search);
  await list.reload(); // where the store fails, what comes is shown nevertheless
  return () => list.close();
}

class List {
  constructor(root, query) {
    this.query = new URLSearchParams([...query].filter(([n]) => names.includes(n) || n === "text"));
    this.grouped = query.get("group") !== "off";
    this.exchanges = [];
    this.items = [];
    this.held = [];
    this.skipped = 0;
    this.paused = false;
    this.next = "";
    this.loading = false;
    this.narrow = matchMedia("(max-width: 760px)");
    this.selected = -1;
    this.build(root);
    this.stop = follow({
      exchanges: event => this.arrived(event),
      lost: () => {},
      again: () => this.reload(),
    });
    this.onScroll = () => this.scrolled();
    this.onKey = event => this.key(event.detail);
    addEventListener("scroll", this.onScroll, { passive: true });
    addEventListener("resize", this.onScroll);
    addEventListener("edgesim:key", this.onKey);
  }

  close() {
    this.stop();
    clearTimeout(this.timer);
    clearTimeout(this.calm);
    removeEventListener("scroll", this.onScroll);
    removeEventListener("resize", this.onScroll);
    removeEventListener("edgesim:key", this.onKey);
  }

  build(root) {
    this.search = h("input", { type: "search", name: "q", value: written(this.query), "aria-label": "Filter exchanges", placeholder: "status:502 cause:cert-expired path:/api/* host:… or any text", autocomplete: "off", spellcheck: "false" });
    const form = h("form", { role: "search", onsubmit: event => { event.preventDefault(); this.filter(parse(this.search.value)); } }, this.search);
    this.search.addEventListener("search", () => this.filter(parse(this.search.value)));
    const choice = (label, name, options) => h("label", {}, label + " ",
      h("select", { onchange: event => { const q = new URLSearchParams(this.query); event.target.value ? q.set(name, event.target.value) : q.delete(name); this.filter(q); } },
        [["", "all"], ...options].map(([value, text]) => h("option", { value, selected: (this.query.get(name) ?? "") === value }, text))));
    this.pauseButton = button("Pause", () => this.pause(), { "aria-pressed": "false" });
    this.note = h("p", { class: "note", role: "status" });
    this.rowsAt = h("ol", { class: "rows", "aria-label": "Exchanges, newest first" });
    this.keptAt = h("ol", { class: "rows kept", "aria-label": "Kept exchanges" });
    fill(root,
      h("div", { class: "tools" },
        h("h1", {}, "Exchanges"), form,
        choice("Status", "status", [["2xx", "2xx"], ["3xx", "3xx"], ["4xx", "4xx"], ["5xx", "5xx"]]),
        choice("Only", "mark", [["forced", "forced"], ["cached", "from the cache"], ["replayed", "replayed"]]),
        h("label", {}, h("input", { type: "checkbox", checked: this.grouped, onchange: event => { this.grouped = event.target.checked; this.draw(); } }), " join failures that are alike"),
        this.pauseButton,
        button("Clear", () => this.clear(), { title: "Hides the exchanges listed now; nothing is deleted, and kept ones stay" }),
        this.query.size > 0 && link("/exchanges", { class: "button" }, "Show all")),
      this.note, this.keptAt, this.rowsAt);
    this.root = root;
  }

  filter(query) {
    const text = query.toString();
    if (text === this.query.toString()) return;
    navigate("/exchanges" + (text ? "?" + text : ""));
  }

  clear() {
    const q = new URLSearchParams(this.query);
    q.set("since", new Date().toISOString());
    this.filter(q);
  }

  address(cursor) {
    const q = new URLSearchParams(this.query);
    q.set("limit", String(pageSize));
    if (cursor) q.set("cursor", cursor);
    return "/api/exchanges?" + q;
  }

  async load() {
    const came = this.came = []; // what comes meanwhile may not be in the answer
    let page;
    try {
      page = await get(this.address(""));
    } finally {
      this.came = null;
    }
    const known = new Set(page.exchanges.map(e => e.id));
    this.exchanges = came.filter(e => !known.has(e.id)).reverse().concat(page.exchanges);
    this.next = page.next ?? "";
    this.damaged = page.damaged?.length ?? 0;
    this.draw();
    this.drawKept();
  }

  // reload is for when something may have been missed. One that is asked for while
  // another is under way comes after it: two at once would lose what came between.
  async reload() {
    if (this.paused) return;
    this.wanted = true;
    if (this.reloading) return;
    this.reloading = true;
    while (this.wanted) {
      this.wanted = false;
      await this.reloadOnce();
    }
    this.reloading = false;
  }

  async reloadOnce() {
    try {
      await this.load();
      this.skipped = 0;
      this.failing = "";
      this.say();
    } catch (err) {
      this.failing = "The recorded exchanges cannot be read: " + err.message;
      this.say();
    }
  }

  async more() {
    if (this.loading || !this.next) return;
    this.loading = true;
    try {
      const page = await get(this.address(this.next));
      const known = new Set(this.exchanges.map(e => e.id));
      this.exchanges.push(...page.exchanges.filter(e => !known.has(e.id)));
      this.next = page.next ?? "";
      this.draw();
    } catch (err) {
      this.note.textContent = err.message;
    }
    this.loading = false;
  }

  arrived(event) {
    this.skipped += event.skipped;
    if (this.skipped > 0) { // once it is calm, the list has them all
      clearTimeout(this.calm);
      this.calm = setTimeout(() => { if (scrollY <= this.rowsAt.offsetTop) this.reload(); }, 1000);
    }
    if (this.query.size > 0) { // the edge knows what the filter lets through
      clearTimeout(this.timer);
      if (!this.paused) this.timer = setTimeout(() => this.reload(), 300);
      return;
    }
    if (this.paused) {
      this.held.push(...event.exchanges);
      if (this.held.length > most) this.held.splice(0, this.held.length - most);
      this.say();
      return;
    }
    this.take(event.exchanges);
  }

  // take puts new exchanges, the oldest first, on top.
  take(exchanges) {
    this.came?.push(...exchanges);
    const known = new Set(this.exchanges.slice(0, 300).map(e => e.id));
    const fresh = exchanges.filter(e => !known.has(e.id)).reverse();
    this.exchanges = fresh.concat(this.exchanges);
    const below = scrollY > this.rowsAt.offsetTop;
    if (this.exchanges.length > (below ? mostBelow : most)) {
      this.reload(); // the newest page; older ones are asked for when they are scrolled to
      return;
    }
    if (below) { // whoever reads there stays where they are
      const before = this.total;
      this.draw();
      scrollBy(0, this.total - before);
      return;
    }
    this.draw();
  }

  pause() {
    this.paused = !this.paused;
    this.pauseButton.textContent = this.paused ? "Resume" : "Pause";
    this.pauseButton.setAttribute("aria-pressed", String(this.paused));
    if (!this.paused) {
      const held = this.held;
      this.held = [];
      if (this.query.size > 0) this.reload();
      else this.take(held);
    }
    this.say();
  }

  say() {
    const words = this.failing ? [this.failing] : [];
    if (this.paused) words.push("Paused" + (this.held.length ? ", " + this.held.length + " new" : ""));
    if (this.skipped) words.push(plural(this.skipped, "exchange") + " came faster than can be shown here; the recording has " + (this.skipped === 1 ? "it" : "them") + ", and a filter finds them");
    if (this.damaged) words.push(plural(this.damaged, "damaged exchange") + " left out");
    this.note.textContent = words.join(" · ");
  }

  draw() {
    this.items = this.grouped ? group(this.exchanges) : ungrouped(this.exchanges);
    this.offsets = new Array(this.items.length + 1);
    let at = 0;
    for (let i = 0; i < this.items.length; i++) {
      this.offsets[i] = at;
      at += heightOf(this.items[i], this.narrow.matches);
    }
    this.offsets[this.items.length] = this.total = at;
    this.rowsAt.style.height = at + "px";
    this.window = null;
    this.show();
    this.say();
    if (this.items.length === 0) this.empty();
    else this.filled();
  }

  // show renders the rows that are in sight, and some around them.
  show() {
    const top = scrollY - this.rowsAt.offsetTop, margin = 400;
    let from = this.index(Math.max(0, top - margin)), to = this.index(Math.max(0, top + innerHeight + margin)) + 1;
    to = Math.min(to, this.items.length);
    from = Math.min(from, to);
    if (this.window && this.window[0] === from && this.window[1] === to) return;
    const focused = document.activeElement?.closest?.(".row")?.dataset.exchange;
    this.window = [from, to];
    const rows = [];
    for (let i = from; i < to; i++) {
      const row = rowElement(this.items[i], this.keepers());
      row.style.top = this.offsets[i] + "px";
      row.style.height = this.offsets[i + 1] - this.offsets[i] + "px";
      row.setAttribute("aria-setsize", this.next ? "-1" : String(this.items.length));
      row.setAttribute("aria-posinset", String(i + 1));
      if (i === this.selected) row.classList.add("selected");
      rows.push(row);
    }
    this.rowsAt.replaceChildren(...rows);
    if (focused) this.rowsAt.querySelector(`[data-exchange="${CSS.escape(focused)}"] .line`)?.focus({ preventScroll: true });
  }

  // index is the row at a height.
  index(height) {
    let low = 0, high = this.items.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if (this.offsets[mid + 1] <= height) low = mid + 1;
      else high = mid;
    }
    return low;
  }

  scrolled() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.show();
      if (scrollY + innerHeight * 2 > this.rowsAt.offsetTop + this.total) this.more();
    });
  }

  keepers() {
    return {
      kept: id => keeping.has(id),
      keep: e => { keeping.toggle(e.id); this.window = null; this.show(); this.drawKept(); },
    };
  }

  async drawKept() {
    const ids = keeping.all();
    const found = await Promise.all(ids.map(id => get("/api/exchanges/" + encodeURIComponent(id)).catch(() => null)));
    fill(this.keptAt, found.filter(Boolean).map(e => rowElement({ e, count: 1 }, this.keepers())));
  }

  key(key) {
    if (key === "p") return this.pause();
    if (this.items.length === 0) return;
    this.selected = Math.max(0, Math.min(this.items.length - 1, this.selected + (key === "j" ? 1 : -1)));
    const at = this.offsets[this.selected] + this.rowsAt.offsetTop;
    if (at < scrollY + 80) scrollTo(0, at - 80);
    if (at > scrollY + innerHeight - 120) scrollTo(0, at - innerHeight + 120);
    this.window = null;
    this.show();
    this.rowsAt.querySelector(".selected .line")?.focus({ preventScroll: true });
  }

  filled() {
    for (const at of this.root.querySelectorAll(".empty")) at.remove();
  }

  // empty teaches what to do.
  async empty() {
    this.filled();
    if (this.query.size > 0) {
      const at = h("p", { class: "empty" }, "No exchange matches. ", link("/exchanges", {}, "Show all"));
      this.root.append(at);
      return;
    }
    let command = "curl -i http://127.0.0.1:8080/";
    try {
      const s = await get("/api/summary");
      if (s.listen.http) command = "curl -i http://" + s.listen.http + "/";
      else if (s.listen.https) command = "curl -ik https://" + s.listen.https + "/";
    } catch { /* the banner says it */ }
    if (this.items.length > 0) return;
    this.filled(); // another may have been put there meanwhile
    const at = h("div", { class: "empty" }, h("p", {}, "Nothing yet. Try:"),
      h("p", {}, h("code", {}, command), " ", button("Copy", event => copy(command, event.target))));
    this.root.append(at);
  }
}
