/** Lines of equal height on a grid, out of d3's areas of at least that height. */

import { contours as areas } from "../../vendor/d3-contour.js";

/** @typedef {[number, number]} Place column and row of d3's: a grid's node lies half a cell further */

/**
 * @param {ArrayLike<number>} values rows x columns, row after row; where one is not a number, no line goes
 * @param {number} rows
 * @param {number} columns
 * @param {number} level
 * @returns {number[][]} polylines, flat: column, row, column, row, … in cells; closed ones end where they
 *   begin
 */
export function contours(values, rows, columns, level) {
  if (Number.isNaN(level)) return [];
  const whole = /** @type {number[]} */ (values); // d3 only reads it
  const { coordinates } = areas().size([columns, rows]).contour(whole, level);

  /** Whether a stretch lies in a cell with four heights: the grid's edge is no line of equal height. */
  const isLine = (/** @type {Place} */ [x0, y0], /** @type {Place} */ [x1, y1]) => {
    const [column, row] = [Math.floor((x0 + x1) / 2 - 0.5), Math.floor((y0 + y1) / 2 - 0.5)];
    if (column < 0 || row < 0 || column + 1 >= columns || row + 1 >= rows) return false;
    const at = row * columns + column;
    return [at, at + 1, at + columns, at + columns + 1].every((i) => !Number.isNaN(values[i] ?? NaN));
  };
  return coordinates.flat().flatMap((ring) => stretches(/** @type {Place[]} */ (ring), isLine));
}

/**
 * The parts of a ring that are lines, each as long as can be.
 * @param {Place[]} ring ends where it begins
 * @param {(from: Place, to: Place) => boolean} isLine
 * @returns {number[][]}
 */
function stretches(ring, isLine) {
  const flat = (/** @type {Place} */ [x, y]) => [x - 0.5, y - 0.5];
  const sides = ring.slice(1).map((to, i) => ({ from: /** @type {Place} */ (ring[i]), to }));
  const gap = sides.findIndex(({ from, to }) => !isLine(from, to));
  if (gap < 0) return [ring.flatMap(flat)];
  /** @type {number[][]} */
  const lines = [];
  let drawing = false;
  for (const { from, to } of [...sides.slice(gap + 1), ...sides.slice(0, gap)]) {
    const line = isLine(from, to);
    if (line && !drawing) lines.push(flat(from));
    if (line) lines.at(-1)?.push(...flat(to));
    drawing = line;
  }
  return lines;
}
