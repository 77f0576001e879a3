/** One view among 2N: its positive, its negatives, and what the loss makes of them. */

import { softmax } from "./information.js";

/**
 * The other view of the same picture: views are numbered t₁ first, then t₂.
 * @param {number} view
 * @param {number} count of all views, 2N
 */
export const positiveOf = (view, count) => (view + count / 2) % count;

/** @typedef {{view: number, similarity: number, share: number, pull: number}} Rival */

/**
 * Row `view` of the matrix as the loss sees it (Chen et al., 2020, eq. 1): the softmax over all
 * other views, and the loss's slope by each similarity, (p − [positive]) / τ: negatives are pushed
 * away by it, the positive is pulled in.
 * @param {ArrayLike<number>} similarities [2N, 2N]
 * @param {number} view
 * @param {number} temperature
 */
export function rowOf(similarities, view, temperature) {
  const count = Math.sqrt(similarities.length);
  const positive = positiveOf(view, count);
  const others = Array.from({ length: count }, (_, j) => j).filter((j) => j !== view);
  const cosines = others.map((j) => similarities[view * count + j] ?? 0);
  const shares = softmax(cosines, temperature);
  /** @type {Rival[]} */
  const rivals = others.map((j, k) => ({
    view: j,
    similarity: cosines[k] ?? 0,
    share: shares[k] ?? 0,
    pull: ((shares[k] ?? 0) - (j === positive ? 1 : 0)) / temperature,
  }));
  const own = /** @type {Rival} */ (rivals.find((one) => one.view === positive));
  const negatives = rivals.filter((one) => one.view !== positive).sort((a, b) => b.similarity - a.similarity);
  // By the logits, not by the share: that may be too small for a number.
  const loss = others.length > 1 ? logSumExpOf(cosines, temperature) - own.similarity / temperature : 0;
  return { positive: own, negatives, loss: Math.max(0, loss) };
}

/** @param {number[]} values @param {number} temperature */
function logSumExpOf(values, temperature) {
  const most = Math.max(...values);
  return most / temperature + Math.log(values.reduce((sum, v) => sum + Math.exp((v - most) / temperature), 0));
}

/**
 * How full MoCo's queue was at a step, and so the loss at chance, log(1 + keys).
 * @param {number} step from 1
 * @param {number} batch
 * @param {number} room of the queue
 */
export const chanceOfQueue = (step, batch, room) => Math.log(1 + Math.min(Math.max(step - 1, 0) * batch, room));
