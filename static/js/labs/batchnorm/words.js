/** Sentences and numbers of the `batchnorm` page: from what was measured, never from the settings. */

import { $, h } from "../../core/dom.js";
import { brief, number, sentences, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { lossesOf, lostOf, PLACES, ratioOf, reachedOf } from "./layers.js";

/** @typedef {import("./layers.js").Bn} Bn */

const LOST = 1e30;
const WHO = [
  () => t("without BatchNorm"),
  () => t("with it before the activation"),
  () => t("with it after the activation"),
];

/** @param {number} steps */
const stepsText = (steps) => (Number.isFinite(steps) ? number(steps, 0) : t("not yet"));
/** @param {number} loss */
const lossText = (loss) => (loss < LOST ? brief(loss) : t("lost"));

/** @param {Bn} frame @param {number} target */
export function saidOf(frame, target) {
  const { step } = frame.header;
  const [none = NaN, before = NaN, after = NaN] = lossesOf(frame);
  const words =
    step === 0
      ? [
          t(
            "Step 0: the same weights three times, nothing learned yet. Look at the histograms: with BatchNorm before the activation they are alike in every layer. Press Play.",
          ),
        ]
      : [
          t(
            "Step {step}: training loss {none} without BatchNorm, {before} with it before the activation, {after} after it.",
            { step: number(step, 0), none: lossText(none), before: lossText(before), after: lossText(after) },
          ),
        ];
  if (step > 0) {
    const reached = reachedOf(frame);
    const there = Object.values(reached).flatMap(({ typical }, v) =>
      Number.isFinite(typical)
        ? [t("{who} after {steps} steps", { who: WHO[v]?.() ?? "", steps: stepsText(typical) })]
        : [],
    );
    const ratio = ratioOf(frame);
    if (there.length)
      words.push(
        t("A loss of {target} was reached {list}.", { target: number(target, 2), list: there.join(" · ") }),
      );
    else words.push(t("None has reached a loss of {target} yet.", { target: number(target, 2) }));
    if (Number.isFinite(ratio))
      words.push(t("That is {ratio} times as many steps without it.", { ratio: number(ratio, 1) }));
  }
  const lost = PLACES.map(({ place }) => lostOf(frame, place)).reduce((a, b) => a + b, 0);
  if (lost)
    words.push(
      t("Networks whose loss diverged: {lost} of {all}.", { lost, all: frame.arrays.losses.length }),
    );
  return sentences(words);
}

/** @param {HTMLElement} root @param {Bn} frame @param {number} target */
export function showFigures(root, frame, target) {
  const reached = reachedOf(frame);
  const span = (/** @type {typeof reached.none} */ r) =>
    Number.isFinite(r.typical)
      ? `${stepsText(r.typical)} (${stepsText(r.first)}–${Number.isFinite(r.last) ? stepsText(r.last) : "…"})`
      : t("not yet");
  const ratio = ratioOf(frame);
  const rows = [
    [t("Steps to loss {target}, without BatchNorm", { target: number(target, 2) }), span(reached.none)],
    [t("before the activation"), span(reached.before)],
    [t("after the activation"), span(reached.after)],
    [
      t("Speed-up by BatchNorm"),
      Number.isFinite(ratio) ? t("{ratio} times", { ratio: number(ratio, 1) }) : "–",
    ],
    [
      t("Parameters of a network"),
      `${number(frame.header.parameters, 0)} + ${number(frame.header.parameters_with - frame.header.parameters, 0)}`,
    ],
  ];
  fillFigures(root, rows);
}

/** For a screen reader. @param {Bn} frame */
export function ridgesSummary(frame) {
  const parts = PLACES.map(({ name, place }) =>
    t("{name}: {list}", {
      name: name(),
      list: Array.from(frame.rows.saturated[place], (share) => `${number(100 * share, 0)}%`).join(t(", ")),
    }),
  );
  return t(
    "Histograms over time of what enters each layer’s activation. Share in the flat part of it, layer by layer: {list}",
    { list: parts.join(t("; ")) },
  );
}

/** The sentence under a chart of layers. @param {Bn} frame @param {"saturated" | "slopes"} name */
export const layersSummary = (frame, name) =>
  PLACES.map(({ name: told, place }) =>
    t("{name}: {list}", {
      name: told(),
      list: Array.from(frame.rows[name][place], brief).join(t(", ")),
    }),
  ).join(t("; "));

/**
 * Rows of a formula with its numbers.
 * @param {HTMLElement} root
 * @param {string[][]} rows name, then what it is
 */
export function showWorked(root, rows) {
  if (root.childElementCount !== rows.length)
    root.replaceChildren(...rows.map(() => h("div", {}, h("span"), h("span"))));
  rows.forEach(([name = "", value = ""], i) => {
    const [first, second] = /** @type {HTMLElement[]} */ ([...(root.children[i]?.children ?? [])]);
    if (first && first.textContent !== name) first.textContent = name;
    if (second && second.textContent !== value) second.textContent = value;
  });
}

/** @param {string} selector @param {string} text */
export function say(selector, text) {
  const root = $(selector);
  if (root.textContent !== text) root.textContent = text;
}
