/**
 * How much of a picture boxes may cover. Few are drawn as lines, all of them; of hundreds the best are, as
 * far as their lines leave the picture to be seen, and the others show as heat: where most of them lie.
 * No DOM here.
 */

/** @typedef {ArrayLike<number>} Numbers */

export const FEW = 120; // boxes on one picture that are all drawn as lines
export const SPECIAL = 12; // boxes of one layer that always are, and in its full look: true, or pointed at
export const LINES = 0.12; // share of the picture that the lines of hundreds of boxes may cover
const HOT = 0.18; // share of the picture where heat may be strong
const CELLS = 80; // of the heat's grid, along the longer side
const FAINT = 0.1; // opacity of heat at most, outside of where it is strong
const STRONG = 0.6; // at most

/** The length around a box. @param {Numbers} boxes flat @param {number} index */
const around = (boxes, index) => {
  const i = index * 4;
  return 2 * ((boxes[i + 2] ?? 0) - (boxes[i] ?? 0) + (boxes[i + 3] ?? 0) - (boxes[i + 1] ?? 0));
};

/**
 * What the lines of boxes would cover if none crossed another, in square pixels of the picture.
 * @param {Numbers} boxes flat
 * @param {readonly number[]} indices
 * @param {number} thickness in pixels of the picture
 */
export const inkOf = (boxes, indices, thickness) =>
  indices.reduce((sum, index) => sum + around(boxes, index) * thickness, 0);

/**
 * How many of the best boxes are drawn as lines.
 * @param {Numbers} boxes flat
 * @param {readonly number[]} indices best first
 * @param {number} thickness of a box's line, in pixels of the picture
 * @param {number} room area that lines may cover, in square pixels of the picture
 * @returns {{count: number, left: number}} and the room that is left
 */
export function linesWithin(boxes, indices, thickness, room) {
  let [count, left] = [0, room];
  for (const index of indices) {
    const ink = around(boxes, index) * thickness;
    if (ink > left) break;
    left -= ink;
    count += 1;
  }
  return { count, left };
}

/**
 * How many boxes lie over each cell of a grid: four additions a box, then two passes of sums.
 * @param {Numbers} boxes flat
 * @param {readonly number[]} indices
 * @param {{x: number, y: number, width: number, height: number}} frame the part of the plane with the grid
 */
export function densityOf(boxes, indices, { x, y, width, height }) {
  const side = Math.max(width, height) / CELLS;
  const columns = Math.max(1, Math.round(width / side));
  const rows = Math.max(1, Math.round(height / side));
  const stride = columns + 1;
  const sums = new Int32Array(stride * (rows + 1));
  const cell = (/** @type {number} */ v, /** @type {number} */ most) => Math.min(Math.max(v, 0), most);
  for (const index of indices) {
    const i = index * 4;
    const left = cell(Math.round((((boxes[i] ?? 0) - x) / width) * columns), columns);
    const top = cell(Math.round((((boxes[i + 1] ?? 0) - y) / height) * rows), rows);
    const right = cell(Math.round((((boxes[i + 2] ?? 0) - x) / width) * columns), columns);
    const bottom = cell(Math.round((((boxes[i + 3] ?? 0) - y) / height) * rows), rows);
    for (const [at, by] of [
      [top * stride + left, 1],
      [top * stride + right, -1],
      [bottom * stride + left, -1],
      [bottom * stride + right, 1],
    ])
      sums[at ?? 0] = (sums[at ?? 0] ?? 0) + (by ?? 0);
  }
  return { counts: summed(sums, rows, columns), rows, columns };
}

/** @param {Int32Array} corners @param {number} rows @param {number} columns */
function summed(corners, rows, columns) {
  const stride = columns + 1;
  const counts = new Int32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    let along = 0;
    for (let column = 0; column < columns; column++) {
      along += corners[row * stride + column] ?? 0;
      counts[row * columns + column] = along + (row ? (counts[(row - 1) * columns + column] ?? 0) : 0);
    }
  }
  return counts;
}

/**
 * Opacity of heat by count: strong in the densest part of the picture, faint in the rest, so that it never
 * hides more than that part.
 * @param {Int32Array} counts
 * @param {number} heats how many lie on one picture, and share what may be strong or faint
 */
export function heatRamp(counts, heats = 1) {
  const [share, faint] = [HOT / heats, FAINT / heats];
  let most = 0;
  for (const count of counts) most = Math.max(most, count);
  const having = new Uint32Array(most + 1);
  for (const count of counts) having[count] = (having[count] ?? 0) + 1;
  let [limit, above] = [most, 0]; // the cells with more boxes than `limit` are strong
  while (limit > 0 && above + (having[limit] ?? 0) <= share * counts.length) {
    above += having[limit] ?? 0;
    limit -= 1;
  }
  return (/** @type {number} */ count) =>
    count <= limit
      ? faint * (limit ? count / limit : 0)
      : faint + (STRONG - faint) * Math.sqrt((count - limit) / (most - limit));
}
