/** The visitor's own two columns: pasted or opened, read and checked by the server. */

import { ApiError, post } from "../core/api.js";
import { $ } from "../core/dom.js";
import { newest } from "../core/newest.js";

/** @typedef {import("../views/plot.js").Unit} Unit */

/** Beyond these spans the ticks of an axis could not be written. */
const [FINEST, COARSEST] = [1e-9, 1e12];

/**
 * What the two columns were called and counted in, as text for the address.
 * @param {string[]} names @param {number[][]} units offset and scale of each
 */
export function axesText(names, units) {
  const short = names.map((name, i) => (name === String(i + 1) ? "" : name.replaceAll("|", " ").slice(0, 40)));
  return [...short, ...units.flat()].join("|");
}

/** The reverse; null for what is none, and where the ticks could not be written. @param {string} text @returns {[Unit, Unit] | null} */
export function unitsOf(text) {
  const parts = text.split("|");
  const [x0 = NaN, x1 = NaN, y0 = NaN, y1 = NaN] = parts.slice(2).map(Number);
  const writable = [x1, y1].every((scale) => scale >= FINEST && scale <= COARSEST) && [x0, y0].every((offset) => Math.abs(offset) <= COARSEST);
  if (parts.length !== 6 || !writable) return null;
  return [
    { name: parts[0] || "x", offset: x0, scale: x1 },
    { name: parts[1] || "y", offset: y0, scale: y1 },
  ];
}

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
  const query = newest({
    ask: (/** @type {string} */ table, signal) => post("/api/fitting/table", { text: table }, signal),
    show: (answer) => {
      onPoints(answer.points, axesText(answer.names, answer.units));
      dialog.close();
    },
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      warning.textContent = error.message;
    },
  });
  dialog.addEventListener("close", () => query.drop()); // whoever closes it wants no points of it
  $("[data-own-use]", dialog).addEventListener("click", () => {
    warning.textContent = "";
    query.want(text.value);
  });
}
