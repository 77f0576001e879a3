/** Weight decay beside L2 in the loss. */

import { ApiError, json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { brief, onLanguage, plain, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";
import { fillTable } from "../../core/table.js";
import { chart } from "../../views/chart.js";
import { lambdaText } from "./words.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../core/state.js").State} State */
/**
 * @typedef {{points: number, features: number, batch_size: number, steps: number, sgd_rate: number,
 *   adam_rate: number}} Fixed
 */
/**
 * @typedef {{settings: Fixed, steps: number[], distance: number[][], size: number[][], minimum_size: number,
 *   minimum_largest: number, largest: number[], sgd_difference: number, adam_difference: number}} Found
 */

const REST = 200; // milliseconds that λ rests before four trainings with it are asked for
const optimizers = () => [
  t("SGD, L2 in the loss"),
  t("SGD, weight decay"),
  t("Adam, L2 in the loss"),
  "AdamW",
];
const [SGD, ADAM, ADAMW] = [0, 2, 3]; // places among them
const LOOKS = [
  { color: VARIANTS[2], digits: 3, width: 5 },
  { color: "--ink", digits: 3, width: 1.5, dash: [6, 5] },
  { color: VARIANTS[0], digits: 3 },
  { color: VARIANTS[1], digits: 3, dash: [3, 3] },
];

export class DecayPart {
  said = $("[data-decay-said]");
  /** @type {Found | null} */
  found = null;
  slider = /** @type {HTMLInputElement} */ ($("[data-decay-lambda]"));
  view = chart($("[data-decay]"), () => ({
    x: t("training steps"),
    y: t("distance ‖θ − θ*‖"),
    height: 210,
    yScale: "log",
    lines: LOOKS.map((look, i) => ({ name: optimizers()[i] ?? "", ...look })),
  }));

  /** @param {State} state */
  constructor(state) {
    this.state = state;
    this.query = newest({
      ask: (/** @type {number} */ lam, signal) => json(`/api/regularization/decay?lam=${lam}`, { signal }),
      show: (found) => {
        this.found = found;
        this.show(found);
      },
      fail: (error) => {
        if (!(error instanceof ApiError)) throw error;
        tell(this.said, () => error.message);
      },
    });
    this.slider.addEventListener("input", () =>
      state.set({ decay: Number((10 ** Number(this.slider.value)).toPrecision(2)) }),
    );
    state.subscribe(() => this.follow());
    onLanguage(() => {
      this.follow();
      if (this.found) this.show(this.found);
    });
    this.follow();
  }

  follow() {
    const { decay } = this.state.values;
    const position = Math.log10(decay);
    if (Math.abs(Number(this.slider.value) - position) > 0.06) this.slider.value = String(position);
    this.slider.setAttribute("aria-valuetext", lambdaText(decay));
    $("[data-decay-lambda-said]").textContent = lambdaText(decay);
    this.query.want(decay, REST);
  }

  /** @param {Found} found */
  show(found) {
    const summary = sentences([saySgd(found.sgd_difference), sayAdam(found)]);
    this.said.textContent = summary;
    $("[data-decay-fixed]").textContent = sayFixed(found.settings);
    this.view.update({ columns: [found.steps, ...found.distance], summary });
    fillTable(
      $("[data-decay-table]"),
      [t("at the end"), t("distance ‖θ − θ*‖"), t("sum of squares"), t("largest weight")],
      rowsOf(found),
    );
  }
}

/** @param {Fixed} fixed */
const sayFixed = ({ points, features, batch_size: batch, steps, sgd_rate: sgd, adam_rate: adam }) =>
  t(
    "Fixed here: {points} points, {features} features, batch size {batch}, {steps} steps. Learning rate: {adam} for Adam and AdamW; {sgd} for SGD (smaller for larger λ).",
    { points, features, batch, steps, adam: plain(adam), sgd: plain(sgd) },
  );

/** @param {number} difference */
function saySgd(difference) {
  if (difference === 0)
    return t(
      "With SGD, L2 in the loss and weight decay take the same steps: not one digit of a weight ever differs.",
    );
  if (difference < 1e-9)
    return t(
      "With SGD, L2 in the loss and weight decay take the same steps: their weights never differ by more than {difference}.",
      { difference: brief(difference) },
    );
  return t("With SGD, the weights differ by up to {difference}.", { difference: brief(difference) });
}

/** @param {Found} found */
function sayAdam({ distance, adam_difference: difference }) {
  const end = (/** @type {number} */ optimizer) => brief(distance[optimizer]?.at(-1) ?? NaN);
  return t(
    "Adam and AdamW end {difference} apart. Distance from the minimizer θ* of J: Adam with L2 {adam}, AdamW {adamw}, SGD {sgd}.",
    { difference: brief(difference), adam: end(ADAM), sgd: end(SGD), adamw: end(ADAMW) },
  );
}

/** @param {Found} found */
function rowsOf({ distance, size, largest, minimum_size, minimum_largest }) {
  const last = (/** @type {number[]} */ row = []) => brief(row.at(-1) ?? NaN);
  return [
    ...optimizers().map((name, i) => [name, last(distance[i]), last(size[i]), brief(largest[i] ?? NaN)]),
    [t("θ*, of the least J"), "0", brief(minimum_size), brief(minimum_largest)],
  ];
}
