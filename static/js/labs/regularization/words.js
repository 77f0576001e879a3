/** Sentences and numbers of the `regularization` page: from what was measured, never from the settings. */

import { $ } from "../../core/dom.js";
import { brief, number, plain, sentences, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { fillTable } from "../../core/table.js";
import { featureName, isKnown, rowOf } from "./layers.js";

/** @typedef {import("./layers.js").Reg} Reg */

/** @param {number} value */
export const lambdaText = plain;

/** Features that are used at the chosen λ: of those that matter, and of the others. @param {Reg} frame */
export function survivors(frame) {
  const now = rowOf(frame, "used", frame.header.at);
  const truth = frame.arrays.truth;
  const count = (/** @type {(i: number) => boolean} */ test) =>
    Array.from(now, (_, i) => Number(test(i))).reduce((a, b) => a + b, 0);
  const alive = (/** @type {number} */ i) => now[i] !== 0;
  const matters = (/** @type {number} */ i) => truth[i] !== 0;
  return {
    useful: count(matters),
    usefulAlive: count((i) => matters(i) && alive(i)),
    useless: count((i) => !matters(i)),
    uselessAlive: count((i) => !matters(i) && alive(i)),
  };
}

/** @param {Reg} frame */
const here = ({ header, arrays }) => ({
  lambda: lambdaText(arrays.lambdas[header.at] ?? NaN),
  zeros: arrays.zeros[header.at] ?? 0,
  near: arrays.near[header.at] ?? 0,
  test: arrays.test[header.at] ?? NaN,
  training: arrays.training[header.at] ?? NaN,
});

/** @param {Reg} frame */
export function saidOf(frame) {
  const { header } = frame;
  const { lambda, zeros, near, test } = here(frame);
  const all = header.penalized;
  if (header.step === 0) {
    return header.model === "mlp"
      ? t("Step 0: random weights, nothing learned yet. Press Play.")
      : t(
          "Step 0: least squares, no penalty yet (directions that the data hardly reach are left out). Weights that are zero: {zeros} of {all}; test error {test}. Press Play to apply each λ.",
          { zeros, all, test: brief(test) },
        );
  }
  const words = [
    zeros === 0 && near > 0
      ? t("At λ = {lambda}, no weight is exactly zero; only close to it: {near} of {all}.", {
          lambda,
          near,
          all,
        })
      : t("At λ = {lambda}, weights that are exactly zero: {zeros} of {all}.", { lambda, zeros, all }),
  ];
  if (isKnown(frame) && zeros > 0) {
    const { useful, usefulAlive, useless, uselessAlive } = survivors(frame);
    words.push(
      useful === 0
        ? t("No feature is useful here; kept all the same: {uselessAlive} of {useless}.", {
            useless,
            uselessAlive,
          })
        : t(
            "Features that are kept: {usefulAlive} of {useful} useful ones, {uselessAlive} of {useless} useless ones.",
            { useful, usefulAlive, useless, uselessAlive },
          ),
    );
  }
  words.push(
    header.model === "mlp"
      ? t("Test error {test}.", { test: brief(test) })
      : t("Test error {test}; least squares had {start}.", {
          test: brief(test),
          start: brief(header.start_test),
        }),
  );
  if (header.moved < RESTED) words.push(t("Converged: all weights are at their minima."));
  return sentences(words);
}

/** A change of weights in a step below which training has arrived. */
export const RESTED = 1e-7;

/** @param {HTMLElement} root @param {Reg} frame */
export function showFigures(root, frame) {
  const { header, arrays } = frame;
  const { zeros, near, test, training } = here(frame);
  const at = (/** @type {number | null} */ k) =>
    k === null ? "–" : `λ = ${lambdaText(arrays.lambdas[k] ?? NaN)}`;
  const rows = [
    [t("Exactly zero"), `${number(zeros, 0)} / ${number(header.penalized, 0)}`],
    [t("Nearly zero"), number(near, 0)],
    [t("Training error"), brief(training)],
    [t("Test error"), brief(test)],
    [t("Best by cross-validation"), at(header.best)],
    [t("Its test error"), header.best === null ? "–" : brief(arrays.test[header.best] ?? NaN)],
  ];
  fillFigures(root, rows);
}

/** Which features survive at three λ: a table and its sentence. @param {Reg} frame */
export function showSurvivors(frame) {
  const { header, arrays } = frame;
  const picks = [
    { name: t("chosen"), k: header.at },
    ...(header.best === null ? [] : [{ name: t("best by cross-validation"), k: header.best }]),
    ...(header.one_error === null ? [] : [{ name: t("within one standard error"), k: header.one_error }]),
  ];
  const rows = picks.map(({ name, k }) => {
    const { useful, usefulAlive, useless, uselessAlive } = survivors({
      ...frame,
      header: { ...header, at: k },
    });
    return [
      t("{name} ({note})", { name: lambdaText(arrays.lambdas[k] ?? NaN), note: name }),
      `${usefulAlive} / ${useful}`,
      `${uselessAlive} / ${useless}`,
      brief(arrays.test[k] ?? NaN),
    ];
  });
  fillTable($("[data-survivors]"), ["λ", t("useful kept"), t("useless kept"), t("test error")], rows);
  const now = rowOf(frame, "used", header.at);
  const lost = Array.from(arrays.truth).flatMap((v, i) =>
    v !== 0 && now[i] === 0 ? [featureName(frame, i)] : [],
  );
  $("[data-survivors-said]").textContent = arrays.truth.every((v) => v === 0)
    ? t("No feature is useful here: the target has nothing to do with any of them, so none can be lost.")
    : lost.length
      ? t("Lost at the chosen λ, although they matter: {names}.", { names: lost.join(t(", ")) })
      : t("No useful feature is lost at the chosen λ.");
}

/** @param {Reg} frame */
export function liveFormula({ header }) {
  const { data_loss: data, penalty } = header;
  $("[data-live-loss]").textContent = t("now {data} + {penalty} = {sum}", {
    data: brief(data),
    penalty: brief(penalty),
    sum: brief(data + penalty),
  });
}

/** For a screen reader. @param {Reg} frame */
export const barsSummary = (frame) =>
  t("Weights at the chosen λ: {list}", {
    list: Array.from(
      rowOf(frame, "used", frame.header.at),
      (v, i) => `${featureName(frame, i)} ${brief(v)}`,
    ).join(t(", ")),
  });
