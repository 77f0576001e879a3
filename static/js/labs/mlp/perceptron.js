/** Rosenblatt's rule in pictures: the sample, the line before and after, w and what is added. */

import { $ } from "../../core/dom.js";
import { number, sentences, t, tp } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { chart } from "../../views/chart.js";
import { plot } from "../../views/plot.js";
import { pointLayers } from "./layers.js";
import { signSentence } from "./sum.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").PerceptronFrame} PerceptronFrame */

/** @typedef {import("../../views/plot.js").Layer} Layer */
const SIDE = /** @type {[number, number]} */ ([-1.4, 1.4]);
const ARROW = 0.55; // length of the longest arrow; w itself has no place on the plane

const triple = (/** @type {number[]} */ w) => `(${w.map((v) => number(v, 2)).join(", ")})`;

export class PerceptronView {
  /**
   * @param {HTMLElement} root
   * @param {HTMLElement} mistakesRoot
   * @param {(x: number, y: number, phase: "start" | "move" | "end") => void} onPaint
   */
  constructor(root, mistakesRoot, onPaint) {
    this.view = plot(root, {
      x: SIDE,
      y: SIDE,
      square: true,
      xLabel: "x₁",
      yLabel: "x₂",
      onPaint,
    });
    this.mistakes = chart(mistakesRoot, () => ({
      x: t("samples looked at"),
      y: t("mistakes"),
      height: 220,
      lines: [{ name: t("mistakes so far"), color: "--accent" }],
    }));
  }

  /**
   * @param {PerceptronFrame} frame
   * @param {{painting: boolean, units: [import("../../core/axis.js").Unit,
   *   import("../../core/axis.js").Unit] | null}} how
   */
  update(frame, { painting, units }) {
    const { header, arrays } = frame;
    const summary = perceptronSentence(frame);
    this.view.update({ layers: layersOf(frame), summary, free: painting, units });
    this.mistakes.update({ columns: [arrays.steps, arrays.history], summary, rules: boundRules(header) });
    $("[data-live-rule]").textContent = header.wrong ? sayUpdate(header) : "";
    $("[data-live-bound]").textContent = sayBound(header);
  }

  snapshot() {
    return this.view.snapshot();
  }

  toCsv() {
    return this.mistakes.toCsv();
  }
}

// --- The picture --------------------------------------------------------------------------------------

/** The line w.x = 0 across the picture. @param {number[]} w @returns {{xs: number[], ys: number[]} | null} */
export function across([a = 0, b = 0, c = 0]) {
  if (Math.hypot(a, b) < 1e-12) return null;
  if (Math.abs(b) > Math.abs(a)) return { xs: SIDE, ys: SIDE.map((x) => -(a * x + c) / b) };
  return { xs: SIDE.map((y) => -(b * y + c) / a), ys: SIDE };
}

/** @param {PerceptronFrame} frame @returns {Layer[]} */
function layersOf(frame) {
  const { header } = frame;
  return [
    ...lines(header),
    ...pointLayers({ classes: 2, arrays: frame.arrays }),
    ...sample(frame),
    ...(header.wrong ? arrows(header) : []),
  ];
}

/**
 * The line, and what it was before a mistake moved it.
 * @param {PerceptronFrame["header"]} header
 * @returns {Layer[]}
 */
function lines(header) {
  const after = across(header.after);
  const before = header.wrong ? across(header.before) : null;
  const dashed = { color: "--gray-2", width: 2, dash: [7, 6], label: tp("update", "before"), labelAt: 0.1 };
  const solid = { color: "--accent", width: 3, label: header.wrong ? tp("update", "after") : "" };
  return [
    ...(before ? [/** @type {Layer} */ ({ type: "line", ...before, ...dashed })] : []),
    ...(after ? [/** @type {Layer} */ ({ type: "line", ...after, ...solid })] : []),
  ];
}

/**
 * Where the sample is that is looked at.
 * @param {PerceptronFrame} frame
 * @returns {[number, number] | null}
 */
function placeOf({ header, arrays }) {
  const training = Array.from(arrays.role, (/** @type {number} */ r, i) => (r === 0 ? i : -1)).filter(
    (i) => i >= 0,
  );
  const point = header.number >= 0 ? training[header.number] : undefined;
  if (point === undefined) return null;
  const [x = NaN, y = NaN] = arrays.x.slice(2 * point, 2 * point + 2);
  return [x, y];
}

