/** The texts on an axis: whole where the values are, short where they are very large or very small. */

import { number } from "./i18n.js";
import { ticks } from "../math/plane.js";

/**
 * An axis: what it is called, and what it counts in: `offset + scale * place`.
 * @typedef {{name: string, offset: number, scale: number}} Unit
 */
/**
 * @typedef {{ticks: {at: number, text: string}[], note: string}} Axis `at` in the unit; `note` belongs to
 *   the name
 */

const LARGE = 1e5; // from here on, and below SMALL, the axis has a power of ten
const SMALL = 1e-2;
const ALIKE = 1e-5; // values that differ by less than this share of their size are told from one of them
const WHOLE = 1000; // numbers from here on, as years, are counted in whole ones where there are a few
const GROUPED = 10_000;
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} power */
const raised = (power) =>
  (power < 0 ? "⁻" : "") + [...String(Math.abs(power))].map((digit) => SUPERSCRIPT[Number(digit)]).join("");

/** The power of ten that an axis of such values is told in. @param {number} size */
const powerOf = (size) => (size >= LARGE || size < SMALL ? Math.floor(Math.log10(size) + 1e-9) : 0);

/** @param {number} value @param {number} digits */
function written(value, digits) {
  const text = number(value, digits);
  return Math.abs(value) < GROUPED ? text.replaceAll(",", "") : text;
}

/**
 * @param {number} low
 * @param {number} high
 * @param {number} count about so many ticks
 * @returns {Axis}
 */
export function axis(low, high, count) {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (!(high > low) || !Number.isFinite(size)) return { ticks: [], note: "" };
  const base = high / 2 - low / 2 < (ALIKE * size) / 2 ? low : 0;
  const power = powerOf(Math.max(Math.abs(low - base), Math.abs(high - base)));
  const unit = 10 ** power;
  const [from, to] = [(low - base) / unit, (high - base) / unit];
  const found =
    power === 0 && size >= WHOLE && to - from >= 2
      ? ticks(from, to, Math.min(count, Math.ceil(to - from)))
      : ticks(from, to, count);
  const note = [
    power ? `×10${raised(power)}` : "",
    base
      ? `${base < 0 ? "−" : "+"} ${Math.abs(base)
          .toPrecision(15)
          .replace(/\.?0+(e|$)/, "$1")}`
      : "",
  ];
  return {
    ticks: found.values.map((value) => ({ at: base + value * unit, text: written(value, found.digits) })),
    note: note.filter(Boolean).join(" "),
  };
}

/** The name with what belongs to it. @param {string} name @param {string} note */
export const axisName = (name, note) => (note ? (name ? `${name} (${note})` : note) : name);
