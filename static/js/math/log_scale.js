/** A slider whose positions are powers of ten. Zero, where it is allowed, is the leftmost notch. */

/** One press of an arrow key, in decades. */
const NOTCH = 0.05;

/** @param {number} value @param {number} [digits] significant ones */
export const rounded = (value, digits = 3) => (value === 0 ? 0 : Number(value.toPrecision(digits)));

/**
 * @param {number} low 0 stands for "off": then the scale begins at `from`
 * @param {number} high
 * @param {object} [options]
 * @param {boolean} [options.whole] only whole numbers
 * @param {number} [options.from] the first value beside zero: where a setting begins to matter, so that one
 *   notch does something
 */
export function logScale(low, high, { whole = false, from = high / 1e4 } = {}) {
  const first = low > 0 ? low : whole ? 1 : from;
  const start = Math.log10(first);
  const min = low > 0 ? start : start - NOTCH;
  const max = Math.log10(high);

  /** @param {number} position */
  const toValue = (position) => {
    if (low <= 0 && position < start - NOTCH / 2) return 0;
    const value = 10 ** Math.min(Math.max(position, start), max);
    const near = whole ? Math.round(value) : rounded(value);
    return Math.min(Math.max(near, first), high);
  };
  /** @param {number} value */
  const toPosition = (value) => (value < first ? min : Math.min(Math.log10(value), max));

  return {
    min,
    max,
    toValue,
    toPosition,
    /**
     * The value some notches further: always another one, except at the ends.
     * @param {number} value
     * @param {number} notches may be negative
     */
    moved(value, notches) {
      const way = Math.sign(notches);
      if (low <= 0 && way > 0 && value < first) return first;
      let position = toPosition(value) + notches * NOTCH;
      while (toValue(position) === value && position > min && position < max) position += way * NOTCH;
      return toValue(Math.min(Math.max(position, min), max));
    },
  };
}
