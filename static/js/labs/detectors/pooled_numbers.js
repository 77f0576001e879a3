/** The pooled numbers of a region, and how one of them comes about: a bin by hand. */

import { $, context2d, token } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { markOf } from "../../views/marks.js";
import { warm } from "../../views/picture.js";
import { state } from "./page.js";
import { binOf } from "./region.js";

/** @typedef {import("./region.js").Pooled} Pooled */
/** @typedef {import("./region.js").Bin} Bin */

const READABLE = 8; // bins a side up to which their numbers are written
const LETTERS = 3; // a bin is as wide as so many heights of its letters: "−0.7" fits into it
const LISTED = 9; // cells of a bin whose values are all written out

/** @param {"pool" | "align"} name */
export const nameOfValues = (name) =>
  name === "pool" ? t("Maximum of each bin") : t("Mean of each bin's samples");

/**
 * The numbers of all bins, the chosen one framed; as wide as its place.
 * @param {HTMLCanvasElement} canvas
 * @param {Pooled} pooled
 * @param {"pool" | "align"} name
 * @param {Bin} chosen
 */
export function paintNumbers(canvas, pooled, name, chosen) {
  const { values } = pooled[name];
  const most = Math.max(...pooled.values.flat(), 1e-6);
  const size = canvas.clientWidth || 1;
  const context = context2d(canvas, size, size);
  const side = size / values.length;
  context.font = `${Math.min(13, side / LETTERS)}px ${token("--text")}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  values.forEach((row, i) =>
    row.forEach((value, j) => {
      const [r, g, b] = warm(value / most);
      context.fillStyle = `rgb(${r} ${g} ${b})`;
      context.fillRect(j * side, i * side, side - 0.5, side - 0.5);
      if (values.length > READABLE) return;
      context.fillStyle = value / most > 0.6 ? "black" : "white";
      context.fillText(number(value, value < 10 ? 1 : 0), (j + 0.5) * side, (i + 0.5) * side);
    }),
  );
  context.strokeStyle = token(markOf("chosen").color);
  context.lineWidth = 3;
  context.strokeRect(chosen.column * side + 1.5, chosen.row * side + 1.5, side - 3.5, side - 3.5);
  canvas.setAttribute(
    "aria-label",
    t("{name}: {list}", {
      name: nameOfValues(name),
      list: values.map((row) => row.map((v) => number(v, 1)).join(t(", "))).join(t("; ")),
    }),
  );
}

/**
 * A click on a number, or the arrow keys, choose a bin.
 * @param {HTMLElement} root
 * @param {() => Pooled | null} pooled
 */
export function wireBins(root, pooled) {
  for (const name of ["pool", "align"]) {
    const canvas = $(`[data-pool-values=${name}]`, root);
    canvas.tabIndex = 0;
    canvas.addEventListener("click", ({ offsetX, offsetY }) => {
      const bins = pooled()?.align.values.length ?? 0;
      const at = (/** @type {number} */ offset) =>
        Math.min(Math.floor((offset / canvas.clientWidth) * bins), bins - 1);
      if (bins) state.set({ bin: at(offsetY) * bins + at(offsetX) });
    });
    canvas.addEventListener("keydown", (event) => {
      const now = pooled();
      const [down = 0, right = 0] =
        { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key] ?? [];
      if (!now || (!down && !right)) return;
      const bins = now.align.values.length;
      const { row, column } = binOf(now, Number(state.values.bin));
      const to = (/** @type {number} */ at) => Math.min(Math.max(at, 0), bins - 1);
      state.set({ bin: to(row + down) * bins + to(column + right) });
      event.preventDefault();
    });
  }
}

/** How both numbers of a bin come about. @param {Bin} bin */
export function sayBin({ row, column, cells, largest, samples, mean }) {
  const list = (/** @type {number[]} */ values) => values.map((value) => number(value, 1)).join(t(", "));
  const at = { row: row + 1, column: column + 1, count: cells.length, largest: number(largest, 1) };
  const pool = !cells.length
    ? t("Bin in row {row}, column {column}: RoIPool has no cell there, so it is 0.", at)
    : cells.length > LISTED
      ? t("Bin in row {row}, column {column}: RoIPool takes the largest of {count} cells, {largest}.", at)
      : t("Bin in row {row}, column {column}: RoIPool takes the largest of {list}: {largest}.", {
          ...at,
          list: list(cells),
        });
  return sentences([
    pool,
    t("RoIAlign takes the mean of its samples {list}: {mean}.", {
      list: list(samples),
      mean: number(mean, 1),
    }),
  ]);
}
