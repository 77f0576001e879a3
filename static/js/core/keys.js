/** Keys of every page, and the dialog that lists them. */

import { $ } from "./dom.js";

/** Whether a key is for what has the focus: typed text, a control that uses it. @param {Event} event */
export const isTaken = ({ target }) =>
  target instanceof Element &&
  target.closest("input, select, textarea, button, a, summary, dialog, [contenteditable]") !== null;

/** Whether a key is a letter of a text, a choice in a list, or meant for a dialog. @param {Event} event */
export const isTyping = ({ target }) =>
  (target instanceof Element &&
    target.matches("input:not([type=range], [type=checkbox]), textarea, select")) ||
  document.querySelector("dialog[open]") !== null;

export function wireKeys() {
  const dialog = /** @type {HTMLDialogElement} */ ($("[data-keys-dialog]"));
  addEventListener("keydown", (event) => {
    if (["?", "？"].includes(event.key) && !isTyping(event)) dialog.showModal();
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
