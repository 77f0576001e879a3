/** Sums of products, as one makes them by hand. No DOM here. */

/** @typedef {ArrayLike<number> & {slice: (from: number, to: number) => ArrayLike<number>}} Numbers */

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export const dot = (a, b) => Array.from(a).reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

/**
 * What each channel of a window [C, 3, 3] adds with a filter [C, 3, 3].
 * @param {Numbers} window
 * @param {Numbers} filter
 */
export const channelSums = (window, filter) =>
  Array.from({ length: window.length / 9 }, (_, c) =>
    dot(window.slice(9 * c, 9 * c + 9), filter.slice(9 * c, 9 * c + 9)),
  );

/** Where the greatest absolute value is. @param {ArrayLike<number>} values */
export const greatest = (values) =>
  Array.from(values).reduce((best, x, i) => (Math.abs(x) > Math.abs(values[best] ?? 0) ? i : best), 0);

/**
 * The products that are greatest, the greatest first.
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b
 * @param {number} most
 */
export const terms = (a, b, most) =>
  Array.from(a, (x, i) => ({ i, a: x, b: b[i] ?? 0 }))
    .sort((one, two) => Math.abs(two.a * two.b) - Math.abs(one.a * one.b))
    .slice(0, most);
