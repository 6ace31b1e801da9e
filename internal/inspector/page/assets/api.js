// All requests of the page: to its own address only.

// Failure is an answer that is not a success, in words for people.
export class Failure extends Error {
  constructor(status, text, hint) {
    super(text);
    this.status = status;
    this.hint = hint;
  }
}

async function answer(response) {
  const text = await response.text();
  let data;
  try {
    data = JSON.parse(text);
  } catch {
    data = null;
  }
  if (!response.ok) {
    throw new Failure(response.status, data?.error ?? (text.trim() || "the edge answers with " + response.status), data?.hint);
  }
  return data ?? text;
}

export async function get(path, signal) {
  return answer(await fetch(path, { headers: { Accept: "application/json" }, signal }));
}

// send changes something; the field tells the edge that it is this page that does.
export async function send(method, path, body) {
  const headers = { "X-Edgesim-Page": "1" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return answer(await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }));
}

const kept = new Map();

// once asks for what does not change while the edge runs.
export function once(path) {
  if (!kept.has(path)) {
    kept.set(path, get(path).catch(err => { kept.delete(path); throw err; }));
  }
  return kept.get(path);
}

// forget asks again next time: the edge was restarted or its configuration read
// again.
export function forget() { kept.clear(); }

// follow listens to what happens. It comes back by itself when the edge does.
// again is called whenever it begins to listen: what happened between the list and
// that moment was missed.
export function follow({ exchanges, lost, again }) {
  let source, timer;
  const open = () => {
    source = new EventSource("/api/live");
    source.addEventListener("hello", () => again());
    source.addEventListener("exchanges", e => exchanges(JSON.parse(e.data)));
    source.onerror = () => {
      lost();
      if (source.readyState === EventSource.CLOSED) { // it was refused, and not only cut off
        clearTimeout(timer);
        timer = setTimeout(open, 1000);
      }
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
