/** The visitor's own two columns: pasted or opened, read and checked by the server. */

import { ApiError, post } from "../core/api.js";
import { $ } from "../core/dom.js";

/**
 * @param {HTMLElement} root the dialog
 * @param {HTMLElement} opener
 * @param {(points: string, axes: string) => void} onPoints
 */
export function ownDialog(root, opener, onPoints) {
  const dialog = /** @type {HTMLDialogElement} */ (root);
  const text = /** @type {HTMLTextAreaElement} */ ($("[data-own-text]", dialog));
  const file = /** @type {HTMLInputElement} */ ($("[data-own-file]", dialog));
  const warning = $("[data-own-warning]", dialog);
  opener.addEventListener("click", () => dialog.showModal());
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (chosen) text.value = await chosen.text();
  });
  $("[data-own-use]", dialog).addEventListener("click", async () => {
    warning.textContent = "";
    try {
      const answer = await post("/api/fitting/table", { text: text.value });
      const [x, y] = answer.ranges;
      onPoints(answer.points, [...answer.names, ...x, ...y].join("|").slice(0, 200));
      dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      warning.textContent = error.message;
    }
  });
}
