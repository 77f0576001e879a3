/** A curve drawn by hand: heights at places evenly across, straight between them as the eye sees it. */

/**
 * @typedef {object} HandDrawn
 * @property {[number, number]} x what it spans
 * @property {[number, number]} y
 * @property {(number | null)[]} heights at places evenly across
 * @property {{x: boolean, y: boolean}} log which axes are logarithmic
 * @property {{i: number, y: number} | null} last where the hand was last; null: it has yet to begin
 */

export const PLACES = 33;

/**
 * @param {{x: [number, number], y: [number, number]}} axes
 * @param {{x: boolean, y: boolean}} log
 * @returns {HandDrawn}
 */
export const newCurve = ({ x, y }, log) => ({ x, y, log, heights: Array(PLACES).fill(null), last: null });

/** @typedef {[low: number, high: number]} Range */
/** A share of the way from low to high. @param {Range} range @param {boolean} log @param {number} share */
export const between = ([low, high], log, share) =>
  log ? low * (high / low) ** share : low + (high - low) * share;

/** How far up a value is. @param {Range} range @param {boolean} log @param {number} value */
export function shareOf([low, high], log, value) {
  const inside = Math.min(Math.max(value, low), high);
  return log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
}

/** @param {HandDrawn} curve @param {number} i */
export const placeOf = ({ x, log }, i) => between(x, log.x, i / (PLACES - 1));

/**
 * Draw on from where the hand was.
 * @param {HandDrawn} curve
 * @param {{i: number, y: number}} to
 */
export function drawn(curve, to) {
  const { y, log, last } = curve;
  const from = last ?? to;
  const [start, end] = [shareOf(y, log.y, from.y), shareOf(y, log.y, to.y)];
  const steps = Math.max(Math.abs(to.i - from.i), 1);
  for (let k = 0; k <= steps; k++) {
    const place = Math.round(from.i + ((to.i - from.i) * k) / steps);
    curve.heights[place] = between(y, log.y, start + ((end - start) * k) / steps);
  }
  curve.last = { i: to.i, y: between(y, log.y, end) };
}

/** @type {Record<string, [number, number]>} keys -> places and twentieths of the height further */
export const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Where a key leads to. @param {HandDrawn} curve @param {[number, number]} by */
export function moved({ y, log, last }, [across, up]) {
  const from = last ?? { i: 0, y: between(y, log.y, 0.5) };
  const share = Math.min(Math.max(shareOf(y, log.y, from.y) + up / 20, 0), 1);
  return { i: Math.min(Math.max(from.i + across, 0), PLACES - 1), y: between(y, log.y, share) };
}
