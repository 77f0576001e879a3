/** One unit on one batch: from x to x̂ to y, with its numbers; sliders for γ and β. */

import { $, h } from "../../core/dom.js";
import { brief, number, plain, sentences, t } from "../../core/i18n.js";
import { fillTable } from "../../core/table.js";
import { plot } from "../../views/plot.js";
import { rowOf } from "./layers.js";
import { say, showWorked } from "./words.js";

/** @typedef {import("./layers.js").Bn} Bn */

const SHOWN = 6; // points in the table
/**
 * @type {[import("../../views/plot.js").Unit, import("../../views/plot.js").Unit]} upwards nothing is
 *   counted
 */
const AXES = [
  { name: t("value"), offset: 0, scale: 1 },
  { name: "", offset: 0, scale: 0 },
];
const LEVELS = { x: 2.7, x_hat: 1.7, y: 0.7 };

/** @param {Bn} frame */
export function numbersOf(frame) {
  const [
    mean = NaN,
    variance = NaN,
    gamma = NaN,
    beta = NaN,
    runningMean = NaN,
    runningVar = NaN,
    newMean = NaN,
    newVar = NaN,
  ] = frame.arrays.numbers;
  return { mean, variance, gamma, beta, runningMean, runningVar, newMean, newVar };
}

/** As many values as there may be, each with its name. @param {HTMLElement} select @param {number} count */
function fillChoice(select, count) {
  if (select.childElementCount === count) return;
  select.replaceChildren(...Array.from({ length: count }, (_, i) => h("option", { value: i + 1 }, i + 1)));
}

