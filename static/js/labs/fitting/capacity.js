/** Error against capacity: every width trained at once, and the polynomials beside them. */

import { ApiError, postForFrame } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { median } from "../../math/series.js";
import { trainingSession } from "../../core/session/session.js";
import { chart } from "../../views/chart.js";
import { ROLES } from "../../views/shapes.js";
import { brief } from "./words.js";

const ENOUGH = 600; // training steps; beyond, the picture hardly changes
const AT_ONCE = 20; // steps between two pictures
const REST = 300; // milliseconds that points rest before polynomials are fitted to them
const DATA = ["data", "train", "noise", "data_seed", "drawn", "points"]; // what polynomials depend on
// the sweep goes over all sizes, to the end
const SIZE_ONLY = ["width", "replicas", "validation", "early_stopping", "patience"];
const PERFECT = 1e-6; // a training error that is but rounding
const MUCH = 1000; // times below the least test error, errors are drawn no lower

/** @type {import("../../views/chart.js").Line[]} */
const LINES = [
  { name: t("training error"), color: ROLES.train.color, digits: 4, shape: "circle" },
  {
    name: t("generalization error (test)"),
    color: ROLES.test.color,
    dash: ROLES.test.dash,
    digits: 4,
    shape: "circle",
    hollow: true,
  },
  ...["train", "train", "test", "test"].map((role) => ({ name: role, color: `--role-${role}`, quiet: true })),
];
/** @type {import("../../views/chart.js").Band[]} */
const BANDS = [
  { between: [2, 3], color: ROLES.train.color, alpha: 0.18 },
  { between: [4, 5], color: ROLES.test.color, alpha: 0.18 },
];

/** @param {ArrayLike<number>} values @param {number} share */
function quantile(values, share) {
  const sorted = Array.from(values).sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
}

/**
 * Median and 10 to 90 % of each row.
 * @param {Float32Array} matrix @param {number[]} shape
 */
function spread(matrix, [rows = 0, columns = 0]) {
  const each = Array.from({ length: rows }, (_, i) => matrix.subarray(i * columns, (i + 1) * columns));
  return [each.map(median), each.map((row) => quantile(row, 0.1)), each.map((row) => quantile(row, 0.9))];
}

/**
 * @param {{
 *   state: import("../../core/state.js").State,
 *   configOf: (values: Record<string, any>) => Record<string, any>,
 *   onWidth: (width: number) => void,
 * }} options
 */
