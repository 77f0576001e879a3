/**
 * Frames: uint32 length, JSON header, 8-byte aligned arrays. The twin of app/lab/wire.py, which
 * describes the format.
 */

const TYPES = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/**
 * @typedef {Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array |
 *   Float64Array} Values
 */
/**
 * @typedef {{name: string, dtype: keyof typeof TYPES, shape: number[], offset: number, rows?: string[][]}}
 *   Described an array; `rows` are names on its first axis, on its second …
 */

const align = (/** @type {number} */ size) => Math.ceil(size / 8) * 8;

/**
 * @param {ArrayBuffer} frame
 * @returns {{header: Record<string, any>, arrays: Record<string, any>, shapes: Record<string, number[]>,
 *   rows: Record<string, any>}} arrays are views into the frame, flat, in C order; `rows` the same again,
 *   by names, where they have any: a row, or a number where every axis is named
 */
export function decode(frame) {
  const length = new DataView(frame).getUint32(0, true);
  const { arrays: described, ...header } = JSON.parse(
    new TextDecoder().decode(new Uint8Array(frame, 4, length)),
  );
  /** @type {Record<string, any>} */ const arrays = {};
  /** @type {Record<string, number[]>} */ const shapes = {};
  /** @type {Record<string, any>} */ const rows = {};
  for (const { name, dtype, shape, offset, rows: axes } of /** @type {Described[]} */ (described)) {
    const count = shape.reduce((product, side) => product * side, 1);
    arrays[name] = new TYPES[dtype](frame, offset, count);
    shapes[name] = shape;
    if (axes) rows[name] = byName(arrays[name], axes, shape.length === axes.length);
  }
  return { header, arrays, shapes, rows };
}

/**
 * The frame as it came: its arrays are views into it.
 * @param {{arrays: Record<string, any>}} frame
 * @returns {ArrayBuffer}
 */
export const bytesOf = ({ arrays }) => Object.values(arrays)[0].buffer;

/**
 * @param {Values} values
 * @param {string[][]} axes names on the first axis, on the second …
 * @param {boolean} whole whether each name on the last of them is one number
 * @returns {Record<string, any>}
 */
function byName(values, [names = [], ...deeper], whole) {
  const each = values.length / names.length;
  return Object.fromEntries(
    names.map((name, i) => {
      const row = values.subarray(i * each, (i + 1) * each);
      return [name, deeper.length ? byName(row, deeper, whole) : whole ? row[0] : row];
    }),
  );
}

/**
 * @param {Record<string, any>} header
 * @param {Record<string, {values: Values, shape: number[]}>} arrays
 * @returns {ArrayBuffer}
 */
export function encode(header, arrays) {
  const names = Object.entries(TYPES);
  /** @type {(start: number) => Described[]} */
  const rows = (start) => {
    let offset = start;
    return Object.entries(arrays).map(([name, { values, shape }]) => {
      const dtype = /** @type {keyof typeof TYPES} */ (names.find(([, type]) => values instanceof type)?.[0]);
      const row = { name, dtype, shape, offset };
      offset += align(values.byteLength);
      return row;
    });
  };
  const textAt = (/** @type {number} */ start) =>
    new TextEncoder().encode(JSON.stringify({ ...header, arrays: rows(start) }));
  let start = 8;
  let text = textAt(start);
  while (align(4 + text.length) > start) {
    start = align(4 + text.length);
    text = textAt(start);
  }
  const sizes = Object.values(arrays).map(({ values }) => align(values.byteLength));
  const frame = new Uint8Array(start + sizes.reduce((sum, size) => sum + size, 0));
  new DataView(frame.buffer).setUint32(0, start - 4, true);
  frame.fill(32, 4, start);
  frame.set(text, 4);
  for (const { name, offset } of rows(start)) {
    const { values } = /** @type {{values: Values}} */ (arrays[name]);
    frame.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
  }
  return frame.buffer;
}
