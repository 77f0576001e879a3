/** Keys of every page, and the dialog that lists them. */

import { $ } from "./dom.js";

/** Whether a key is for what has the focus: typed text, a control that uses it. @param {Event} event */
export const isTaken = ({ target }) =>
  target instanceof Element &&
  target.closest("input, select, textarea, button, a, summary, dialog, [contenteditable]") !== null;

export function wireKeys() {
  const dialog = /** @type {HTMLDialogElement} */ ($("[data-keys-dialog]"));
  addEventListener("keydown", (event) => {
    const typing = event.target instanceof Element && event.target.matches("input, textarea, select");
    if (["?", "？"].includes(event.key) && !typing && !document.querySelector("dialog[open]"))
      dialog.showModal();
  });
}

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

/** While presenting, a clicker's keys go through the lesson. @param {KeyboardEvent} event */
export function stepThroughLesson(event) {
  const way = { PageDown: 1, PageUp: -1 }[event.key];
  if (!way || (event.target instanceof Element && event.target.closest("input, select, textarea, dialog")))
    return;
  const steps = /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll(".steps details")]);
  const at = steps.findIndex((step) => step.open);
  const begins = way > 0 && !document.querySelector("[data-tried]"); // the open step is still to be shown
  const next = steps[begins ? at : at + way];
  if (!next) return;
  event.preventDefault();
  next.open = true;
  $(".try", next).click();
}
