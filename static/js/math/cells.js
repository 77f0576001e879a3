/** Cells of a square: which one is under a finger, and which one a key leads to. */

/**
 * @param {number} x pixels from the square's left edge
 * @param {number} y pixels from its top
 * @param {number} size of a cell, pixels
 * @param {number} count cells a side
 * @returns {[number, number] | null} row and column
 */
export function cellAt(x, y, size, count) {
  const [row, column] = [Math.floor(y / size), Math.floor(x / size)];
  return row >= 0 && column >= 0 && row < count && column < count ? [row, column] : null;
}

/** @type {Record<string, [number, number]>} */
const WAYS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/**
 * @param {[number, number]} from row and column
 * @param {string} key of the keyboard
 * @param {number} count cells a side
 * @returns {[number, number] | null} null for a key that leads nowhere
 */
export function moved([row, column], key, count) {
  const way = WAYS[key];
  if (!way) return null;
  const within = (/** @type {number} */ at) => Math.min(Math.max(at, 0), count - 1);
  return [within(row + way[0]), within(column + way[1])];
}
