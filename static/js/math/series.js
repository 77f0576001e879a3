/** Columns of numbers, as a chart shows them and as a file holds them. */

import { ticks } from "./plane.js";

/** @typedef {ArrayLike<number | null>} Column */

/**
 * A number at a tick: short, and with a power of ten where it is far from 1.
 * @param {number} value
 */
export function tick(value) {
  if (value === 0) return "0";
  const power = Math.floor(Math.log10(Math.abs(value)) + 1e-9);
  const sign = value < 0 ? "−" : "";
  if (power >= -3 && power < 5) return sign + String(Number(Math.abs(value).toPrecision(6)));
  const digits = Number((Math.abs(value) / 10 ** power).toPrecision(3));
  const raised = [...String(power)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)] ?? "⁻").join("");
  return sign + (digits === 1 ? "" : `${digits}·`) + `10${raised}`;
}

const STEPS = [[1], [1, 2, 5], [1, 2, 3, 4, 5, 6, 7, 8, 9]]; // within a decade
const TICKS = 7; // at most

/**
 * Where a log axis has its ticks: at powers of ten, with more between them where there are few.
 * @param {number} low above 0
 * @param {number} high
 */
export function logTicks(low, high) {
  const [first, last] = [Math.floor(Math.log10(low) + 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((last - first) / TICKS));
  const powers = Array.from({ length: Math.floor((last - first) / every) + 1 }, (_, i) => first + i * every);
  const within = (/** @type {number} */ v) => v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9);
  for (const steps of every > 1 ? [[1]] : STEPS) {
    const some = powers.flatMap((power) => steps.map((step) => Number(`${step}e${power}`))).filter(within);
    if (some.length >= 3 || every > 1) return some;
  }
  return ticks(low, high, 6).values; // less than a few ninths of a decade: as on a linear axis
}

/**
 * A column as uPlot wants it: gaps are null.
 * @param {Column} column
 * @param {boolean} log
 * @returns {(number | null)[]}
 */
export function withGaps(column, log) {
  return Array.from(column, (v) => (v !== null && Number.isFinite(v) && (!log || v > 0) ? v : null));
}

/**
 * The columns as a CSV file: names first, gaps empty.
 * @param {string[]} names
 * @param {ArrayLike<Column | string[]>} columns
 */
export function csvOf(names, columns) {
  const quoted = (/** @type {string} */ text) =>
    /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  const cellOf = (/** @type {number | string} */ value) =>
    typeof value === "string" ? quoted(value) : Number.isFinite(value) ? String(value) : "";
  const list = Array.from(columns);
  const rows = Array.from({ length: list[0]?.length ?? 0 }, (_, i) =>
    list.map((column) => cellOf(column[i] ?? NaN)).join(","),
  );
  return [names.map(quoted).join(","), ...rows, ""].join("\n");
}

/** Of the finite ones; NaN of none. @param {ArrayLike<number>} values */
export function median(values) {
  const sorted = Array.from(values)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (!sorted.length) return NaN;
  const middle = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[middle] ?? NaN)
    : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/**
 * The unbiased variance of `count` values whose squared distances have that mean.
 * @param {number} variance @param {number} count
 */
export const unbiased = (variance, count) => (variance * count) / Math.max(count - 1, 1);
