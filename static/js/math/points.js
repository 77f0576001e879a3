/** Own points in an address: the twin of encode_rows and encode_heights in models/data/points.py. */

const LIMIT = 2; // coordinates lie in [-2, 2]
const STEPS = 65535;
const ROW_BYTES = 5;
const CLASSES = 4;
export const MAX_ROWS = 2000;
export const [TRAIN, VALIDATION, TEST] = [0, 1, 2];

/** @typedef {{a: number, b: number, label: number, role: number}} Row */

/** @param {number} value */
const toSteps = (value) =>
  Math.round(((Math.min(Math.max(value, -LIMIT), LIMIT) + LIMIT) / (2 * LIMIT)) * STEPS);
/** @param {number} steps */
const fromSteps = (steps) => (steps / STEPS) * 2 * LIMIT - LIMIT;

/** @param {Uint8Array} bytes */
function toText(bytes) {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} text @returns {Uint8Array | null} */
function toBytes(text) {
  if (!/^[\w-]*$/.test(text)) return null;
  try {
    const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/**
 * Rows as base64url of 5 bytes each: two coordinates as uint16, then class | role << 4.
 * @param {Row[]} rows
 */
export function encodeRows(rows) {
  const bytes = new Uint8Array(rows.length * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  rows.forEach(({ a, b, label, role }, i) => {
    view.setUint16(i * ROW_BYTES, toSteps(a), true);
    view.setUint16(i * ROW_BYTES + 2, toSteps(b), true);
    bytes[i * ROW_BYTES + 4] = label | (role << 4);
  });
  return toText(bytes);
}

/**
 * The reverse; no rows for what is none.
 * @param {string} text
 * @returns {Row[]}
 */
export function decodeRows(text) {
  const bytes = toBytes(text);
  if (!bytes || bytes.length % ROW_BYTES || bytes.length > MAX_ROWS * ROW_BYTES) return [];
  const view = new DataView(bytes.buffer);
  const rows = Array.from({ length: bytes.length / ROW_BYTES }, (_, i) => {
    const kind = bytes[i * ROW_BYTES + 4] ?? 0;
    return {
      a: fromSteps(view.getUint16(i * ROW_BYTES, true)),
      b: fromSteps(view.getUint16(i * ROW_BYTES + 2, true)),
      label: kind & 15,
      role: kind >> 4,
    };
  });
  return rows.every(({ label, role }) => label < CLASSES && role <= TEST) ? rows : [];
}

/**
 * A drawn curve: its heights at even places from -1 to 1.
 * @param {number[]} heights
 */
export function encodeHeights(heights) {
  const bytes = new Uint8Array(heights.length * 2);
  const view = new DataView(bytes.buffer);
  heights.forEach((height, i) => view.setUint16(2 * i, toSteps(height), true));
  return toText(bytes);
}

/**
 * A finger's stroke as heights at even places: the last height wins where it crosses a place
 * twice, and beyond its ends it goes on level.
 * @param {{x: number, y: number}[]} stroke x in [-1, 1]
 * @param {number} [count]
 * @returns {number[]}
 */
export function heightsOf(stroke, count = 65) {
  /** @type {(number | null)[]} */
  const heights = new Array(count).fill(null);
  const place = (/** @type {number} */ x) => ((Math.min(Math.max(x, -1), 1) + 1) / 2) * (count - 1);
  for (let i = 0; i < stroke.length; i++) {
    const [from, to] = [stroke[Math.max(i - 1, 0)], stroke[i]];
    if (!from || !to) continue;
    const [start, end] = [place(from.x), place(to.x)];
    for (let at = Math.ceil(Math.min(start, end)); at <= Math.max(start, end); at++) {
      const share = start === end ? 1 : (at - start) / (end - start);
      heights[at] = from.y + (to.y - from.y) * share;
    }
  }
  const known = heights.filter((height) => height !== null);
  if (!known.length) return [];
  let before = known[0] ?? 0;
  return heights.map((height) => (before = height ?? before));
}
