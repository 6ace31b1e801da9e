// A recorded body, shown and never run: text as text, pictures as pictures, the
// rest in hex.
import { bytes, h, plural } from "./dom.js";

const pictures = ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"];

export function body(title, part, contentType, encoding) {
  if (!part.bodyBytes) return null;
  const type = (contentType ?? "").split(";")[0].trim().toLowerCase();
  return h("section", {}, h("h2", {}, title, h("span", { class: "quiet" }, " ", contentType ?? "no content type", encoding && ", " + encoding, ", ", bytes(part.bodyBytes))),
    part.body == null && !part.bodyBase64 ? h("p", { class: "quiet" }, "It was not recorded.") : content(part, type, encoding),
    part.truncated && h("p", { class: "quiet" }, "Only the beginning was recorded."));
}

function content(part, type, encoding) {
  if (pictures.includes(type) && !part.truncated && !encoding) {
    // In an <img> an SVG runs no script and asks for nothing.
    const data = part.bodyBase64 ?? btoa(String.fromCharCode(...new TextEncoder().encode(part.body)));
    return h("img", { class: "preview", alt: "the recorded picture", src: "data:" + type + ";base64," + data });
  }
  if (part.body != null) {
    if (type.endsWith("json")) {
      try {
        return h("pre", {}, JSON.stringify(JSON.parse(part.body), null, 2));
      } catch { /* not whole, or not JSON: as it is */ }
    }
    return h("pre", {}, part.body);
  }
  return h("pre", { class: "hex" }, hex(atob(part.bodyBase64)));
}

const most = 4096;

function hex(text) {
  const lines = [];
  for (let i = 0; i < Math.min(text.length, most); i += 16) {
    const row = [...text.slice(i, i + 16)];
    lines.push(i.toString(16).padStart(6, "0") + "  " + row.map(c => c.charCodeAt(0).toString(16).padStart(2, "0")).join(" ").padEnd(48) + " " + row.map(c => (c >= " " && c <= "~" ? c : ".")).join(""));
  }
  if (text.length > most) lines.push("… " + plural(text.length - most, "more byte"));
  return lines.join("\n");
}
