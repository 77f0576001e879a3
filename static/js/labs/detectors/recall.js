/** Recall against the number of proposals. No DOM here. */

import { overlap } from "../../math/geometry.js";

/** @typedef {[number, number, number, number]} Box */

export const COVERED = 0.5; // IoU from which a proposal covers an object
export const MOST = 1000; // proposals of a curve

/**
 * For each object, how many of the proposals it takes until one covers it; Infinity: none does.
 * @param {readonly number[][]} proposals the best first
 * @param {readonly number[][]} truth
 */
export const firstCovering = (proposals, truth) =>
  truth.map((object) => {
    const first = proposals.findIndex(
      (box) => overlap(/** @type {Box} */ (box), /** @type {Box} */ (object)).iou >= COVERED,
    );
    return first < 0 ? Infinity : first + 1;
  });

/**
 * The share of the objects that the first `n` proposals cover.
 * @param {readonly number[]} firsts
 * @param {number} n
 */
export const recallAt = (firsts, n) => firsts.filter((first) => first <= n).length / firsts.length;

/**
 * The highest IoU of any of the first `n` proposals with each object, their mean.
 * @param {readonly number[][]} proposals
 * @param {readonly number[][]} truth
 * @param {number} n
 */
export function meanBestIou(proposals, truth, n) {
  const best = truth.map((object) =>
    proposals
      .slice(0, n)
      .reduce(
        (most, box) => Math.max(most, overlap(/** @type {Box} */ (box), /** @type {Box} */ (object)).iou),
        0,
      ),
  );
  return best.reduce((sum, iou) => sum + iou, 0) / best.length;
}

/** Numbers of proposals from 1 to the most, evenly on a logarithmic axis, whole. */
export function counts() {
  const all = Array.from({ length: 61 }, (_, i) => Math.round(MOST ** (i / 60)));
  return [...new Set(all)];
}
