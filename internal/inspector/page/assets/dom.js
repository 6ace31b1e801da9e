// Elements are made here and nowhere else. Text is always set as text: what was
// recorded may be hostile, and nothing of it is ever parsed as HTML.

// h makes an element. A property that begins with "on" is a listener, "style" an
// object of CSS properties; null and false are left out.
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [k, v] of Object.entries(value)) el.style.setProperty(k, v);
    else el.setAttribute(name, value === true ? "" : String(value));
  }
  add(el, children);
  return el;
}

// add appends elements, and everything else as text.
export function add(el, children) {
  for (const child of [children].flat(Infinity)) {
    if (child == null || child === false) continue;
    el.append(child instanceof Node ? child : document.createTextNode(shown(String(child))));
  }
}

// fill replaces what an element holds.
export function fill(el, ...children) {
  el.replaceChildren();
  add(el, children);
  return el;
}

// Characters that would change how the text around them reads are shown by their
// number: controls, and those that turn its direction.
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function shown(text) {
  return text.replace(invisible, c => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"));
}

// link leads to another view of the page.
export function link(href, props, ...children) {
  return h("a", { href, ...props }, ...children);
}

// pathOf is the address of an exchange's view: ids end in "==", which an address may.
export function pathOf(id) {
  return "/exchanges/" + encodeURIComponent(id).replaceAll("%3D", "=");
}

// button does something.
export function button(label, act, props) {
  return h("button", { type: "button", ...props, onclick: act }, label);
}

// tell says something to who does not see it.
export function tell(text) {
  const told = document.getElementById("told");
  told.textContent = "";
  requestAnimationFrame(() => { told.textContent = text; });
}

// copy puts a text into the clipboard and says so on the button.
export async function copy(text, at) {
  const label = at.textContent;
  try {
    await navigator.clipboard.writeText(text);
    at.textContent = "copied";
  } catch {
    at.textContent = "not allowed";
  }
  tell(at.textContent);
  setTimeout(() => { at.textContent = label; }, 1500);
}

// navigate shows another address without loading the page again.
export function navigate(href, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", href);
  dispatchEvent(new Event("edgesim:navigate"));
}

// ms writes a duration of milliseconds with its unit.
export function ms(n) {
  if (n == null) return "";
  if (n >= 10000) return (n / 1000).toFixed(1) + " s";
  if (n >= 10) return Math.round(n) + " ms";
  return (n >= 1 ? n.toFixed(1) : n.toFixed(2)) + " ms";
}

// seconds writes a duration of seconds as people say it.
export function seconds(n) {
  if (n >= 172800) return Math.round(n / 86400) + " days";
  if (n >= 7200) return Math.round(n / 3600) + " h";
  if (n >= 120) return Math.round(n / 60) + " min";
  return Math.round(n) + " s";
}

// bytes writes a size; the exact number is on hover.
export function bytes(n) {
  const text = n < 1024 ? n + " B" : n < 1048576 ? (n / 1024).toFixed(1) + " KiB" : (n / 1048576).toFixed(1) + " MiB";
  return h("span", { title: n.toLocaleString("en-US") + " bytes" }, text);
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

// time writes when something was, in local time; in UTC on hover.
export function time(iso) {
  return h("time", { datetime: iso, title: iso.replace("T", " ").replace("Z", " UTC") }, clock.format(new Date(iso)));
}

// plural writes a number with its noun.
export function plural(n, noun) {
  return n.toLocaleString("en-US") + " " + noun + (n === 1 ? "" : "s");
}
