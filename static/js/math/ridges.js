/** Where ridges of histograms lie: a cell for each picture, one ridge a moment, the newest in front. */

/** @typedef {{left: number, top: number, width: number, height: number}} Box */

const FLAT = 0.1; // a function is flat where its slope is below this share of the greatest

/**
 * A table's cells.
 * @param {object} size
 * @param {number} size.width
 * @param {number} size.height
 * @param {number} size.columns
 * @param {number} size.rows
 * @param {number} size.left free for names, as `top` and `bottom` are
 * @param {number} size.top
 * @param {number} size.bottom
 * @param {number} size.gap
 * @returns {Box[][]} rows of cells
 */
export function cells({ width, height, columns, rows, left, top, bottom, gap }) {
  const w = (width - left - gap * columns) / columns;
  const tall = (height - top - bottom - gap * (rows - 1)) / rows;
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: columns }, (__, c) => ({
      left: left + c * (w + gap),
      top: top + r * (tall + gap),
      width: w,
      height: tall,
    })),
  );
}

/**
 * One moment's histogram as a line in a box: the oldest at the top, the newest on the ground.
 * @param {Box} box
 * @param {ArrayLike<number>} values heights, 255 the greatest
 * @param {number} moment
 * @param {number} moments
 * @param {number} full the value that is as high as a ridge may be
 * @returns {{ground: number, points: [number, number][]}}
 */
export function ridge(box, values, moment, moments, full) {
  const peak = 0.45 * box.height;
  const share = moments > 1 ? moment / (moments - 1) : 1;
  const ground = box.top + peak + share * (box.height - peak);
  const bin = box.width / values.length;
  return {
    ground,
    points: Array.from(values, (value, i) => [
      box.left + (i + 0.5) * bin,
      ground - peak * Math.min(value / full, 1),
    ]),
  };
}

/**
 * A function's places in a box, between its least and its greatest value; the latter is cut at `most`.
 * @param {Box} box @param {ArrayLike<number>} ys at even places @param {number} most
 * @returns {[number, number][]}
 */
export function curveIn(box, ys, most) {
  const low = Math.min(...Array.from(ys));
  const high = Math.min(Math.max(...Array.from(ys)), most);
  const bin = box.width / ys.length;
  return Array.from(ys, (y, i) => [
    box.left + (i + 0.5) * bin,
    box.top + box.height * (1 - (Math.min(y, high) - low) / (high - low || 1)),
  ]);
}

/**
 * The stretches where a function is all but flat, as shares of its width.
 * @param {ArrayLike<number>} ys at even places
 * @returns {[number, number][]}
 */
export function flatParts(ys) {
  const steps = Array.from({ length: Math.max(ys.length - 1, 0) }, (_, i) =>
    Math.abs((ys[i + 1] ?? 0) - (ys[i] ?? 0)),
  );
  const most = Math.max(1e-12, ...steps);
  /** @type {[number, number][]} */
  const parts = [];
  let from = -1;
  for (let i = 0; i <= steps.length; i++) {
    const flat = i < steps.length && (steps[i] ?? 0) < FLAT * most;
    if (flat && from < 0) from = i;
    if (!flat && from >= 0) {
      parts.push([from === 0 ? 0 : (from + 0.5) / ys.length, i === steps.length ? 1 : (i + 0.5) / ys.length]);
      from = -1;
    }
  }
  return parts;
}
