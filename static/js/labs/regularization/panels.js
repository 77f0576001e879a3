/** One weight under the penalty alone; and weight decay beside L2 in the loss. */

import { ApiError, json } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { brief, number, plain, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { fillTable } from "../../core/table.js";
import { chart } from "../../views/chart.js";
import { decays } from "./math.js";
import { lambdaText } from "./words.js";

/** @typedef {import("../../core/state.js").State} State */

const STEPS = 50;
const REST = 200; // milliseconds that λ rests before four trainings with it are asked for
const ROWS = [0, 1, 2, 5, 10, 20, 50];
const OPTIMIZERS = [t("SGD, L2 in the loss"), t("SGD, weight decay"), t("Adam, L2 in the loss"), "AdamW"];

/** @param {string} name */
const slider = (name) => /** @type {HTMLInputElement} */ ($(`[data-${name}]`));

/** @param {{state: State}} options */
export function dynamicsPanel({ state }) {
  const [pull, start] = [slider("pull"), slider("start")];
  const view = chart($("[data-dynamics]"), {
    x: t("step"),
    y: "θ",
    height: 210,
    lines: [
      { name: t("L1, soft threshold"), color: "--class-point-0", digits: 3, width: 2.5 },
      { name: t("L1, sub-gradient"), color: "--class-point-1", digits: 3, dash: [3, 3] },
      { name: "L2", color: "--class-point-2", digits: 3, dash: [9, 4] },
    ],
  });
  const draw = () => {
    const { pull: by, start: from } = state.values;
    [pull.value, start.value] = [String(by), String(from)];
    $("[data-pull-said]").textContent = number(by, 2);
    $("[data-start-said]").textContent = number(from, 2);
    const { soft, sub, square } = decays(from, by, STEPS);
    const zero = soft.indexOf(0);
    const [hover = 0, left = 0] = [Math.max(...sub.slice(-2).map(Math.abs)), square[STEPS] ?? 0];
    const summary = sentences([
      zero < 0
        ? t("Under L1 the weight loses {by} a step and is still {rest} after {steps} steps.", {
            by: number(by, 2),
            rest: brief(soft[STEPS] ?? 0),
            steps: STEPS,
          })
        : t("Under L1 the weight loses {by} a step, and the soft threshold stops at zero in step {zero}.", {
            by: number(by, 2),
            zero,
          }),
      zero < 0
        ? ""
        : hover > 0
          ? t("The sub-gradient goes on leaping, up to {hover} away.", { hover: brief(hover) })
          : t("The sub-gradient lands on zero, too: by chance, its last step was just as long as the way."),
      t("Under L2 it loses {share} % of what is left, ever less: {left} after {steps} steps.", {
        share: number(200 * by, 0),
        left: brief(left),
        steps: STEPS,
      }),
    ]);
    view.update({
      columns: [soft.map((_, i) => i), soft, sub, square],
      rules: [{ y: 0, color: "--gray-2", dash: [] }],
      summary,
    });
    $("[data-dynamics-said]").textContent = summary;
    fillTable(
      $("[data-dynamics-table]"),
      [t("step"), t("L1, soft threshold"), t("L1, sub-gradient"), "L2"],
      ROWS.map((i) => [String(i), ...[soft, sub, square].map((row) => number(row[i] ?? 0, 3))]),
    );
  };
  pull.addEventListener("input", () => state.set({ pull: Number(pull.value) }));
  start.addEventListener("input", () => state.set({ start: Number(start.value) }));
  let told = "";
  const follow = () => {
    const now = `${state.values.pull} ${state.values.start}`;
    if (now === told) return;
    told = now;
    draw();
  };
  state.subscribe(follow);
  follow();
}

/** @param {{state: State}} options */
export function decayPanel({ state }) {
  const slide = slider("decay-lambda");
  const said = $("[data-decay-said]");
  const view = chart($("[data-decay]"), {
    x: t("training steps"),
    y: t("distance ‖θ − θ*‖"),
    height: 210,
    yScale: "log",
    lines: [
      { name: OPTIMIZERS[0] ?? "", color: "--class-point-2", digits: 3, width: 5 },
      { name: OPTIMIZERS[1] ?? "", color: "--ink", digits: 3, width: 1.5, dash: [6, 5] },
      { name: OPTIMIZERS[2] ?? "", color: "--class-point-0", digits: 3 },
      { name: OPTIMIZERS[3] ?? "", color: "--class-point-1", digits: 3, dash: [3, 3] },
    ],
  });
  const query = newest({
    ask: (/** @type {number} */ lam, signal) => json(`/api/regularization/decay?lam=${lam}`, { signal }),
    show,
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      said.textContent = error.message;
    },
  });
  /**
   * @param {{points: number, features: number, batch_size: number, steps: number, sgd_rate: number,
   *   adam_rate: number}} fixed
   */
  function tellFixed({ points, features, batch_size: batch, steps, sgd_rate: sgd, adam_rate: adam }) {
    $("[data-decay-fixed]").textContent = t(
      "Fixed here: {points} points, {features} features, batch size {batch}, {steps} steps. Learning rate: {adam} for Adam and AdamW; {sgd} for SGD, the less the greater λ.",
      { points, features, batch, steps, adam: plain(adam), sgd: plain(sgd) },
    );
  }

  /**
   * @param {{settings: Parameters<typeof tellFixed>[0], steps: number[], distance: number[][], size:
   *   number[][], minimum_size: number, minimum_largest: number, largest: number[], sgd_difference: number,
   *   adam_difference: number}} found
   */
  function show(found) {
    const [sgd = 0, , adam = 0, adamw = 0] = found.distance.map((row) => row.at(-1) ?? NaN);
    const summary = sentences([
      found.sgd_difference === 0
        ? t(
            "With SGD, L2 in the loss and weight decay take the same steps: not one digit of a weight ever differs.",
          )
        : found.sgd_difference < 1e-9
          ? t(
              "With SGD, L2 in the loss and weight decay take the same steps: their weights never differ by more than {difference}.",
              { difference: brief(found.sgd_difference) },
            )
          : t("With SGD, the weights differ by up to {difference}.", {
              difference: brief(found.sgd_difference),
            }),
      t(
        "With Adam they end {difference} apart: the weights of Adam with L2 in the loss are {adam} away from θ*, those of the least J (SGD {sgd}), those of AdamW {adamw}.",
        { difference: brief(found.adam_difference), adam: brief(adam), sgd: brief(sgd), adamw: brief(adamw) },
      ),
    ]);
    said.textContent = summary;
    tellFixed(found.settings);
    view.update({ columns: [found.steps, ...found.distance], summary });
    const last = (/** @type {number[]} */ row = []) => brief(row.at(-1) ?? NaN);
    fillTable(
      $("[data-decay-table]"),
      [t("at the end"), t("distance ‖θ − θ*‖"), t("sum of squares"), t("largest weight")],
      [
        ...OPTIMIZERS.map((name, i) => [
          name,
          last(found.distance[i]),
          last(found.size[i]),
          brief(found.largest[i] ?? NaN),
        ]),
        [t("θ*, of the least J"), "0", brief(found.minimum_size), brief(found.minimum_largest)],
      ],
    );
  }
  slide.addEventListener("input", () =>
    state.set({ decay: Number((10 ** Number(slide.value)).toPrecision(2)) }),
  );
  const follow = () => {
    const position = Math.log10(state.values.decay);
    if (Math.abs(Number(slide.value) - position) > 0.06) slide.value = String(position);
    slide.setAttribute("aria-valuetext", lambdaText(state.values.decay));
    $("[data-decay-lambda-said]").textContent = lambdaText(state.values.decay);
    query.want(state.values.decay, REST);
  };
  state.subscribe(follow);
  follow();
}
