/** The `nms` page's questions to the server. */

import { post, postForFrame } from "../../core/api.js";
import { boxAt } from "../../math/geometry.js";
import { number, t } from "../../core/i18n.js";
import { unboxed } from "./cases.js";

/** @typedef {import("./cases.js").Problem} Problem */

/**
 * Boxes of a problem as the API takes them.
 * @param {Problem} problem
 * @param {ArrayLike<number>} order which boxes
 * @param {boolean} classAware
 */
const boxSet = ({ boxes, scores, labels }, order, classAware) => ({
  boxes: Array.from(order, (i) => boxAt(boxes, i)),
  scores: Array.from(order, (i) => scores[i] ?? 0),
  labels: classAware && labels ? Array.from(order, (i) => labels[i] ?? 0) : null,
});

/**
 * NMS at every threshold.
 * @param {Problem} problem
 * @param {boolean} classAware
 * @param {AbortSignal} signal
 * @returns {Promise<import("./result.js").Sweep>}
 */
export async function fetchSweep(problem, classAware, signal) {
  const all = Int32Array.from(problem.scores, (_, i) => i);
  const { arrays } = await postForFrame("/api/nms/sweep", boxSet(problem, all, classAware), signal);
  return { order: arrays.order, suppressedBy: arrays.suppressed_by };
}

/** Why Soft-NMS cannot be asked for, or "". @param {Problem} problem */
export function softRefusal({ scores }) {
  let least = 0;
  for (const score of scores) least = Math.min(least, score);
  return least < 0
    ? t(
        "Soft-NMS multiplies scores, so none of them may be negative; the lowest here is {score}. If these are logits, choose so under “Scores are”, or choose greedy NMS.",
        { score: number(least) },
      )
    : "";
}

/**
 * Soft-NMS of the boxes in `order`.
 * @param {Problem} problem
 * @param {number[]} order
 * @param {Record<string, any>} values the page's settings
 * @param {AbortSignal} signal
 * @returns {Promise<import("./result.js").Soft>}
 */
export async function fetchSoft(problem, order, values, signal) {
  const { method, sigma, iou_threshold, score_threshold, class_aware } = values;
  const query = { ...boxSet(problem, order, class_aware), method, sigma, iou_threshold, score_threshold };
  return { ...(await post("/api/nms", query, signal)), order };
}

/**
 * The boxes of the proposal network on a photo. The answer carries its own sweep; its boxes are
 * sorted already.
 * @param {import("../../core/photo.js").Photo} photo
 * @param {AbortSignal} signal
 * @returns {Promise<{problem: Problem, sweep: import("./result.js").Sweep}>}
 */
export async function fetchProposals(photo, signal) {
  const query = { image_id: photo.id, pre_nms_top_n: 2000 };
  const { arrays } = await postForFrame("/api/rpn/proposals", query, signal);
  const problem = {
    ...unboxed(photo),
    boxes: arrays.boxes,
    scores: arrays.scores,
    truths: (photo.boxes ?? []).flat(),
  };
  const order = Int32Array.from(arrays.scores, (/** @type {number} */ _, /** @type {number} */ i) => i);
  return { problem, sweep: { order, suppressedBy: arrays.suppressed_by } };
}
