/** What a frame of the two trainings holds, by loss: 0 is cross-entropy, 1 squared error. No DOM here. */

import { median } from "../../math/series.js";
import { t } from "../../core/i18n.js";

/** @typedef {{header: any, arrays: Record<string, any>}} Live */

export const looks = () => [
  { name: t("cross-entropy"), color: "--role-train" },
  { name: t("squared error"), color: "--role-test", dash: [6, 4] },
];
export const [ACCURACY, NATS, LENGTH] = [0, 3, 6]; // rows of the history; a band takes three
const MEASURES = 7; // rows of the history of one loss, see models/replicas/loss_comparison.py

/**
 * A row of the history of both losses.
 * @param {Live} live
 * @param {number} measure
 * @returns {Float32Array[]}
 */
export function rowsOf({ arrays }, measure) {
  const { history, steps } = arrays;
  const long = steps.length;
  return [0, 1].map((loss) =>
    history.subarray((loss * MEASURES + measure) * long, (loss * MEASURES + measure + 1) * long),
  );
}

/** Columns of a chart with bands. @param {Live} live @param {number} first of low, middle and high */
export function bandOf(live, first) {
  const [low = [], middle = [], high = []] = [first, first + 1, first + 2].map((row) => rowsOf(live, row));
  return [live.arrays.steps, ...[0, 1].flatMap((loss) => [low[loss], middle[loss], high[loss]])];
}

/** Median over the starts. @param {Live} live @param {number} loss @param {number} measure */
export function scoreOf({ arrays: { scores } }, loss, measure) {
  const starts = scores.length / 6;
  return median(scores.subarray((loss * 3 + measure) * starts, (loss * 3 + measure + 1) * starts));
}

/** Length of the last gradient, median over the starts. @param {Live} live @param {number} loss */
export function lengthOf({ arrays: { slopes } }, loss) {
  return median([...slopes.subarray((loss * slopes.length) / 2, ((loss + 1) * slopes.length) / 2)]);
}

/** The first network's mean cross-entropy on all test digits. @param {Live} live @param {number} loss */
export function firstNats({ arrays: { scores } }, loss) {
  return scores[(loss * 3 + 1) * (scores.length / 6)];
}
