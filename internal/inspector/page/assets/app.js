// The address says what is shown; this file finds the view for it.
import { fill, h, navigate } from "./dom.js";
import { forget } from "./api.js";
import { showSummary } from "./summary.js";
import { showExchanges } from "./exchanges.js";
import { keys } from "./keys.js";

const views = {
  exchanges: async (root, rest, query) => rest ? (await import("./exchange.js")).showExchange(root, rest) : showExchanges(root, query),
  distribution: async (root, rest, query) => (await import("./distribution.js")).showDistribution(root, query),
  faults: async root => (await import("./faults.js")).showFaults(root),
  rules: async (root, rest, query) => (await import("./rules.js")).showRules(root, rest, query),
  cache: async root => (await import("./cache.js")).showCache(root),
};

const main = document.getElementById("view");
let leave = () => {}, shownPath = "", turn = 0;

async function route() {
  const mine = ++turn;
  const [first, ...rest] = location.pathname.slice(1).split("/");
  const name = first in views ? first : "exchanges";
  const id = decodeURIComponent(rest.join("/"));
  leave();
  leave = () => {};
  main.dataset.view = name === "exchanges" && id ? "exchange" : name;
  for (const a of document.querySelectorAll("nav a")) {
    if (a.getAttribute("href") === "/" + name) a.setAttribute("aria-current", "page");
    else a.removeAttribute("aria-current");
  }
  const root = h("div", {});
  let end;
  try {
    end = await views[name](root, id, new URLSearchParams(location.search));
  } catch (err) {
    fill(root, h("h1", {}, "This view cannot be shown"), h("p", { class: "problem" }, err.message), err.hint && h("p", {}, err.hint));
  }
  if (mine !== turn) { // another view was asked for meanwhile
    end?.();
    return;
  }
  leave = end ?? (() => {});
  main.replaceChildren(root);
  const title = root.querySelector("h1");
  document.title = (title ? title.textContent + " · " : "") + "edgesim";
  if (shownPath && shownPath !== location.pathname) {
    main.focus({ preventScroll: true });
    scrollTo(0, 0);
  }
  shownPath = location.pathname;
}

document.addEventListener("click", event => {
  const a = event.target.closest("a[href^='/']");
  if (!a || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0 || a.hasAttribute("download") ||
    a.getAttribute("href").startsWith("/api/")) return;
  event.preventDefault();
  navigate(a.getAttribute("href"));
});
addEventListener("popstate", route);
addEventListener("edgesim:navigate", route);
addEventListener("edgesim:restarted", () => { forget(); route(); });
keys();
showSummary();
route();