/** @param {{state: import("../../core/state.js").State}} options */
export function unitPanel({ state }) {
  /** @type {Bn | null} */
  let frame = null;
  /** @type {{gamma: number, beta: number} | null} what the visitor put in the place of the learned ones */
  let own = null;
  const gammaSlide = /** @type {HTMLInputElement} */ ($("[data-gamma]"));
  const betaSlide = /** @type {HTMLInputElement} */ ($("[data-beta]"));
  const selects = {
    layer: /** @type {HTMLSelectElement} */ ($("[data-layer]")),
    unit: /** @type {HTMLSelectElement} */ ($("[data-unit]")),
  };
  const strip = plot($("[data-strip]"), {
    x: [-4, 4],
    y: [-0.05, 3.15],
    xLabel: t("value"),
    maxHeight: () => 320,
  });

  function draw() {
    if (!frame) return;
    const found = numbersOf(frame);
    const evaluating = state.values.phase === "eval";
    const { gamma, beta } = own ?? found;
    const x = rowOf(frame, "batch", 0);
    const xHat = rowOf(frame, "batch", evaluating ? 2 : 1);
    const y = xHat.map((v) => gamma * v + beta);
    for (const [slide, name, value] of /** @type {const} */ ([
      [gammaSlide, "gamma", gamma],
      [betaSlide, "beta", beta],
    ])) {
      if (document.activeElement !== slide || !own) slide.value = String(value);
      say(
        `[data-${name}-said]`,
        `${brief(value)}${own ? ` (${t("learned: {value}", { value: brief(found[name]) })})` : ""}`,
      );
    }
    $("[data-learned]").hidden = own === null;
    fillChoice(selects.layer, state.values.depth);
    fillChoice(selects.unit, state.values.width);
    selects.layer.value = String(frame.header.layer);
    selects.unit.value = String(frame.header.unit);
    for (const button of document.querySelectorAll("[data-phase-of]"))
      button.setAttribute(
        "aria-pressed",
        String(button.getAttribute("data-phase-of") === state.values.phase),
      );
    const [mean, variance] = evaluating
      ? [found.runningMean, found.runningVar]
      : [found.mean, found.variance];
    drawStrip(x, xHat, y, mean);
    drawWorked(frame, { x, xHat, y, mean, variance, gamma, beta, evaluating });
  }

  /** @param {Float32Array} x @param {Float32Array} xHat @param {Float32Array} y @param {number} mean */
  function drawStrip(x, xHat, y, mean) {
    let reach = 3;
    for (const row of [x, xHat, y])
      for (const v of row) if (Number.isFinite(v)) reach = Math.max(reach, Math.abs(v));
    reach = Math.min(Math.ceil(reach * 1.1), 1e6);
    /** @type {import("../../views/plot.js").Layer[]} */
    const layers = [];
    const level = (/** @type {ArrayLike<number>} */ row, /** @type {number} */ at) =>
      Array.from(row, () => at);
    for (const at of Object.values(LEVELS))
      layers.push({ type: "line", xs: [-reach, reach], ys: [at, at], color: "--gray-3", width: 1 });
    x.forEach((v, i) =>
      layers.push({
        type: "line",
        xs: [v, xHat[i] ?? NaN, y[i] ?? NaN],
        ys: [LEVELS.x, LEVELS.x_hat, LEVELS.y],
        color: i === 0 ? "--accent" : "--gray-2",
        width: i === 0 ? 2 : 0.7,
        alpha: i === 0 ? 1 : 0.6,
      }),
    );
    layers.push({ type: "line", xs: [0, 0], ys: [0, 3.1], color: "--gray-2", width: 1, dash: [3, 4] });
    layers.push({
      type: "line",
      xs: [mean, mean],
      ys: [LEVELS.x - 0.22, LEVELS.x + 0.22],
      color: "--role-test",
      width: 3,
    });
    for (const [row, at] of /** @type {[Float32Array, number][]} */ ([
      [x, LEVELS.x],
      [xHat, LEVELS.x_hat],
      [y, LEVELS.y],
    ])) {
      layers.push({ type: "points", x: row, y: level(row, at), role: "train", size: 4, alpha: 0.85 });
    }
    for (const [name, at] of /** @type {[string, number][]} */ ([
      ["x", LEVELS.x],
      ["x̂", LEVELS.x_hat],
      ["y = γ x̂ + β", LEVELS.y],
    ])) {
      layers.push({ type: "label", x: -reach, y: at + 0.26, text: name, color: "--ink" });
    }
    strip.update({
      layers,
      x: [-reach, reach],
      units: AXES,
      summary: t(
        "The batch’s values of this unit as x, normalized as x̂, and as y. Upright: the mean that is subtracted, {mean}.",
        { mean: brief(mean) },
      ),
    });
  }

  /**
   * @param {Bn} of
   * @param {{x: Float32Array, xHat: Float32Array, y: Float32Array, mean: number, variance: number, gamma:
   *   number, beta: number, evaluating: boolean}} now
   */
  function drawWorked(of, { x, xHat, y, mean, variance, gamma, beta, evaluating }) {
    const { eps } = of.header;
    const [x1 = NaN, h1 = NaN, y1 = NaN] = [x[0], xHat[0], y[0]];
    const bracket = (/** @type {number} */ v) => (v < 0 ? `(${brief(v)})` : brief(v));
    const root = Math.sqrt(variance + eps);
    showWorked($("[data-worked]"), [
      evaluating
        ? [t("running mean"), `μ = ${brief(mean)}`]
        : ["E[x]", t("sum of {count} values / {count} = {mean}", { count: x.length, mean: brief(mean) })],
      evaluating
        ? [t("running variance"), `σ² = ${brief(variance)}`]
        : [
            "Var[x]",
            t("sum of squared distances / {count} = {variance}", {
              count: x.length,
              variance: brief(variance),
            }),
          ],
      ["√(Var + ε)", `√(${brief(variance)} + ${plain(eps)}) = ${brief(root)}`],
      ["x̂₁", `(${brief(x1)} − ${bracket(mean)}) / ${brief(root)} = ${brief(h1)}`],
      ["y₁", `${brief(gamma)} · ${bracket(h1)} + ${bracket(beta)} = ${brief(y1)}`],
    ]);
    fillTable(
      $("[data-batch-table]"),
      [t("point"), "x", "x − E", "x̂", "y"],
      Array.from(x.subarray(0, SHOWN), (v, i) => [
        String(i + 1),
        number(v, 3),
        number(v - mean, 3),
        number(xHat[i] ?? NaN, 3),
        number(y[i] ?? NaN, 3),
      ]),
    );
    const [train, evaluated] = [rowOf(of, "batch", 1), rowOf(of, "batch", 2)];
    const apart = Math.max(...Array.from(train, (v, i) => Math.abs(v - (evaluated[i] ?? NaN))));
    const average = xHat.reduce((sum, v) => sum + v, 0) / xHat.length;
    say(
      "[data-unit-said]",
      sentences([
        x.length === 1
          ? evaluating
            ? t(
                "Eval mode: the running statistics take the place of the batch’s, so even with one point x̂ depends on x; here it is {mean}.",
                { mean: brief(average) },
              )
            : t("A batch of one: its value is its own mean, so x̂ is 0 whatever x is.")
          : evaluating
            ? t(
                "Eval mode: the same x with the running statistics. The mean of x̂ is {mean}, not 0, and a point’s x̂ no longer depends on its neighbors.",
                { mean: brief(average) },
              )
            : t(
                "Train mode: x̂ has mean 0 and variance 1 over this batch, so each point’s x̂ depends on all the others.",
              ),
        t("Between the two modes x̂ differs by up to {apart}.", { apart: brief(apart) }),
      ]),
    );
    say(
      "[data-live-unit]",
      t("now {gamma} · {x} + {beta} = {y}", {
        gamma: brief(gamma),
        x: bracket(h1),
        beta: bracket(beta),
        y: brief(y1),
      }),
    );
  }

  const change = () => {
    own = { gamma: Number(gammaSlide.value), beta: Number(betaSlide.value) };
    draw();
  };
  gammaSlide.addEventListener("input", change);
  betaSlide.addEventListener("input", change);
  $("[data-learned]").addEventListener("click", () => {
    own = null;
    draw();
    gammaSlide.focus();
  });
  for (const [name, select] of Object.entries(selects)) {
    select.addEventListener("change", () => {
      own = null;
      state.set({ [name]: Number(select.value) });
    });
  }
  for (const button of document.querySelectorAll("[data-phase-of]")) {
    button.addEventListener("click", () =>
      state.set({ phase: button.getAttribute("data-phase-of") ?? "train" }),
    );
  }
  state.subscribe(draw);
  return {
    /** @param {Bn} next */
    show(next) {
      frame = next;
      draw();
    },
  };
}
