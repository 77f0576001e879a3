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

// --- One bin, by hand -----------------------------------------------------------------------------------

/**
 * A bin of both poolings, with what its two numbers are made of.
 * @typedef {object} Bin
 * @property {number} index row by row
 * @property {number} row from 0
 * @property {number} column
 * @property {number[]} cells values of the whole cells that RoIPool looks at; none where it lies outside
 * @property {number} largest
 * @property {number[]} samples RoIAlign's, each between cells
 * @property {number} mean
 */

/**
 * The map's value between its cells, whose values stand for their middles: the four next ones, weighted by
 * how near they are. Beyond the border the border's value counts.
 * @param {number[][]} values
 * @param {number} x in cells
 * @param {number} y
 */
export function sampleAt(values, x, y) {
  const inside = (/** @type {number} */ at, /** @type {number} */ count) =>
    Math.min(Math.max(at - 0.5, 0), count - 1);
  const [u, v] = [inside(x, values[0]?.length ?? 1), inside(y, values.length)];
  const [column, row] = [Math.floor(u), Math.floor(v)];
  const cell = (/** @type {number} */ i, /** @type {number} */ j) => {
    const cells = values[Math.min(i, values.length - 1)] ?? [];
    return cells[Math.min(j, cells.length - 1)] ?? 0;
  };
  const along = (/** @type {number} */ i) =>
    cell(i, column) * (column + 1 - u) + cell(i, column + 1) * (u - column);
  return along(row) * (row + 1 - v) + along(row + 1) * (v - row);
}

/** The bin that RoIAlign gives most. @param {Pooled} pooled */
export function strongestBin({ align: { values } }) {
  const all = values.flat();
  return all.indexOf(Math.max(...all));
}

/**
 * What a bin's numbers are made of; of one that there is not, the strongest's.
 * @param {Pooled} pooled
 * @param {number} index row by row
 * @returns {Bin}
 */
export function binOf(pooled, index) {
  const { values, align, pool } = pooled;
  const bins = align.values.length;
  if (index < 0 || index >= bins * bins) return binOf(pooled, strongestBin(pooled));
  const [row, column] = [Math.floor(index / bins), index % bins];
  const rows = values.slice(pool.top[row], pool.bottom[row]);
  const each = Math.round(align.x.length / bins); // samples of a bin a side
  const of = (/** @type {number[]} */ at, /** @type {number} */ i) => at.slice(each * i, each * (i + 1));
  return {
    index,
    row,
    column,
    cells: rows.flatMap((cells) => cells.slice(pool.left[column], pool.right[column])),
    largest: pool.values[row]?.[column] ?? 0,
    samples: of(align.y, row).flatMap((y) => of(align.x, column).map((x) => sampleAt(values, x, y))),
    mean: align.values[row]?.[column] ?? 0,
  };
}
