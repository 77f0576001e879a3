/** Rules for what of a page's own state stands in the address, beside the controls of its lab. */

/** @typedef {import("../core/state.js").Rule} Rule */

/**
 * A number.
 * @param {number} low
 * @param {number} high
 * @param {number} fallback
 * @returns {Rule}
 */
export const range = (low, high, fallback) => ({
  default: fallback,
  low,
  high,
  check: (v) => typeof v === "number" && v >= low && v <= high,
});

/**
 * A whole number.
 * @param {number} low
 * @param {number} high
 * @param {number} fallback
 * @returns {Rule}
 */
export const whole = (low, high, fallback) => ({
  default: fallback,
  check: (v) => Number.isInteger(v) && Number(v) >= low && Number(v) <= high,
});

/**
 * One of some words.
 * @param {string} first the default
 * @param {string[]} others
 * @returns {Rule}
 */
export const choice = (first, ...others) => oneOf([first, ...others], first);

/**
 * One of some words, whichever of them is the default.
 * @param {string[]} words
 * @param {string} fallback
 * @returns {Rule}
 */
export const oneOf = (words, fallback) => ({
  default: fallback,
  check: (v) => words.includes(String(v)),
});

/** Yes or no; no is the default. @returns {Rule} */
export const flag = () => ({ default: false, check: (v) => typeof v === "boolean" });

/**
 * A text that `check` accepts.
 * @param {string} fallback
 * @param {(text: string) => boolean} check
 * @returns {Rule}
 */
export const text = (fallback, check) => ({
  default: fallback,
  check: (v) => typeof v === "string" && check(v),
});
