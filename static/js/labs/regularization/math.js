/** What the `regularization` page computes by itself: one weight's steps, bins, penalties. No DOM. */

const ROUND = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10];

/** What is but rounding is zero: 1 - 0.2 five times leaves 5e-17. @param {number} v */
const clean = (v) => (Math.abs(v) < 1e-12 ? 0 : v);

/**
 * One weight that only the penalty pulls, step by step.
 * @param {number} start
 * @param {number} pull step size times λ
 * @param {number} steps
 */
export function decays(start, pull, steps) {
  const soft = [start];
  const sub = [start];
  const square = [start];
  for (let i = 0; i < steps; i++) {
    const [a = 0, b = 0, c = 0] = [soft[i], sub[i], square[i]];
    soft.push(clean(Math.sign(a) * Math.max(Math.abs(a) - pull, 0)));
    sub.push(clean(b - pull * Math.sign(b)));
    square.push(c - 2 * pull * c);
  }
  return { soft, sub, square };
}

/**
 * A histogram for each moment, as bytes: the share of weights in a bin, its square root, so that
 * one weight alone is seen, too.
 * @param {ArrayLike<number>} over_steps [moments, weights], moment after moment
 * @param {number} weights
 * @param {number} reach bins go from -reach to reach
 * @param {number} bins
 * @returns {{values: Uint8Array, rows: number, columns: number}} row 0 the lowest bin; a single moment is
 *   drawn twice, as wide as the picture
 */
export function histogramGrid(over_steps, weights, reach, bins) {
  const moments = Math.round(over_steps.length / Math.max(weights, 1));
  const columns = Math.max(moments, 2);
  const values = new Uint8Array(bins * columns);
  for (let c = 0; c < columns; c++) {
    const counts = new Array(bins).fill(0);
    const from = Math.min(c, moments - 1) * weights;
    for (let i = 0; i < weights; i++) {
      const place = (((over_steps[from + i] ?? 0) + reach) / (2 * reach)) * bins;
      counts[Math.min(Math.max(Math.floor(place), 0), bins - 1)] += 1;
    }
    for (let b = 0; b < bins; b++) values[b * columns + c] = Math.round(255 * Math.sqrt(counts[b] / weights));
  }
  return { values, rows: bins, columns };
}

/**
 * ρ |θ|₁ + (1 - ρ) |θ|₂² of two weights.
 * @param {number} share ρ
 * @returns {(a: number, b: number) => number}
 */
export const cost = (share) => (a, b) => share * (Math.abs(a) + Math.abs(b)) + (1 - share) * (a * a + b * b);

/**
 * Where one of the weights is zero over a grid of λ: whole ranges, or in passing, where the sign
 * changes from one λ to the next.
 * @param {number[]} lambdas
 * @param {number[][]} path the weights at each λ
 * @returns {{weight: number, first: number, last: number, stays: boolean, passes: boolean}[]} in the order
 *   of λ; `stays` up to the grid's end
 */
export function zerosOf(lambdas, path) {
  const found = (path[0] ?? []).flatMap((_, weight) => {
    /** @type {ReturnType<typeof zerosOf>} */
    const own = [];
    path.forEach((row, k) => {
      const [now = 0, before = NaN] = [row[weight], path[k - 1]?.[weight]];
      const [here = NaN, behind = NaN] = [lambdas[k], lambdas[k - 1]];
      if (now === 0 && before === 0)
        Object.assign(own.at(-1) ?? {}, { last: here, stays: k === path.length - 1 });
      else if (now === 0)
        own.push({ weight, first: here, last: here, stays: k === path.length - 1, passes: false });
      else if (now * before < 0) {
        const at = behind * (here / behind) ** (before / (before - now));
        own.push({ weight, first: at, last: at, stays: false, passes: true });
      }
    });
    return own;
  });
  return found.sort((a, b) => a.first - b.first);
}

/** The nearest by ratio. @param {ArrayLike<number>} sorted above zero @param {number} value */
export function nearestLambda(sorted, value) {
  let best = 0;
  for (let i = 1; i < sorted.length; i++) {
    const off = (/** @type {number} */ k) => Math.abs(Math.log((sorted[k] ?? 1) / value));
    if (off(i) < off(best)) best = i;
  }
  return best;
}

/** The next round number. @param {number} value above 0 */
export function roundedUp(value) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  return power * /** @type {number} */ (ROUND.find((digit) => value <= digit * power * (1 + 1e-9)) ?? 10);
}
