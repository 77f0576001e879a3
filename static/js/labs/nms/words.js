/** What the `nms` page says: the sentence under the picture, from the numbers. No DOM here. */

import { number, sentences, t } from "../../core/i18n.js";
import { boxName } from "./names.js";
import { iouOf, thresholdIndex } from "./result.js";

/**
 * @typedef {object} Context
 * @property {import("./cases.js").Problem} problem
 * @property {import("./result.js").Result} result
 * @property {Record<string, any>} values of the page's state
 * @property {boolean} soft
 * @property {(index: number) => number} scoreOf the score that NMS left
 * @property {number[]} curve how many boxes hard NMS keeps at each threshold, 0 to 1 in hundredths
 */

/** Where the picture comes from. */
export const ORIGINS = /** @type {Record<string, () => string>} */ ({
  drawn: () => t("A drawn example; the suppression is live"),
  shipped: () => t("Boxes from shipped weights; the suppression is live"),
  hand: () => t("Your boxes; the suppression is live"),
});

/**
 * Where a picture of a visitor's files comes from: the file, its form, the picture.
 * @param {import("./reading.js").Opened} opened
 * @param {number} place of the picture, from 0
 * @param {boolean} edited by hand
 */
export function fileOrigin({ files, form, pictures }, place, edited) {
  const names = files.slice(0, 2).join(t(", ")) + (files.length > 2 ? " …" : "");
  const values = { files: names, form, picture: number(place + 1, 0), count: number(pictures.length, 0) };
  const where =
    pictures.length > 1
      ? t("{files} ({form}), picture {picture} of {count}", values)
      : t("{files} ({form})", values);
  return edited
    ? t("{where}, edited by hand; the suppression is live", { where })
    : t("{where}; the suppression is live", { where });
}

/**
 * @param {Context} context
 * @param {{kept: number[], pending: number[]}} shown
 * @param {number} pointed the box pointed at, or -1
 * @returns {string}
 */
export function sentenceOf(context, shown, pointed) {
  const {
    result,
    values: { step },
  } = context;
  if (pointed >= 0) return describeBox(context, pointed);
  if (!result.takingPart.length) return describeNone(context);
  if (step >= 0) return describeStep(context, step, shown.pending.length);
  return describeAll(context, shown.kept.length);
}

/** What all decisions together left. @param {Context} context @param {number} kept */
function describeAll({ problem, result, values, soft, curve }, kept) {
  const all = result.takingPart.length;
  const first = t("Boxes that stay: {kept} of {all}.", { kept: number(kept, 0), all: number(all, 0) });
  if (soft)
    return sentences([
      first,
      ...(all > 1 ? [t("Soft-NMS lowers the score of a box that overlaps a better one.")] : []),
    ]);
  const threshold = { threshold: number(values.iou_threshold) };
  const apart =
    values.class_aware && problem.labels
      ? t("Within a class, no two of them overlap by more than IoU {threshold}.", threshold)
      : t("No two of them overlap by more than IoU {threshold}.", threshold);
  return sentences([first, ...(kept > 1 ? [apart] : []), ...higherWords(curve, values.iou_threshold, all)]);
}

/**
 * What a higher threshold would keep, as the counts at every threshold tell.
 * @param {number[]} curve
 * @param {number} threshold
 * @param {number} all
 */
function higherWords(curve, threshold, all) {
  const [here = 0, ...higher] = curve.slice(thresholdIndex(threshold));
  const counts = { all: number(all, 0) };
  if ((higher.at(-1) ?? here) <= here) return [];
  // Greedy suppression may also keep fewer boxes at a higher threshold.
  const grows = higher.every((count, i) => count >= (higher[i - 1] ?? here));
  return [
    grows
      ? t("A higher threshold usually keeps more boxes; at 1 all {all} stay.", counts)
      : t("At threshold 1, all {all} would stay.", counts),
  ];
}

/** Why no box takes part. @param {Context} context */
function describeNone({ problem, values }) {
  const [count, truths] = [problem.scores.length, problem.truths.length / 4];
  if (count)
    return t("No box takes part: the scores of all {count} are below the threshold {threshold}.", {
      count: number(count, 0),
      threshold: number(values.score_threshold),
    });
  if (truths)
    return t(
      "No box of this picture has a score, so there is nothing to suppress. Boxes of ground truth: {count}.",
      { count: number(truths, 0) },
    );
  return t("There are no boxes on this picture.");
}

/** @param {Context} context @param {number} index */
function describeBox({ problem, result, values, soft, scoreOf }, index) {
  const by = result.suppressor[index] ?? -1;
  const box = {
    name: boxName(problem, index),
    score: number(problem.scores[index] ?? 0),
    after: number(scoreOf(index)),
  };
  if (by < 0 && soft) return t("Box {name} stays: its score was {score} and is now {after}.", box);
  if (by < 0)
    return t("Box {name} (score {score}) is kept: no better box that is kept overlaps it too much.", box);
  const more = {
    ...box,
    by: boxName(problem, by),
    iou: number(iouOf(problem.boxes, index, by)),
    threshold: number(values.iou_threshold),
  };
  if (soft)
    return t(
      "Box {name} fell from {score} to {after}, below the score threshold; box {by} lowered it the most, with IoU {iou}.",
      more,
    );
  return t(
    "Box {name} (score {score}) was suppressed by box {by}: their IoU is {iou}, over the threshold {threshold}.",
    more,
  );
}

/** @param {Context} context @param {number} step @param {number} pending */
function describeStep({ problem, result, values, scoreOf }, step, pending) {
  if (step === 0)
    return t("Nothing is decided yet. Boxes that wait, sorted by score: {count}. Press Step.", {
      count: result.takingPart.length,
    });
  const picked = result.kept[step - 1] ?? -1;
  if (picked < 0) return t("All is decided.");
  const fell = result.suppressed.filter((index) => result.suppressor[index] === picked);
  const named = fell.slice(0, 5).map((i) =>
    t("box {name} (IoU {iou})", {
      name: boxName(problem, i),
      iou: number(iouOf(problem.boxes, i, picked)),
    }),
  );
  const list = named.join(t(", ")) + (fell.length > named.length ? " …" : "");
  const first = t("Decision {step}: box {name} has the highest score left, {score}, and is kept.", {
    step,
    name: boxName(problem, picked),
    score: number(scoreOf(picked)),
  });
  const second = fell.length
    ? t("It suppresses {count}: {list}.", { count: fell.length, list })
    : t("No box that is left overlaps it by more than {threshold}.", {
        threshold: number(values.iou_threshold),
      });
  const third = pending ? t("Boxes that still wait: {count}.", { count: pending }) : t("All is decided.");
  return sentences([first, second, third]);
}

/**
 * The curve of boxes kept, for a screen reader.
 * @param {number[]} kept
 * @param {number} threshold
 * @param {number} all
 */
export const curveWords = (kept, threshold, all) =>
  t("Boxes that hard NMS keeps: {kept} of {all} at IoU threshold {threshold}, {least} at 0, {most} at 1.", {
    threshold: number(threshold),
    kept: kept[Math.round(threshold * 100)] ?? 0,
    all,
    least: kept[0] ?? 0,
    most: kept[100] ?? 0,
  });
