/**
 * What NMS leaves of a sorted list, read from the sweep: no NMS runs here.
 * Greedy NMS on a prefix of the sorted list is the prefix of greedy NMS, so the score threshold
 * and top-n only shorten the list. No DOM here.
 */

import { boxAt, overlap } from "../../math/geometry.js";

/**
 * @typedef {object} Sweep
 * @property {Int32Array} order box indices, best first
 * @property {Int16Array} suppressedBy [101 * N] by position in `order`; -1 where kept
 */
/**
 * @typedef {object} Result
 * @property {number[]} kept box indices, best first
 * @property {number[]} suppressed box indices, best first
 * @property {Int32Array} suppressor by box index: the box that suppressed it, or -1
 * @property {number[]} takingPart box indices in the list, best first
 */

/**
 * @typedef {object} Soft the server's answer, by position in `order`
 * @property {number[]} order box indices that were asked about
 * @property {number[]} keep
 * @property {number[]} scores
 * @property {number[]} suppressed_by
 */

/** @param {number} threshold in [0, 1] */
export const thresholdIndex = (threshold) => Math.round(threshold * 100);

/**
 * How many of the best boxes take part.
 * @param {Sweep} sweep
 * @param {ArrayLike<number>} scores by box index
 * @param {number} scoreThreshold
 * @param {number} topN
 */
export function prefix(sweep, scores, scoreThreshold, topN) {
  const { order } = sweep;
  let low = 0;
  let high = Math.min(topN, order.length);
  while (low < high) {
    const middle = (low + high) >> 1;
    // In single precision, as the server sorts and compares: 0.9 is not below a threshold of 0.9.
    if (Math.fround(scores[order[middle] ?? 0] ?? 0) >= Math.fround(scoreThreshold)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * @param {Sweep} sweep
 * @param {number} threshold
 * @param {number} count boxes that take part, from `prefix`
 * @returns {Result}
 */
export function resultAt(sweep, threshold, count) {
  const { order, suppressedBy } = sweep;
  const row = thresholdIndex(threshold) * order.length;
  const suppressor = new Int32Array(order.length).fill(-1);
  const kept = [];
  const suppressed = [];
  const takingPart = [];
  for (let position = 0; position < count; position++) {
    const index = order[position] ?? 0;
    const by = suppressedBy[row + position] ?? -1;
    takingPart.push(index);
    if (by < 0) kept.push(index);
    else {
      suppressed.push(index);
      suppressor[index] = order[by] ?? -1;
    }
  }
  return { kept, suppressed, suppressor, takingPart };
}

/**
 * Nothing is decided: all boxes that take part wait.
 * @param {Sweep} sweep
 * @param {number} count boxes that take part
 * @returns {Result & {pending: number[]}}
 */
export function undecided({ order }, count) {
  const takingPart = Array.from(order.subarray(0, count));
  return {
    kept: [],
    suppressed: [],
    suppressor: new Int32Array(order.length).fill(-1),
    takingPart,
    pending: takingPart,
  };
}

/**
 * Boxes kept at each of the 101 thresholds.
 * @param {Sweep} sweep
 * @param {number} count
 */
export function keptCurve(sweep, count) {
  const size = sweep.order.length;
  return Array.from({ length: 101 }, (_, t) => {
    let kept = 0;
    for (let position = 0; position < count; position++) {
      if ((sweep.suppressedBy[t * size + position] ?? -1) < 0) kept += 1;
    }
    return kept;
  });
}

/**
 * The state after some decisions: who is kept, who fell, who still waits.
 * @param {Result} result
 * @param {number} decisions
 */
export function afterDecisions(result, decisions) {
  const kept = result.kept.slice(0, decisions);
  const picked = new Set(kept);
  const suppressed = result.suppressed.filter((index) => picked.has(result.suppressor[index] ?? -1));
  const decided = new Set([...kept, ...suppressed]);
  const pending = result.takingPart.filter((index) => !decided.has(index));
  return { kept, suppressed, pending };
}

/**
 * @param {ArrayLike<number>} boxes
 * @param {number} a
 * @param {number} b
 */
export const iouOf = (boxes, a, b) => overlap(boxAt(boxes, a), boxAt(boxes, b)).iou;

/**
 * Soft-NMS's answer in the form of a `Result`.
 * @param {Soft} soft
 * @param {number} count all boxes of the problem
 * @returns {Result}
 */
export function softResult(soft, count) {
  const suppressor = new Int32Array(count).fill(-1);
  soft.suppressed_by.forEach((by, i) => {
    suppressor[soft.order[i] ?? 0] = by < 0 ? -1 : (soft.order[by] ?? -1);
  });
  const kept = soft.keep.map((i) => soft.order[i] ?? 0);
  const stays = new Set(kept);
  return { kept, suppressor, takingPart: soft.order, suppressed: soft.order.filter((i) => !stays.has(i)) };
}

/** The score that Soft-NMS left a box. @param {Soft} soft @param {number} index */
export const softScore = (soft, index) => soft.scores[soft.order.indexOf(index)];
