// The keyboard: / search, j and k move, Enter opens, Esc goes back, p pauses, ? helps.
import { button, h, navigate } from "./dom.js";

const help = [["/", "search"], ["j, k", "next, previous exchange"], ["Enter", "open it"], ["Esc", "back to the list"], ["p", "pause or resume"], ["?", "this list"]];

export function keys() {
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.matches("input, textarea, select");
    if (event.key === "Escape") {
      if (typing) event.target.blur();
      else if (!document.querySelector("dialog[open]") && location.pathname.startsWith("/exchanges/")) back();
      return;
    }
    if (typing) return;
    switch (event.key) {
      case "/": {
        const search = document.querySelector("input[type=search]");
        if (search) {
          event.preventDefault();
          search.focus();
        }
        break;
      }
      case "j": case "k": case "p":
        dispatchEvent(new CustomEvent("edgesim:key", { detail: event.key }));
        break;
      case "?":
        showHelp();
    }
  });
}

// back leads to the list as it was last seen.
function back() {
  navigate(sessionStorage.getItem("list") ?? "/exchanges");
}

function showHelp() {
  const dialog = h("dialog", { "aria-labelledby": "keys" },
    h("h2", { id: "keys" }, "Keys"),
    h("dl", { class: "keys" }, help.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)])),
    button("Close", () => dialog.close()));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