export function capacityPanel({ state, configOf, onWidth }) {
  const button = $("[data-sweep]");
  const said = $("[data-capacity-said]");
  const roots = { network: $("[data-capacity-network]"), polynomial: $("[data-capacity-polynomial]") };
  const charts = {
    network: chart(roots.network, {
      x: t("units in a layer"),
      y: t("mean squared error"),
      height: 250,
      xScale: "log",
      yScale: "log",
      lines: LINES,
      bands: BANDS,
      onPick: onWidth,
    }),
    polynomial: chart(roots.polynomial, {
      x: t("degree"),
      y: t("mean squared error"),
      height: 250,
      yScale: "log",
      lines: LINES,
      bands: BANDS,
    }),
  };
  /** @type {"network" | "polynomial"} */
  let family = "polynomial";
  /** @type {any} */
  let frame = null;
  /** @type {{width: number, test: number} | null} */
  let here = null;
  /** @type {ReturnType<typeof trainingSession> | null} */
  let session = null;

  function draw() {
    const trained = Boolean(frame?.header.step);
    for (const [name, root] of Object.entries(roots))
      root.hidden = name !== family || !frame || (name === "network" && !trained);
    if (family === "network" && !trained) {
      said.textContent = t(
        "Every width from 1 to 256 is trained at once, eight networks each, on the same points.",
      );
    } else if (frame) (family === "network" ? drawNetworks : drawPolynomials)();
  }
  /** Polynomials need no training: one answer has them all. */
  const query = newest({
    ask: (/** @type {Record<string, any>} */ config, signal) =>
      postForFrame("/api/labs/fitting/run", { config, steps: 0 }, signal),
    show: (answer) => {
      frame = answer;
      draw();
    },
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      said.textContent = error.message;
    },
    same: (a, b) => DATA.every((name) => a[name] === b[name]),
  });
  const ask = (rest = 0) => {
    if (!session) query.want(configOf(state.values), rest);
  };
  function drawNetworks() {
    const { header, arrays, shapes } = frame;
    const [training, lowTraining, highTraining] = spread(arrays.training, shapes.training);
    const [test = [], lowTest, highTest] = spread(arrays.test, shapes.test);
    const best = test.indexOf(Math.min(...test));
    const width = header.widths[best];
    said.textContent = t(
      "After {step} steps the least test error, {error}, is at {width} units a layer. Click a width to load it.",
      { step: header.step, error: brief(test[best] ?? NaN), width },
    );
    charts.network.update({
      columns: [header.widths, training, test, lowTraining, highTraining, lowTest, highTest],
      marks: [{ x: width, label: t("best"), color: ROLES.test.color, dash: [5, 4] }],
      rules: header.floor ? [{ y: header.floor, label: t("the noise alone") }] : [],
      here:
        here && Number.isFinite(here.test) ? { x: here.width, y: here.test, label: t("you are here") } : null,
      summary: said.textContent,
    });
  }
  function drawPolynomials() {
    const { header, arrays, shapes } = frame;
    const [training = [], lowTraining, highTraining] = spread(
      arrays.polynomial_training,
      shapes.polynomial_training,
    );
    const [test = [], lowTest, highTest] = spread(arrays.polynomial_test, shapes.polynomial_test);
    const least = Math.min(...test);
    const best = test.indexOf(least);
    const worst = test.indexOf(Math.max(...test));
    // A perfect fit's error is rounding, 1e-28; drawn as it is it would flatten all the rest.
    const floor = (/** @type {number[]} */ row = []) => row.map((v) => Math.max(v, least / MUCH));
    const through = header.points - 1;
    const again =
      worst === through && worst < test.length - 1 && (test.at(-1) ?? 0) < (test[worst] ?? 0) / 10;
    // Of two points above each other no polynomial takes both.
    const hits = through >= test.length || (training[through] ?? NaN) < PERFECT;
    said.textContent = !hits
      ? `${t("generalization error (test)")}: ${brief(least)} (${t("degree")} ${best})`
      : sentences([
          t(
            "Least test error {error} at degree {best}. From degree {through} on, the polynomial goes through all {points} points.",
            { error: brief(least), best, through, points: header.points },
          ),
          again
            ? t(
                "There the error is worst, {worst}; beyond, among many perfect polynomials the smallest is taken, and the error falls again: double descent.",
                { worst: number(test[worst] ?? NaN, 0) },
              )
            : "",
        ]);
    charts.polynomial.update({
      columns: [
        test.map((_, i) => i),
        floor(training),
        test,
        floor(lowTraining),
        floor(highTraining),
        lowTest,
        highTest,
      ],
      marks: [
        { x: best, label: t("best"), color: ROLES.test.color, dash: [5, 4] },
        ...(through < test.length
          ? [{ x: through, label: t("as many coefficients as points"), color: "--gray-2", dash: [2, 3] }]
          : []),
      ],
      rules: header.floor ? [{ y: header.floor, label: t("the noise alone") }] : [],
      summary: said.textContent,
    });
  }

  function begin() {
    if (session) {
      session.reset();
      session.play();
      return;
    }
    query.drop(); // the run brings the polynomials, too
    // Live fields start this one anew: another penalty is another experiment.
    session = trainingSession({
      slug: "fitting",
      liveNames: [],
      configOf: (values) =>
        Object.fromEntries(Object.entries(configOf(values)).filter(([name]) => !SIZE_ONLY.includes(name))),
      state: {
        ...state,
        get values() {
          return { ...state.values, speed: AT_ONCE, run: "" };
        },
      },
      onFrame: (next) => {
        frame = next;
        draw();
        if (next.header.step >= ENOUGH) session?.pause();
      },
      onStatus: ({ phase, error, step }) => {
        button.setAttribute("aria-busy", String(phase === "running"));
        button.textContent = phase === "running" ? t("Stop at step {step}", { step }) : t("Train every size");
        if (error) said.textContent = error.message;
      },
    });
    session.play();
  }
  state.subscribe(() => ask(REST));
  button.addEventListener("click", () => {
    family = "network";
    press();
    if (session?.status.phase === "running") session.pause();
    else {
      state.set({ sweep: true });
      begin();
    }
  });
  for (const name of /** @type {const} */ (["network", "polynomial"])) {
    $(`[data-family=${name}]`).addEventListener("click", () => {
      family = name;
      press();
      draw();
    });
  }
  function press() {
    for (const name of Object.keys(roots))
      $(`[data-family=${name}]`).setAttribute("aria-pressed", String(name === family));
  }
  draw();
  if (state.values.sweep) begin();
  else ask();

  return {
    /** Where the visitor's own settings lie. @param {number} width @param {import("./layers.js").Fit} fit */
    follow(width, fit) {
      const columns = fit.shapes.errors?.[1] ?? 0;
      const test = median(fit.arrays.errors.subarray(2 * columns, 3 * columns));
      const moved = here?.width !== width || Math.abs((here?.test ?? 0) - test) > 0.03 * test;
      here = { width, test };
      if (moved && frame?.header.step && family === "network") drawNetworks();
    },
  };
}
