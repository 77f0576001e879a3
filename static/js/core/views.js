/** The views of a stage: one is on show, as the tab in the address says. */

import { $, all, oncePerFrame } from "./dom.js";
import { isTyping } from "./keys.js";

/** Names of the views that a part of the stage belongs to. @param {HTMLElement} part */
const viewsOf = (part) => (part.dataset.viewOf ?? "").split(" ");

/** Whether a part has nothing to show now: in another mode of the lab, all that it holds is hidden. */
const isEmpty = (/** @type {HTMLElement} */ part) =>
  [...part.children].every((child) => child instanceof HTMLElement && child.hidden);

/** @param {import("./state.js").State} state */
export function wireViews(state) {
  const tabs = all("[data-tab]");
  const parts = all("[data-view-of]");
  const names = tabs.map((tab) => tab.dataset.tab ?? "");
  const partsOf = (/** @type {string} */ name) => parts.filter((part) => viewsOf(part).includes(name));
  label(tabs, partsOf);

  function show() {
    const { tab: chosen } = state.values;
    tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(names[i] === chosen));
      tab.tabIndex = names[i] === chosen ? 0 : -1;
    });
    for (const part of parts) part.hidden = !viewsOf(part).includes(chosen);
    const stage = document.querySelector(".stage");
    if (stage instanceof HTMLElement) stage.dataset.shows = chosen;
  }
  let awaited = ""; // a view that a lesson's step names, while its mode has nothing in it yet
  /** Tabs of views that this mode of the lab has nothing in are not offered. */
  const offer = oncePerFrame(() => {
    const offered = names.map((name) =>
      partsOf(name).some((part) => !part.matches(".below *") && !isEmpty(part)),
    );
    tabs.forEach((tab, i) => (tab.hidden = !offered[i]));
    if (awaited && offered[names.indexOf(awaited)]) {
      const tab = awaited;
      awaited = "";
      state.set({ tab });
    } else if (!offered[names.indexOf(state.values.tab)]) {
      const kept = awaited;
      state.set({ tab: names[0] ?? "" });
      awaited = kept;
    }
  });
  tabs.forEach((tab, i) => {
    tab.addEventListener("click", () => state.go({ tab: names[i] ?? "" }));
    tab.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const open = tabs.filter((one) => !one.hidden);
      const next = by && open[(open.indexOf(tab) + by + open.length) % open.length];
      if (!next) return;
      event.preventDefault();
      next.click();
      next.focus();
    });
  });
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (/^[1-9]$/.test(event.key)) tabs.filter((tab) => !tab.hidden)[Number(event.key) - 1]?.click();
  });
  state.subscribe((changed) => {
    const { tab } = state.values;
    const away = changed.has("lesson") && tabs[names.indexOf(tab)]?.hidden;
    if (changed.has("lesson") || changed.has("tab")) awaited = away ? tab : "";
    if (changed.has("tab")) show();
  });
  // What a mode has nothing to say of is hidden when its first frame is there.
  new MutationObserver(offer).observe($(".views"), { subtree: true, attributeFilter: ["hidden"] });
  show();
  offer();
}

/**
 * Tabs and what they open know of each other.
 * @param {HTMLElement[]} tabs
 * @param {(name: string) => HTMLElement[]} partsOf
 */
function label(tabs, partsOf) {
  for (const tab of tabs) {
    const name = tab.dataset.tab ?? "";
    tab.id ||= `tab-${name}`;
    const panels = partsOf(name).filter((part) => part.matches(".view"));
    panels.forEach((panel, i) => (panel.id ||= `view-${name}-${i + 1}`));
    tab.setAttribute("aria-controls", panels.map(({ id }) => id).join(" "));
    const [main] = panels; // two landmarks of one name would tell nothing
    if (!main) continue;
    main.setAttribute("role", "tabpanel");
    const labels = [main.getAttribute("aria-labelledby"), tab.id].filter(Boolean);
    main.setAttribute("aria-labelledby", labels.join(" "));
  }
}
