/** Colors between two of tokens.css, as the browser has resolved them. */

/** @param {string} color such as "rgb(1, 2, 3)" @returns {number[]} */
const parts = (color) => (color.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);

/**
 * @param {string} from
 * @param {string} to
 * @param {number} share of `to`, in [0, 1]
 */
export function mix(from, to, share) {
  const other = parts(to);
  const mixed = parts(from).map((v, i) => Math.round(v + ((other[i] ?? v) - v) * share));
  return `rgb(${mixed.join(" ")})`;
}
