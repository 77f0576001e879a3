/** What the `nms` page says: the sentence under the picture, from the numbers. No DOM here. */

import { number, sentences, t } from "../core/i18n.js";
import { boxName } from "./nms_names.js";
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
});

/**
 * Where a picture of a visitor's files comes from: the file, its form, the picture.
 * @param {import("./nms_reading.js").Opened} opened
 * @param {number} place of the picture, from 0
 * @param {boolean} edited by hand
 */
export function fileOrigin({ files, form, pictures }, place, edited) {
  const names = files.slice(0, 2).join(t(", ")) + (files.length > 2 ? " …" : "");
  const values = { files: names, form, picture: number(place + 1, 0), count: number(pictures.length, 0) };
  const where = pictures.length > 1 ? t("{files} ({form}), picture {picture} of {count}", values) : t("{files} ({form})", values);
  return edited ? t("{where}, edited by hand; the suppression is live", { where }) : t("{where}; the suppression is live", { where });
}

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
  if (!result.takingPart.length) return describeNone(context);
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

/** Why no box takes part. @param {Context} context */
function describeNone({ problem, values }) {
  const [count, truths] = [problem.scores.length, problem.truths.length / 4];
  if (count) return t("No box takes part: the scores of all {count} are below the threshold {threshold}.", { count: number(count, 0), threshold: number(values.score_threshold) });
  if (truths) return t("No box of this picture has a score, so there is nothing to suppress. Boxes of ground truth: {count}.", { count: number(truths, 0) });
  return t("There are no boxes on this picture.");
}

/** @param {Context} context @param {number} index */
function describeBox({ problem, result, values, soft, scoreOf }, index) {
  const by = result.suppressor[index] ?? -1;
  const box = { name: boxName(problem, index), score: number(problem.scores[index] ?? 0), after: number(scoreOf(index)) };
  if (by < 0 && soft) return t("Box {name} stays: its score was {score} and is now {after}.", box);
  if (by < 0) return t("Box {name} (score {score}) is kept: no better box that is kept overlaps it too much.", box);
  const more = { ...box, by: boxName(problem, by), iou: number(iouOf(problem.boxes, index, by)), threshold: number(values.iou_threshold) };
  if (soft) return t("Box {name} fell from {score} to {after}, below the score threshold; box {by} lowered it the most, with IoU {iou}.", more);
  return t("Box {name} (score {score}) was suppressed by box {by}: their IoU is {iou}, over the threshold {threshold}.", more);
}

/** @param {Context} context @param {number} step @param {number} pending */
function describeStep({ problem, result, values, scoreOf }, step, pending) {
  if (step === 0) return t("Nothing is decided yet. {count} boxes wait, sorted by score. Press Step.", { count: result.takingPart.length });
  const picked = result.kept[step - 1] ?? -1;
  if (picked < 0) return t("All is decided.");
  const fell = result.suppressed.filter((index) => result.suppressor[index] === picked);
  const named = fell.slice(0, 5).map((i) => t("box {name} (IoU {iou})", { name: boxName(problem, i), iou: number(iouOf(problem.boxes, i, picked)) }));
  const list = named.join(", ") + (fell.length > named.length ? " …" : "");
  const first = t("Decision {step}: box {name} has the highest score left, {score}, and is kept.", { step, name: boxName(problem, picked), score: number(scoreOf(picked)) });
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
