/** What the `nms` page says: the sentence under the picture, from the numbers. No DOM here. */

import { number, sentences, t } from "../core/i18n.js";
import { iouOf } from "./nms_result.js";

/**
 * @typedef {object} Context
 * @property {import("./nms_cases.js").Problem} problem
 * @property {import("./nms_result.js").Result} result
 * @property {Record<string, any>} values of the page's state
 * @property {boolean} soft
 * @property {(index: number) => number} scoreOf the score that NMS left
 */

/** Where the picture comes from. */
export const ORIGINS = /** @type {Record<string, string>} */ ({
  drawn: t("A drawn example; the suppression is live"),
  shipped: t("Boxes from shipped weights; the suppression is live"),
  hand: t("Your boxes; the suppression is live"),
  file: t("Boxes from your file; the suppression is live"),
});

/**
 * @param {Context} context
 * @param {{kept: number[], pending: number[]}} shown
 * @param {number} pointed the box pointed at, or -1
 * @returns {string}
 */
export function sentenceOf(context, shown, pointed) {
  const { problem, result, values } = context;
  const { iou_threshold, step, class_aware } = values;
  if (pointed >= 0) return describeBox(context, pointed);
  if (step >= 0) return describeStep(context, step, shown.pending.length);
  const counts = { kept: number(shown.kept.length, 0), all: number(result.takingPart.length, 0), threshold: number(iou_threshold) };
  if (context.soft) {
    return t("{kept} of {all} boxes stay. Soft-NMS has lowered the scores of those that overlap a better one.", counts);
  }
  if (class_aware && problem.labels) {
    return t("{kept} of {all} boxes stay: within a class no two overlap by more than IoU {threshold}. A higher threshold keeps more.", counts);
  }
  return t("{kept} of {all} boxes stay: no two of them overlap by more than IoU {threshold}. A higher threshold keeps more.", counts);
}

/** @param {Context} context @param {number} index */
function describeBox({ problem, result, values, soft, scoreOf }, index) {
  const by = result.suppressor[index] ?? -1;
  const box = { name: index + 1, score: number(problem.scores[index] ?? 0), after: number(scoreOf(index)) };
  if (by < 0 && soft) return t("Box {name} stays: its score was {score} and is now {after}.", box);
  if (by < 0) return t("Box {name} (score {score}) is kept: no better box that is kept overlaps it too much.", box);
  const more = { ...box, by: by + 1, iou: number(iouOf(problem.boxes, index, by)), threshold: number(values.iou_threshold) };
  if (soft) return t("Box {name} fell from {score} to {after}, below the score threshold; box {by} lowered it the most, with IoU {iou}.", more);
  return t("Box {name} (score {score}) was suppressed by box {by}: their IoU is {iou}, over the threshold {threshold}.", more);
}

/** @param {Context} context @param {number} step @param {number} pending */
function describeStep({ problem, result, values, scoreOf }, step, pending) {
  if (step === 0) return t("Nothing is decided yet. {count} boxes wait, sorted by score. Press Step.", { count: result.takingPart.length });
  const picked = result.kept[step - 1] ?? -1;
  if (picked < 0) return t("All is decided.");
  const fell = result.suppressed.filter((index) => result.suppressor[index] === picked);
  const named = fell.slice(0, 5).map((i) => t("box {name} (IoU {iou})", { name: i + 1, iou: number(iouOf(problem.boxes, i, picked)) }));
  const list = named.join(", ") + (fell.length > named.length ? " …" : "");
  const first = t("Decision {step}: box {name} has the highest score left, {score}, and is kept.", { step, name: picked + 1, score: number(scoreOf(picked)) });
  const second = fell.length
    ? t("It suppresses {count}: {list}.", { count: fell.length, list })
    : t("No box that is left overlaps it by more than {threshold}.", { threshold: number(values.iou_threshold) });
  const third = pending ? t("{count} still wait.", { count: pending }) : t("All is decided.");
  return sentences([first, second, third]);
}

/** The curve of boxes kept, for a screen reader. @param {number[]} kept @param {number} threshold @param {number} all */
export const curveWords = (kept, threshold, all) =>
  t("At IoU threshold {threshold} hard NMS keeps {kept} of {all} boxes; at 0 it keeps {least}, at 1 all {most}.", {
    threshold: number(threshold), kept: kept[Math.round(threshold * 100)] ?? 0, all, least: kept[0] ?? 0, most: kept[100] ?? 0,
  });
