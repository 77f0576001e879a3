/** What the page waits for: the root element tells it (`data-asking`). */

let asking = 0;

/** An answer more is waited for, or one less. @param {1 | -1} more */
export function awaitAnswers(more) {
  asking += more;
  if (typeof document === "undefined") return;
  document.documentElement.toggleAttribute("data-asking", asking > 0);
}
