/** What the fit and its errors look like: layers of the plot, columns of the chart. */

import { t } from "../../core/i18n.js";
import { ROLES } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").FittingFrame} Fit */

/** @type {("train" | "validation" | "test")[]} */
const ORDER = ["test", "validation", "train"];
const NUMBER_OF = { train: 0, validation: 1, test: 2 };

/**
 * @param {Fit} frame
 * @param {{singles: boolean, selected: number, drawing: boolean}} how
 * @returns {import("../../views/plot.js").Layer[]}
 */
export function fitLayers(frame, { singles, selected, drawing }) {
  const { grid, truth, x, y, role, curves } = frame.arrays;
  const { low, median, high } = frame.rows.band;
  /** @type {import("../../views/plot.js").Layer[]} */
  const layers = [
    {
      type: "band",
      xs: grid,
      lo: low,
      hi: high,
      color: "--accent",
      alpha: 0.22,
    },
  ];
  if (singles) {
    const count = frame.shapes.curves?.[0] ?? 0;
    for (let r = 0; r < count; r++)
      layers.push({
        type: "line",
        xs: grid,
        ys: curves.subarray(r * grid.length, (r + 1) * grid.length),
        color: "--accent",
        width: 0.9,
        alpha: 0.55,
      });
  }
  if (Number.isFinite(truth[0]))
    layers.push({ type: "line", xs: grid, ys: truth, color: "--gray-2", width: 1.5, dash: [6, 5] });
  for (const name of ORDER) {
    const mine = Array.from(role, (r, i) => (r === NUMBER_OF[name] ? i : -1)).filter((i) => i >= 0);
    layers.push({
      type: "points",
      role: name,
      size: name === "train" ? 6 : 4,
      x: mine.map((i) => x[i] ?? 0),
      y: mine.map((i) => y[i] ?? 0),
      ...(name === "test" && { alpha: 0.75 }),
    });
  }
  layers.push({ type: "line", xs: grid, ys: median, color: "--accent", width: 3 });
  // All points can be taken hold of; these ones are not painted but for the selected.
  if (!drawing) layers.push({ type: "points", x, y, alpha: 0, size: 6, draggable: true, selected });
  return layers;
}

/** Of the history, in the order of the lines. @type {(keyof Fit["rows"]["history"])[]} */
const SHOWN = [
  "training",
  "test",
  "validation",
  "penalty",
  "training low",
  "training high",
  "test low",
  "test high",
];

/** @returns {import("../../views/chart.js").Line[]} */
export const errorLines = () => [
  { name: t("training error"), color: ROLES.train.color, digits: 4 },
  {
    name: t("test error (estimates the generalization error)"),
    color: ROLES.test.color,
    dash: ROLES.test.dash,
    digits: 4,
  },
  { name: t("validation error"), color: ROLES.validation.color, dash: ROLES.validation.dash, digits: 4 },
  { name: t("penalty"), color: "--gray-2", dash: [1, 4], digits: 4 },
  .../** @type {const} */ (["train", "train", "test", "test"]).map((role) => ({
    name: role,
    color: ROLES[role].color,
    quiet: true,
  })),
];
/** @type {import("../../views/chart.js").Band[]} */
export const ERROR_BANDS = [
  { between: [4, 5], color: ROLES.train.color, alpha: 0.16 },
  { between: [6, 7], color: ROLES.test.color, alpha: 0.16 },
];

/** @param {Fit} frame */
export const errorColumns = (frame) => [frame.arrays.steps, ...SHOWN.map((name) => frame.rows.history[name])];

/** @param {Fit} frame @returns {import("../../views/chart.js").Mark[]} */
export function marksOf({ header, arrays }) {
  /** @type {import("../../views/chart.js").Mark[]} */
  const marks =
    header.best_step && header.best_step < header.step * 0.97
      ? [
          {
            x: header.best_step,
            label: t("best step {step}", { step: header.best_step }),
            color: ROLES.validation.color,
            dash: [5, 4],
          },
        ]
      : [];
  const last = (arrays.steps ?? []).at(-1) ?? 0;
  if (header.step < last) marks.push({ x: header.step });
  return marks;
}

/** @param {Fit} frame */
export const rulesOf = ({ header }) =>
  header.floor ? [{ y: header.floor, label: t("the noise alone") }] : [];
