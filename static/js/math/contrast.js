/** One view among 2N: its positive, its negatives, and what the loss makes of them. */

import { softmax } from "./information.js";

/**
 * The other view of the same picture: views are numbered t₁ first, then t₂.
 * @param {number} view
 * @param {number} count of all views, 2N
 */
export const positiveOf = (view, count) => (view + count / 2) % count;

/**
 * @typedef {{at: number, similarity: number, share: number, pull: number}} Compared `at`: its view, or its
 *   place in the queue
 */
/** @typedef {{at: number, similarity: number}} Cosine */
/**
 * @typedef {{positive: Compared, negatives: Compared[], loss: number}} Row negatives, the most similar first
 */

/**
 * Row `view` of the matrix as SimCLR's loss sees it (Chen et al., 2020, eq. 1): against all other
 * views.
 * @param {ArrayLike<number>} similarities [2N, 2N]
 * @param {number} view
 * @param {number} temperature
 */
export function rowOf(similarities, view, temperature) {
  const count = Math.sqrt(similarities.length);
  const positive = positiveOf(view, count);
  const cosine = (/** @type {number} */ j) => similarities[view * count + j] ?? 0;
  const others = Array.from({ length: count }, (_, j) => j).filter((j) => j !== view && j !== positive);
  return contrasted(
    { at: positive, similarity: cosine(positive) },
    others.map((at) => ({ at, similarity: cosine(at) })),
    temperature,
  );
}

/**
 * A query as MoCo's loss sees it (He et al., 2020, eq. 1): against the keys in the queue.
 * @param {number} positive its similarity to the key of its picture's other view
 * @param {ArrayLike<number>} keys those to the queue's keys
 * @param {number} temperature
 */
export const queryOf = (positive, keys, temperature) =>
  contrasted(
    { at: -1, similarity: positive },
    Array.from(keys, (similarity, at) => ({ at, similarity })),
    temperature,
  );

/**
 * The softmax over a positive and its negatives, and the loss's slope by each similarity,
 * (p − [positive]) / τ: negatives are pushed away by it, the positive is pulled in.
 * @param {Cosine} positive @param {Cosine[]} negatives @param {number} temperature
 * @returns {Row}
 */
function contrasted(positive, negatives, temperature) {
  const all = [positive, ...negatives];
  const cosines = all.map((one) => one.similarity);
  const shares = softmax(cosines, temperature);
  const [own, ...others] = all.map((one, k) => ({
    ...one,
    share: shares[k] ?? 0,
    pull: ((shares[k] ?? 0) - (k === 0 ? 1 : 0)) / temperature,
  }));
  others.sort((a, b) => b.similarity - a.similarity);
  // By the logits, not by the share: that may be too small for a number.
  const loss = others.length ? logSumExpOf(cosines, temperature) - positive.similarity / temperature : 0;
  return { positive: /** @type {Compared} */ (own), negatives: others, loss: Math.max(0, loss) };
}

/** @param {number[]} values @param {number} temperature */
function logSumExpOf(values, temperature) {
  const most = Math.max(...values);
  return (
    most / temperature + Math.log(values.reduce((sum, v) => sum + Math.exp((v - most) / temperature), 0))
  );
}

/**
 * How the push on all negatives falls to each: their slopes' shares, which are the softmax over
 * the negatives alone (so they hold where the slopes themselves are too small for a number).
 * `half` is how many of the hardest take half of it.
 * @param {Compared[]} negatives the most similar first
 * @param {number} temperature
 * @returns {{similarities: number[], shares: number[], half: number}} the least similar first
 */
export function pushOf(negatives, temperature) {
  const similarities = negatives.map((one) => one.similarity);
  const shares = Array.from(softmax(similarities, temperature));
  let [half, taken] = [0, 0];
  while (half < shares.length && taken < 0.5 - 1e-9) taken += shares[half++] ?? 0;
  return { similarities: similarities.reverse(), shares: shares.reverse(), half };
}

/**
 * How full MoCo's queue was at a step, and so the loss at chance, log(1 + keys).
 * @param {number} step from 1
 * @param {number} batch
 * @param {number} room of the queue
 */
export const chanceOfQueue = (step, batch, room) =>
  Math.log(1 + Math.min(Math.max(step - 1, 0) * batch, room));
