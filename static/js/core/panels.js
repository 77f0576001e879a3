/** What opens and closes on a page: dialogs, the menu of labs, the lesson as a drawer. */

import { $, all } from "./dom.js";

/** Dialogs close by their cross. */
export function wireDialogs() {
  for (const dialog of document.querySelectorAll("dialog"))
    dialog.querySelector("[data-close]")?.addEventListener("click", () => dialog.close());
}

/** The menu of labs closes when something else is wanted. */
export function wireMenu() {
  const menu = /** @type {HTMLDetailsElement} */ ($("[data-menu]"));
  addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    $("summary", menu).focus();
  });
}

/** Between two widths the lesson is a drawer. */
export function wireDrawer() {
  const button = /** @type {HTMLElement | null} */ (document.querySelector("[data-lesson-drawer]"));
  const lesson = document.querySelector(".lesson");
  if (!button || !(lesson instanceof HTMLElement)) return;
  const show = (/** @type {boolean} */ open) => {
    document.body.classList.toggle("lesson-open", open);
    button.setAttribute("aria-expanded", String(open));
    dispatchEvent(new Event("resize")); // the stage is narrower, or wider
  };
  button.addEventListener("click", () => {
    const open = !document.body.classList.contains("lesson-open");
    show(open);
    if (open) $("summary", lesson).focus();
  });
  lesson.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || button.getAttribute("aria-expanded") !== "true") return;
    show(false);
    button.focus();
  });
}

/** Where the window is narrow, controls and lesson share a place below or beside the picture. */
export function wireDock() {
  const buttons = all("[data-dock]");
  for (const button of buttons)
    button.addEventListener("click", () => {
      document.body.classList.toggle("dock-lesson", button.dataset.dock === "lesson");
      for (const one of buttons) one.setAttribute("aria-pressed", String(one === button));
    });
}
