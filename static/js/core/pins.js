/** A chart pinned small beside every other view of the stage; the address tells which. */

import { $, all, h } from "./dom.js";
import { t } from "./i18n.js";
import { tell } from "./said.js";

/** @typedef {{section: HTMLElement, name: string, button: HTMLElement, gap: Comment}} Pinnable */

/** @param {import("./state.js").State} state */
export function wirePins(state) {
  if (!document.querySelector("[data-pinned]")) return;
  const root = $("[data-pinned]");
  const charts = pinnable((name) => state.go({ pin: state.values.pin === name ? "" : name }));

  function show() {
    for (const { section, name, button, gap } of charts) {
      const pinned = name === state.values.pin;
      button.setAttribute("aria-pressed", String(pinned));
      const view = gap.parentElement?.closest("[data-view-of]");
      const away = pinned && view instanceof HTMLElement && view.hidden;
      if (away) root.append(section);
      else gap.before(section);
    }
    root.hidden = !root.childElementCount;
  }
  state.subscribe((changed) => (changed.has("pin") || changed.has("tab")) && show());
  show();
}

/**
 * The charts of the stage that have a heading and a name of their own, each with its button; a comment keeps
 * each one's place.
 * @param {(name: string) => void} onPin
 * @returns {Pinnable[]}
 */
function pinnable(onPin) {
  const sections = all(".views section:has(> h2 + div)");
  return sections.flatMap((section) => {
    const name = Object.keys($("h2 + div", section).dataset)[0];
    if (!name) return [];
    const button = h("button", { class: "pin", type: "button", "aria-pressed": "false" }, "◰");
    tell(button, () => t("Pin beside the other views"), "aria-label");
    tell(button, () => t("Pin beside the other views"), "title");
    button.addEventListener("click", () => onPin(name));
    section.append(button);
    const gap = document.createComment(name);
    section.after(gap);
    return [{ section, name, button, gap }];
  });
}
