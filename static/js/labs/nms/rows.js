/**
 * Numbers and boxes of a visitor's rows: each is read as it stands, or its row is refused by its
 * place and the reason. Nothing is ever put in place of a number. No DOM here.
 */

import { number, t } from "../../core/i18n.js";
import { Unreadable } from "../../core/files/json_file.js";

/** Beyond this float32 loses whole pixels; the server takes no more, either. */
const MAX_COORDINATE = 1e6;
const NUMERAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const EVERY = 20_000; // rows between two words of progress

/** Why one row cannot be read. */
class RowFault extends Error {}

/** @param {string} reason @returns {never} */
export function refuseRow(reason) {
  throw new RowFault(reason);
}

/**
 * Read every row; those that cannot be read are counted, and the first one is named.
 * @template T
 * @param {ArrayLike<T>} rows
 * @param {(index: number) => string} placeOf "Row 3"
 * @param {(row: T, index: number) => void} read
 * @param {(share: number) => void} [onProgress]
 * @throws {Unreadable} if any row cannot be read
 */
export function eachRow(rows, placeOf, read, onProgress) {
  let first = "";
  let faults = 0;
  for (let index = 0; index < rows.length; index++) {
    if (index % EVERY === 0) onProgress?.(index / rows.length);
    try {
      read(/** @type {T} */ (rows[index]), index);
    } catch (error) {
      if (!(error instanceof RowFault)) throw error;
      if (!faults++) first = t("{place}: {reason}", { place: placeOf(index), reason: error.message });
    }
  }
  if (faults === 1) throw new Unreadable(first);
  if (faults)
    throw new Unreadable(
      t("{first} In all, {count} of {all} rows of this file cannot be read.", {
        first,
        count: number(faults, 0),
        all: number(rows.length, 0),
      }),
    );
}

/** A value as the file writes it, cut short. @param {unknown} value */
export function written(value) {
  if (typeof value === "number") return String(value); // JSON has no NaN
  const text = value === undefined ? t("nothing") : (JSON.stringify(value) ?? "");
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** @param {unknown} value @returns {Record<string, any>} */
export function objectOf(value) {
  if (typeof value === "object" && value && !Array.isArray(value)) return value;
  return refuseRow(t("{value} stands where an object must stand.", { value: written(value) }));
}

/**
 * A finite number, or a text that is one.
 * @param {unknown} value
 * @param {string} name as the file calls it
 */
export function numberOf(value, name) {
  const text = typeof value === "string" ? value.trim() : "";
  const found = typeof value === "number" ? value : NUMERAL.test(text) ? Number(text) : NaN;
  if (value === undefined) refuseRow(t("“{name}” is missing.", { name }));
  if (!Number.isFinite(found))
    refuseRow(t("“{name}” is {value}, which is no finite number.", { name, value: written(value) }));
  if (Math.abs(found) > MAX_COORDINATE)
    refuseRow(
      t("“{name}” is {value}, beyond {limit}.", {
        name,
        value: written(value),
        limit: number(MAX_COORDINATE, 0),
      }),
    );
  return found;
}

/** @typedef {"xywh" | "xyxy"} BoxOrder */

/** What the four numbers of a box are. @type {Record<BoxOrder, string>} */
export const BOX_ORDERS = { xywh: "x, y, width, height", xyxy: "x1, y1, x2, y2" };

/**
 * A box's corners x1, y1, x2, y2 from its four numbers.
 * @param {unknown} value
 * @param {string} name as the file calls it
 * @param {BoxOrder} order
 * @returns {number[]}
 */
export function cornersOf(value, name, order) {
  if (value === undefined) refuseRow(t("“{name}” is missing.", { name }));
  if (!Array.isArray(value))
    return refuseRow(t("“{name}” is {value}, not four numbers.", { name, value: written(value) }));
  if (value.length !== 4) {
    refuseRow(
      t("“{name}” has {count} numbers instead of four ({expected}).", {
        name,
        count: value.length,
        expected: BOX_ORDERS[order],
      }),
    );
  }
  const [a = 0, b = 0, c = 0, d = 0] = value.map((one, i) => numberOf(one, `${name}[${i}]`));
  if (order === "xyxy") return upright([a, b, c, d]);
  if (c < 0 || d < 0)
    refuseRow(t("its width or height is negative ({width}, {height}).", { width: c, height: d }));
  return within([a, b, a + c, b + d], name);
}

/** @param {number[]} corners @returns {number[]} */
export function upright(corners) {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners;
  if (x2 < x1 || y2 < y1)
    refuseRow(
      t("its box is inverted: x2 must not be below x1, nor y2 below y1 ({box}).", {
        box: corners.join(", "),
      }),
    );
  return corners;
}

/** @param {number[]} corners @param {string} name @returns {number[]} */
function within(corners, name) {
  for (const value of corners) numberOf(value, name);
  return corners;
}

/**
 * An id or a name: a text or a number.
 * @param {unknown} value
 * @param {string} name
 * @returns {string | number}
 */
export function idOf(value, name) {
  if (typeof value === "number" && Math.abs(value) > Number.MAX_SAFE_INTEGER) {
    return refuseRow(
      t(
        "“{name}” is {value}, written with a point or an exponent: beyond 2^53 such a number no longer tells one id from the next. Write ids as whole numbers or as texts.",
        { name, value: written(value) },
      ),
    );
  }
  if (typeof value === "string" || (typeof value === "number" && Number.isFinite(value))) return value;
  if (value === undefined) return refuseRow(t("“{name}” is missing.", { name }));
  return refuseRow(t("“{name}” is {value}, neither a number nor a text.", { name, value: written(value) }));
}

/** A picture's side, if it is told. @param {unknown} value */
export const sideOf = (value) =>
  typeof value === "number" && value > 0 && value <= MAX_COORDINATE ? value : null;

/**
 * Whether the rows have scores: then each must have one. No score at all is ground truth.
 * @param {unknown[]} rows
 * @param {string} name as the file calls it
 */
export const haveSome = (rows, name) =>
  rows.some((row) => typeof row === "object" && row !== null && Object.hasOwn(row, name));
