/** Sentences and numbers of the `mlp` page: from what was measured, never from the settings. */

import { $, h } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";

/** @typedef {import("./layers.js").Mlp} Mlp */

const CLASS_NAMES = ["A", "B", "C", "D"];
const CLASS_MARKS = ["●", "▲", "■", "✚"]; // as views/shapes.js draws them
const percent = (/** @type {number} */ share) =>
  `${number(100 * share, share > 0.995 || share < 0.005 ? 1 : 0)}%`;
const brief = (/** @type {number} */ v) =>
  v > 0 && v < 0.001 ? v.toExponential(1).replace("-", "−") : number(v, 3);

/**
 * What the classes are called: as in the visitor's own table, else A, B, C.
 * @param {Record<string, any>} values
 * @param {number} count
 */
export function classNames({ data, labels }, count) {
  const own = data === "own" && labels ? String(labels).split("|") : [];
  return Array.from({ length: count }, (_, i) => own[i] || (CLASS_NAMES[i] ?? ""));
}

/** The key of the map. @param {HTMLElement} root @param {string[]} names */
export function showClasses(root, names) {
  if (root.textContent === names.map((name, i) => `${CLASS_MARKS[i]} ${name}`).join("")) return;
  root.replaceChildren(
    ...names.map((name, i) =>
      h(
        "span",
        {},
        h("span", { class: `class-mark class-${i}`, "aria-hidden": "true" }, CLASS_MARKS[i] ?? ""),
        ` ${name}`,
      ),
    ),
  );
}

/** @param {Mlp} frame @param {import("./layers.js").Measure} name */
const lastOf = (frame, name) => frame.rows.history[name].at(-1) ?? NaN;

/** @param {Mlp} frame */
export function mlpSentence(frame) {
  const { header } = frame;
  const [training, test] = [lastOf(frame, "training loss"), lastOf(frame, "test loss")];
  if (header.step === 0) return t("Step 0: random weights, nothing learned yet. Press Play.");
  if (header.classes === null) {
    return t(
      "Mean squared error {training} on the training points, {test} on test points; median of the networks.",
      { training: brief(training), test: brief(test) },
    );
  }
  const [right, tested] = [lastOf(frame, "training accuracy"), lastOf(frame, "test accuracy")];
  if (!Number.isFinite(tested))
    return t("{right} of the training points are on the right side. There are no test points.", {
      right: percent(right),
    });
  const words = t(
    "{right} of the training points and {tested} of the test points are on the right side; median of the networks.",
    { right: percent(right), tested: percent(tested) },
  );
  return sentences([words, accuracyVerdict(testedOf(frame, header.classes), right, tested)]);
}

/** How many test points there are of each class. @param {Mlp} frame @param {number} classes */
function testedOf({ arrays }, classes) {
  const counts = new Array(classes).fill(0);
  arrays.role.forEach((role, i) => (role === 2 ? counts[arrays.y[i] ?? 0]++ : 0));
  return counts;
}

const FEW = 5; // fewer test points say nothing about others

/**
 * What two accuracies say; a difference counts where chance does not make it on so few points.
 * @param {number[]} counts test points of each class
 * @param {number} right share of the training points
 * @param {number} tested share of the test points
 */
function accuracyVerdict(counts, right, tested) {
  const count = counts.reduce((a, b) => a + b, 0);
  if (count < FEW)
    return t("Only {count} of the points are for testing, too few to say how it does on new ones.", {
      count,
    });
  const deviation = (/** @type {number} */ share) => Math.sqrt((share * (1 - share)) / count);
  const most = Math.max(...counts) / count;
  if (tested <= most + 2 * deviation(most))
    return t("Always naming the most frequent class would get {share}: that is not clearly less.", {
      share: percent(most),
    });
  const gap = right - tested;
  if (gap > 0.1 && gap > 2 * deviation(tested))
    return t("It does much better on the points it learned from than on new ones.");
  return "";
}

/** @param {Mlp} frame */
export function healthWords({ header, arrays }) {
  const norms = Array.from(arrays.norms, (v) => brief(v)).join(" · ");
  /** @type {Record<string, string>} */
  const words = {
    unknown: t("Gradient norms from the first layer to the last: {norms}.", { norms }),
    healthy: t(
      "Gradient norms from the first layer to the last: {norms}. They are of one size: every layer learns.",
      { norms },
    ),
    vanishing: t(
      "Gradient norms from the first layer to the last: {norms}. They vanish towards the input: the first layers hardly learn.",
      { norms },
    ),
    exploding: t(
      "Gradient norms from the first layer to the last: {norms}. They explode towards the input.",
      { norms },
    ),
    dead: t(
      "{share} of the hidden ReLU units are 0 for every training point: no gradient reaches them any more.",
      { share: percent(header.dead) },
    ),
  };
  return words[header.health] ?? "";
}

/** @param {{layer: number, unit: number}} unit @param {number[]} layers */
export const unitName = ({ layer, unit }, layers) =>
  layer === layers.length - 1
    ? t("output {number}", { number: unit + 1 })
    : t("unit {number} of hidden layer {layer}", { number: unit + 1, layer });

/** @param {HTMLElement} root @param {Mlp} frame */
export function showMlpFigures(root, frame) {
  const { header, rows } = frame;
  const { "training loss": training, "test loss": test } = rows.scores;
  const { "training accuracy": right, "test accuracy": tested } = rows.scores;
  const { penalty } = rows.scores;
  fillFigures(root, [
    [t("Training loss"), brief(training)],
    [t("Test loss"), brief(test)],
    ...(header.classes === null
      ? []
      : [
          [t("Training accuracy"), percent(right)],
          [t("Test accuracy"), Number.isFinite(tested) ? percent(tested) : "–"],
        ]),
    [t("Penalty"), brief(penalty)],
    [t("Weights and biases"), number(header.parameters, 0)],
  ]);
  $("[data-live-loss]").textContent =
    penalty > 0
      ? t("This network now, on the training points: {data} + {penalty} = {sum}", {
          data: brief(training),
          penalty: brief(penalty),
          sum: brief(training + penalty),
        })
      : t("This network now, on the training points: {data}, without a penalty", { data: brief(training) });
}
