/** What the fit and its errors look like: layers of the plot, columns of the chart. */

import { t } from "../../core/i18n.js";
import { ROLES } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").FittingFrame} Fit */

/** @typedef {"train" | "validation" | "test"} Role */

/** @type {Role[]} */
const ORDER = ["test", "validation", "train"];
const FAR = 99; // beyond the picture: what is not on show is not in reach
const NUMBER_OF = { train: 0, validation: 1, test: 2 };

/**
 * One network and the points that it learns from; test points, when they are asked for.
 * @param {Fit} frame
 * @param {{tested: boolean, selected: number, drawing: boolean}} how
 * @returns {import("../../views/plot.js").Layer[]}
 */
export function oneLayers(frame, { tested, selected, drawing }) {
  const { grid, curves } = frame.arrays;
  return [
    ...truthLayers(frame),
    ...pointLayers(frame, tested ? ["test", "train"] : ["train"]),
    { type: "line", xs: grid, ys: curves.subarray(0, grid.length), color: "--accent", width: 3 },
    ...heldLayers(frame, selected, drawing, tested ? [0, 2] : [0]),
  ];
}

/**
 * @param {Fit} frame
 * @param {{singles: boolean, selected: number, drawing: boolean}} how
 * @returns {import("../../views/plot.js").Layer[]}
 */
export function fitLayers(frame, { singles, selected, drawing }) {
  const { grid, curves } = frame.arrays;
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
  return [
    ...layers,
    ...truthLayers(frame),
    ...pointLayers(frame, ORDER),
    { type: "line", xs: grid, ys: median, color: "--accent", width: 3 },
    ...heldLayers(frame, selected, drawing, [0, 1, 2]),
  ];
}

/** The true curve, where it is known. @param {Fit} frame @returns {import("../../views/plot.js").Layer[]} */
function truthLayers({ arrays: { grid, truth } }) {
  if (!Number.isFinite(truth[0])) return [];
  return [{ type: "line", xs: grid, ys: truth, color: "--gray-2", width: 1.5, dash: [6, 5] }];
}

/** @param {Fit} frame @param {Role[]} names @returns {import("../../views/plot.js").Layer[]} */
const pointLayers = ({ arrays: { x, y, role } }, names) =>
  names.map((name) => {
    const mine = Array.from(role, (r, i) => (r === NUMBER_OF[name] ? i : -1)).filter((i) => i >= 0);
    return {
      type: "points",
      role: name,
      size: name === "train" ? 6 : 4,
      x: mine.map((i) => x[i] ?? 0),
      y: mine.map((i) => y[i] ?? 0),
      ...(name === "test" && { alpha: 0.75 }),
    };
  });

/**
 * All points on show can be taken hold of; these ones are not painted but for the selected.
 * @param {Fit} frame @param {number} selected @param {boolean} drawing @param {number[]} roles
 * @returns {import("../../views/plot.js").Layer[]}
 */
function heldLayers({ arrays: { x, y, role } }, selected, drawing, roles) {
  if (drawing) return [];
  const far = (/** @type {Float32Array} */ row) =>
    Float32Array.from(row, (v, i) => (roles.includes(role[i] ?? -1) ? v : FAR));
  return [{ type: "points", x: far(x), y: far(y), alpha: 0, size: 6, draggable: true, selected }];
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
