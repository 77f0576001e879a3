/** Sentences and numbers of the `mlp` page: from what was measured, never from the settings. */

import { $, h } from "../core/dom.js";
import { number, sentences, t } from "../core/i18n.js";
import { historyOf } from "./mlp_layers.js";

/** @typedef {import("./mlp_layers.js").Mlp} Mlp */

export const CLASS_NAMES = ["A", "B", "C", "D"];
const percent = (/** @type {number} */ share) => `${number(100 * share, share > 0.995 || share < 0.005 ? 1 : 0)} %`;
const brief = (/** @type {number} */ v) => (v > 0 && v < 0.001 ? v.toExponential(1).replace("-", "−") : number(v, 3));
/** @param {Mlp} frame @param {string} name */
const lastOf = (frame, name) => historyOf(frame, name).at(-1) ?? NaN;

/** @param {Mlp} frame */
export function mlpSentence(frame) {
  const { header } = frame;
  const [training, test] = [lastOf(frame, "training loss"), lastOf(frame, "test loss")];
  if (header.step === 0) return t("Step 0: random weights, nothing learned yet. Press Play.");
  if (header.classes === null) {
    return t("Mean squared error {training} on the training points, {test} on test points; median of the networks.", { training: brief(training), test: brief(test) });
  }
  const [right, tested] = [lastOf(frame, "training accuracy"), lastOf(frame, "test accuracy")];
  if (!Number.isFinite(tested)) return t("{right} of the training points are on the right side. There are no test points.", { right: percent(right) });
  const words = t("{right} of the training points and {tested} of the test points are on the right side; median of the networks.", { right: percent(right), tested: percent(tested) });
  if (tested < 1 / header.classes + 0.1) return sentences([words, t("That is hardly better than guessing.")]);
  if (right - tested > 0.1) return sentences([words, t("It knows its own points much better than new ones.")]);
  return words;
}

/** @param {Mlp} frame */
export function healthWords({ header, arrays }) {
  const norms = Array.from(arrays.norms, (v) => brief(v)).join(" · ");
  /** @type {Record<string, string>} */
  const words = {
    unknown: t("Gradient norms from the first layer to the last: {norms}.", { norms }),
    healthy: t("Gradient norms from the first layer to the last: {norms}. They are of one size: every layer learns.", { norms }),
    vanishing: t("Gradient norms from the first layer to the last: {norms}. They vanish towards the input: the first layers hardly learn.", { norms }),
    exploding: t("Gradient norms from the first layer to the last: {norms}. They explode towards the input.", { norms }),
    dead: t("{share} of the hidden ReLU units are 0 for every training point: no gradient reaches them any more.", { share: percent(header.dead) }),
  };
  return words[header.health] ?? "";
}

/** @param {{layer: number, unit: number}} unit @param {number[]} layers */
export const unitName = ({ layer, unit }, layers) =>
  layer === layers.length - 1 ? t("output {number}", { number: unit + 1 }) : t("unit {number} of hidden layer {layer}", { number: unit + 1, layer });

/** @param {HTMLElement} root @param {(string | number)[][]} rows */
export function figures(root, rows) {
  root.replaceChildren(...rows.map(([name = "", value = ""]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

/** @param {HTMLElement} root @param {Mlp} frame */
export function showMlpFigures(root, frame) {
  const { header, arrays } = frame;
  const [training = NaN, right = NaN, test = NaN, tested = NaN] = arrays.scores;
  const penalty = lastOf(frame, "penalty");
  figures(root, [
    [t("Training loss"), brief(training)],
    [t("Test loss"), brief(test)],
    ...(header.classes === null ? [] : [[t("Training accuracy"), percent(right)], [t("Test accuracy"), Number.isFinite(tested) ? percent(tested) : "–"]]),
    [t("Penalty"), brief(penalty)],
    [t("Weights and biases"), number(header.parameters, 0)],
  ]);
  $("[data-live-loss]").textContent = penalty > 0
    ? t("Optimized now: {data} + {penalty} = {sum}", { data: brief(training), penalty: brief(penalty), sum: brief(training + penalty) })
    : t("Optimized now: {data}, without a penalty", { data: brief(training) });
}
