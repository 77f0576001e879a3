/**
 * Answers that the page waits for, until they are shown: the root element tells it (`data-asking`), and the
 * page says so where it takes long. Of a run's frames its bar tells (`data-awaits`).
 */

let asking = 0;

/** An answer more is waited for, or one less. @param {1 | -1} more */
export function awaitAnswers(more) {
  asking += more;
  if (typeof document === "undefined") return;
  document.documentElement.toggleAttribute("data-asking", asking > 0);
}
