/** Maps as tiles on a plane, a row a sample, a column a channel; tile (0, 0) is at the top. No DOM. */

const GAP = 0.06; // around a tile, of its side

/**
 * Values as bytes of the sign ramp, each enlarged to a square of pixels; row 0 of the grid is the lowest.
 * @param {ArrayLike<number>} values @param {number} rows @param {number} columns @param {number} zoom
 * @param {number} most the greatest absolute value of all tiles
 */
export function enlarged(values, rows, columns, zoom, most) {
  const [tall, wide] = [rows * zoom, columns * zoom];
  const bytes = new Uint8Array(tall * wide);
  for (let i = 0; i < bytes.length; i++) {
    const r = rows - 1 - Math.floor(Math.floor(i / wide) / zoom);
    const c = Math.floor((i % wide) / zoom);
    bytes[i] = Math.round(128 + (127 * (values[r * columns + c] ?? 0)) / (most || 1));
  }
  return { values: bytes, rows: tall, columns: wide };
}

/**
 * Where a tile's nodes lie: half a pixel inside of its edges.
 * @param {number} tile @param {number} samples @param {number} channels @param {number} pixels along its side
 * @returns {{x: [number, number], y: [number, number]}}
 */
export function tileRange(tile, samples, channels, pixels) {
  const [n, c] = [Math.floor(tile / channels), tile % channels];
  const half = (1 - 2 * GAP) / pixels / 2;
  return {
    x: [c + GAP + half, c + 1 - GAP - half],
    y: [samples - 1 - n + GAP + half, samples - n - GAP - half],
  };
}

/**
 * Frames around all tiles whose values share one statistic; neighbors are framed together.
 * @param {ArrayLike<number>} statistic of every value @param {number} wanted
 * @param {readonly number[]} shape samples, channels, rows, columns
 * @returns {{xs: number[], ys: number[]}[]} a line for every side of the frame
 */
export function framed(statistic, wanted, [samples = 0, channels = 0, rows = 0, columns = 0]) {
  const mine = (/** @type {number} */ n, /** @type {number} */ c) =>
    n >= 0 &&
    n < samples &&
    c >= 0 &&
    c < channels &&
    statistic[(n * channels + c) * rows * columns] === wanted;
  /** @type {{xs: number[], ys: number[]}[]} */
  const lines = [];
  for (let n = 0; n < samples; n++) {
    for (let c = 0; c < channels; c++) {
      if (!mine(n, c)) continue;
      const [left, right, top, bottom] = [c, c + 1, samples - n, samples - n - 1];
      if (!mine(n, c - 1)) lines.push({ xs: [left, left], ys: [bottom, top] });
      if (!mine(n, c + 1)) lines.push({ xs: [right, right], ys: [bottom, top] });
      if (!mine(n - 1, c)) lines.push({ xs: [left, right], ys: [top, top] });
      if (!mine(n + 1, c)) lines.push({ xs: [left, right], ys: [bottom, bottom] });
    }
  }
  return lines;
}