/** The sample that is looked at. @param {PerceptronFrame} frame @returns {Layer[]} */
function sample(frame) {
  const place = placeOf(frame);
  if (!place) return [];
  const { header } = frame;
  const [x, y] = place;
  return [
    { type: "points", x: [x], y: [y], alpha: 0, size: 7, selected: 0 },
    { type: "label", x, y, text: header.wrong ? t("wrong") : t("right"), leader: [34, -34] },
  ];
}

/**
 * w, y x and their sum, from the middle, on one scale.
 * @param {PerceptronFrame["header"]} header
 * @returns {Layer[]}
 */
function arrows({ before, update, after }) {
  const longest = Math.max(...[before, update, after].map(([a = 0, b = 0]) => Math.hypot(a, b)), 1e-9);
  const scaled = (/** @type {number[]} */ [a = 0, b = 0]) =>
    /** @type {[number, number]} */ ([(a / longest) * ARROW, (b / longest) * ARROW]);
  const [from, to] = [scaled(before), scaled(after)];
  return [
    { type: "arrow", from: [0, 0], to: from, color: "--gray-2", label: t("old w") },
    { type: "arrow", from, to, color: VARIANTS[1], label: "η y x" },
    { type: "arrow", from: [0, 0], to, color: "--accent", label: t("new w") },
  ];
}

/** Novikoff's bound, where it is in sight. @param {PerceptronFrame["header"]} header */
function boundRules({ bound, mistakes }) {
  if (bound === null || bound >= 50 * Math.max(mistakes, 1)) return [];
  return [{ y: bound, label: t("Novikoff’s bound (R/γ)² = {bound}", { bound: number(bound, 1) }) }];
}

// --- What is said -------------------------------------------------------------------------------------

/** @param {PerceptronFrame["header"]} header */
const sayUpdate = (header) =>
  t("{before} + {update} = {after}; margin {low} → {high}", {
    before: triple(header.before),
    update: triple(header.update),
    after: triple(header.after),
    low: number(header.margin_before, 3),
    high: number(header.margin_after, 3),
  });

/** @param {PerceptronFrame["header"]} header */
const sayBound = (header) =>
  header.bound === null
    ? t("Here no line separates the samples: γ = 0, and there is no bound.")
    : t("R = {radius}, γ = {gamma}: at most {bound} mistakes; so far {mistakes}.", {
        radius: number(header.radius, 3),
        gamma: number(header.gamma, 4),
        bound: number(Math.floor(header.bound), 0),
        mistakes: header.mistakes,
      });

/** @param {PerceptronFrame} frame */
export function perceptronSentence(frame) {
  const { header } = frame;
  const none = header.bound === null ? t("No line separates these points.") : "";
  if (header.converged)
    return t(
      "A whole round without a mistake: the line separates all training points, after {mistakes} mistakes.",
      { mistakes: header.mistakes },
    );
  if (header.cycle)
    return sentences([
      none,
      t(
        "The weights are again what they were {cycle} mistakes ago: the perceptron goes round in circles and will never stop.",
        { cycle: header.cycle },
      ),
    ]);
  if (header.number < 0)
    return sentences([none, t("w = 0: no line yet. Press Step to look at the first sample.")]);
  return sentences([signSentence(header.before, placeOf(frame)), saySample(header), none]);
}

/** @param {PerceptronFrame["header"]} header */
function saySample(header) {
  const values = { number: header.number + 1, margin: number(header.margin_before, 3) };
  return header.wrong
    ? t(
        "Sample {number} is on the wrong side (margin {margin}), so η y x is added to w: the line moves.",
        values,
      )
    : t("Sample {number} is on the right side (margin {margin}): nothing changes.", values);
}

/** @param {PerceptronFrame} frame @param {HTMLElement} list */
export function showPerceptronFigures({ header }, list) {
  fillFigures(list, [
    [t("Mistakes"), number(header.mistakes, 0)],
    [t("At most (Novikoff)"), header.bound === null ? t("no bound") : number(Math.floor(header.bound), 0)],
    [t("Rounds"), number(header.epochs, 0)],
    [t("Correct now"), `${number(100 * header.accuracy, 0)}%`],
    ["w", triple(header.after)],
  ]);
}
