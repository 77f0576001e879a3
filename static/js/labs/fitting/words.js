/** Sentences and numbers of the `fitting` page: from what was measured, never from the settings. */

import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { median } from "../../math/series.js";

/** @typedef {import("./layers.js").Fit} Fit */

/** Three digits that matter. @param {number} value */
export const brief = (value) =>
  value > 0 && value < 0.001 ? value.toExponential(1).replace("-", "−") : number(value, value < 0.1 ? 4 : 3);

/** Medians over the networks, or of the first one. @param {Fit} frame @param {boolean} [one] */
function errorsNow({ rows: { errors } }, one = false) {
  const of = (/** @type {Float32Array} */ row) => (one ? (row[0] ?? NaN) : median(row));
  return {
    training: of(errors.training),
    validation: of(errors.validation),
    test: of(errors.test),
    penalty: of(errors.penalty),
  };
}
/** @param {Fit} frame @param {number} role */
const countOf = (frame, role) => frame.arrays.role.reduce((sum, r) => sum + (r === role ? 1 : 0), 0);
/** @param {Fit} frame */
const stoppedOf = (frame) => frame.arrays.stopped_at.reduce((sum, at) => sum + (at >= 0 ? 1 : 0), 0);

/** What one network has come to. @param {Fit} frame @param {boolean} tested its test points are on show */
export function oneSentence(frame, tested) {
  const { step } = frame.header;
  const { training, test } = errorsNow(frame, true);
  if (step === 0) return t("Step 0: random weights, nothing learned yet. Press Play.");
  const values = { step: number(step, 0), training: brief(training), test: brief(test) };
  if (!Number.isFinite(test) || !tested)
    return t(
      "After {step} steps the training error is {training}: the mean squared distance of this network from the points that it learns from. Show the test points to see how it does on new ones.",
      values,
    );
  return t(
    "After {step} steps the training error is {training}, and the test error, on points that this network never saw, is {test}.",
    values,
  );
}

/** @param {Fit} frame @param {Record<string, any>} values */
export function fitSentence(frame, values) {
  const verdict = verdictWords(frame);
  const stopped = stoppedOf(frame);
  const all = frame.shapes.curves?.[0] ?? 0;
  if (stopped && values.early_stopping) {
    return sentences([verdict, t("{stopped} of {all} networks have stopped early.", { stopped, all })]);
  }
  return frame.header.step === 0 ? t("Step 0: random weights, nothing learned yet. Press Play.") : verdict;
}

/** What the two errors say. @param {Fit} frame */
function verdictWords(frame) {
  const { training, test } = errorsNow(frame);
  const numbers = t("Training error {training}, test error {test}:", {
    training: brief(training),
    test: brief(test),
  });
  const points = countOf(frame, 0);
  const tested = countOf(frame, 2);
  /** @type {Record<typeof frame.header.verdict, string[]>} */
  const words = {
    untested: [
      t("Training error {training}. Without test points nobody can say how it does on new ones.", {
        training: brief(training),
      }),
    ],
    few: [
      numbers,
      t("only {count} of the points are for testing, too few to say how it does on new ones.", {
        count: tested,
      }),
    ],
    flat: [
      numbers,
      t("the training points all have nearly the same y, so there is nothing to fit but a constant."),
    ],
    underfits: [
      numbers,
      t(
        "the curve misses more than half of what the points it learns from would let it learn. So far it underfits.",
      ),
    ],
    learning: [
      numbers,
      t("the training error is not at rest yet, so it is too early to say whether the curve underfits."),
    ],
    unexplained: [
      numbers,
      t(
        "the curve misses more than half of the variance of the points it learns from: it underfits, or the rest is noise.",
      ),
    ],
    fits: [numbers, t("it does about as well on new points as on those it learned from.")],
    close: [
      numbers,
      t("the test error is larger, but the difference is less than a tenth of the variance of y."),
    ],
    worse: [numbers, t("it does worse on new points than on those it learned from.")],
    overfits: [
      numbers,
      t("it does much worse on new points than on the {points} points it learned from. It overfits.", {
        points,
      }),
    ],
    uncertain: [
      numbers,
      t("it does worse on the test points, but these are so few or so scattered that it may be chance."),
    ],
  };
  return sentences(words[frame.header.verdict]);
}

/** For a screen reader. @param {Fit} frame */
export function summaryOf(frame) {
  const { training, test } = errorsNow(frame);
  return t(
    "{points} training points and the curve that {networks} networks fit to them at step {step}; training error {training}, test error {test}.",
    {
      points: countOf(frame, 0),
      networks: frame.shapes.curves?.[0] ?? 0,
      step: frame.header.step,
      training: brief(training),
      test: brief(test),
    },
  );
}

/** The two errors of one network. @param {HTMLElement} root @param {Fit} frame @param {boolean} tested */
export function showErrors(root, frame, tested) {
  const { training, test } = errorsNow(frame, true);
  fillFigures(root, [
    [t("Training error"), brief(training)],
    [t("Test error"), tested && Number.isFinite(test) ? brief(test) : "–"],
  ]);
}

/** @param {HTMLElement} root @param {Fit} frame */
export function showFigures(root, frame) {
  const { training, test } = errorsNow(frame);
  const { header } = frame;
  const rows = [
    [t("Training error"), brief(training)],
    [t("Test error"), brief(test)],
    [t("Gap"), Number.isFinite(test) ? brief(Math.max(test - training, 0)) : "–"],
    [t("Noise alone"), header.floor === null ? "–" : brief(header.floor)],
    [t("Best step"), header.best_step === null ? "–" : number(header.best_step, 0)],
    [t("Weights and biases"), number(header.parameters, 0)],
    [t("Training points"), number(countOf(frame, 0), 0)],
  ];
  fillFigures(root, rows);
}

/** @param {Fit} frame */
export function liveFormulas(frame) {
  const { training, test, penalty } = errorsNow(frame);
  $("[data-live-loss]").textContent =
    penalty > 0
      ? t("now {data} + {penalty} = {sum}", {
          data: brief(training),
          penalty: brief(penalty),
          sum: brief(training + penalty),
        })
      : t("now {data}, without a penalty", { data: brief(training) });
  $("[data-live-test]").textContent = Number.isFinite(test)
    ? t("now {test}, over {count} points", { test: brief(test), count: countOf(frame, 2) })
    : "";
}
