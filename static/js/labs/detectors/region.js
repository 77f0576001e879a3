/** A pooled region's bins and samples as boxes, in cells of the feature map. No DOM here. */

/**
 * @typedef {object} Pooled the server's answer
 * @property {number[]} feature_map channels, height, width
 * @property {number} channel
 * @property {number[][]} values of the channel's cells
 * @property {number[]} region the box, in cells
 * @property {number[]} cell width and height of a cell, in pixels of the photo
 * @property {{values: number[][], x: number[], y: number[]}} align
 * @property {{values: number[][], left: number[], right: number[], top: number[], bottom: number[]}} pool
 */

const DOT = 0.025; // cells: half the side of a sample's mark

/** RoIPool's bins: whole cells, which neighbors may share. @param {Pooled} pooled */
export const binsOfPool = ({ pool: { left, right, top, bottom } }) =>
  top.flatMap((y1, i) => left.map((x1, j) => [x1, y1, right[j] ?? x1, bottom[i] ?? y1]));

/** RoIAlign's bins: equal parts of the region. @param {Pooled} pooled */
export function binsOfAlign({ region: [x1 = 0, y1 = 0, x2 = 0, y2 = 0], align: { values } }) {
  const bins = values.length;
  const [w, h] = [(x2 - x1) / bins, (y2 - y1) / bins];
  return Array.from({ length: bins * bins }, (_, k) => {
    const [i, j] = [Math.floor(k / bins), k % bins];
    return [x1 + j * w, y1 + i * h, x1 + (j + 1) * w, y1 + (i + 1) * h];
  });
}

/** RoIAlign's samples, each as a small square. @param {Pooled} pooled */
export const samplesOfAlign = ({ align: { x, y } }) =>
  y.flatMap((v) => x.map((u) => [u - DOT, v - DOT, u + DOT, v + DOT]));

/** The region after RoIPool's first rounding. @param {Pooled} pooled */
export const regionOfPool = ({ pool: { left, right, top, bottom } }) => [
  Math.min(...left),
  Math.min(...top),
  Math.max(...right),
  Math.max(...bottom),
];

/** How far rounding moves the left and the top edge, in pixels of the photo. @param {Pooled} pooled */
export function spanOf(pooled) {
  const [x = 0, y = 0] = regionOfPool(pooled);
  const [x1 = 0, y1 = 0] = pooled.region;
  const [w = 1, h = 1] = pooled.cell;
  return { moved: /** @type {[number, number]} */ ([(x - x1) * w, (y - y1) * h]), cell: w };
}
