/** A plane on a canvas: data to pixels and back, ticks, and what lies under a finger. No DOM here. */

import { ticks as roundNumbers, tickStep } from "../../vendor/d3-array.js";

/** @typedef {[number, number]} Range */
/** @typedef {{left: number, right: number, top: number, bottom: number}} Margins */

/**
 * @param {object} options
 * @param {Range} options.x
 * @param {Range} options.y upwards
 * @param {number} options.width of the room, CSS pixels
 * @param {number} options.maxHeight
 * @param {Margins} options.margins for the axes
 * @param {boolean} [options.square] the plotting area is a square
 * @param {number} [options.aspect] else its width by its height, where there is room
 */
export function plane({ x, y, width, maxHeight, margins, square = false, aspect = 1.7 }) {
  const room = Math.max(width - margins.left - margins.right, 40);
  const inner = Math.max(
    Math.min(room / (square ? 1 : aspect), maxHeight - margins.top - margins.bottom),
    40,
  );
  const side = square ? Math.min(room, inner) : room;
  const height = square ? side : inner;
  const [x0, x1] = x;
  const [y0, y1] = y;
  const area = { left: margins.left, top: margins.top, width: side, height };
  return {
    x,
    y,
    area,
    width: margins.left + side + margins.right,
    height: margins.top + height + margins.bottom,
    /** @param {number} value */
    toX: (value) => area.left + ((value - x0) / (x1 - x0)) * side,
    /** @param {number} value */
    toY: (value) => area.top + (1 - (value - y0) / (y1 - y0)) * height,
    /** @param {number} pixel */
    fromX: (pixel) => x0 + ((pixel - area.left) / side) * (x1 - x0),
    /** @param {number} pixel */
    fromY: (pixel) => y0 + (1 - (pixel - area.top) / height) * (y1 - y0),
    /** Into the plane's range. @param {number} px @param {number} py @returns {[number, number]} */
    clamp: (px, py) => [Math.min(Math.max(px, x0), x1), Math.min(Math.max(py, y0), y1)],
  };
}
/** @typedef {ReturnType<typeof plane>} Plane */

/**
 * Round numbers within a range.
 * @param {number} low
 * @param {number} high
 * @param {number} count about so many
 * @returns {{values: number[], digits: number}}
 */
export function ticks(low, high, count) {
  const span = high - low;
  if (!(span > 0) || count < 1) return { values: [], digits: 0 };
  // d3 gives about as many steps as it is asked for; here at most so many have room.
  const asked = [count, count / 2].find((n) => span / tickStep(low, high, n) <= count) ?? count;
  const step = tickStep(low, high, asked);
  const slack = 1e-9 * step; // what rounding has moved out of the range is still its end
  return {
    values: roundNumbers(low - slack, high + slack, asked),
    digits: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)),
  };
}

/**
 * The nearest of the points, in pixels.
 * @param {Plane} on
 * @param {ArrayLike<number>} xs
 * @param {ArrayLike<number>} ys
 * @param {number} px
 * @param {number} py
 * @param {number} reach pixels; nothing further away counts
 * @returns {number} its index, or -1
 */
export function nearest(on, xs, ys, px, py, reach) {
  let [best, least] = [-1, reach * reach];
  for (let i = 0; i < xs.length; i++) {
    const [dx, dy] = [on.toX(xs[i] ?? NaN) - px, on.toY(ys[i] ?? NaN) - py];
    const distance = dx * dx + dy * dy;
    if (distance <= least) [best, least] = [i, distance];
  }
  return best;
}

/**
 * Where a row of a grid's picture lies: its values sit on the grid's nodes, the first and the last
 * on the range's ends, so that the picture reaches half a cell beyond.
 * @param {Range} range
 * @param {number} count nodes
 * @returns {Range}
 */
export function cellRange([low, high], count) {
  const half = count > 1 ? (high - low) / (count - 1) / 2 : (high - low) / 2;
  return [low - half, high + half];
}
