/** What the `regularization` page's frames look like: columns of its charts, layers of its plots. */

import { t } from "../../core/i18n.js";
import { ROLES, VARIANTS } from "../../views/marks.js";
import { histogramGrid, roundedUp } from "./math.js";

/** @typedef {import("../../../types/frames.js").RegularizationFrame} Reg */
/** @typedef {import("../../views/plot.js").Layer} Layer */
/** @typedef {import("../../views/chart.js").Line} Line */

const USEFUL = VARIANTS.slice(0, 4);
const BINS = 41;
const MANY = 40; // lines over the histogram; more would hide it

/** Whether it is known which features matter. @param {Reg} frame */
export const isKnown = ({ arrays }) => Number.isFinite(arrays.truth[0]);
/**
 * A row of a matrix.
 * @param {Reg} frame
 * @param {"paths" | "used" | "over_steps"} name
 * @param {number} index
 */
export function rowOf(frame, name, index) {
  const width = frame.shapes[name]?.[1] ?? 0;
  return frame.arrays[name].subarray(index * width, (index + 1) * width);
}
/** @param {Reg} frame @param {"paths" | "used"} name @param {number} index */
function columnOf(frame, name, index) {
  const [rows = 0, width = 0] = frame.shapes[name] ?? [];
  return Array.from({ length: rows }, (_, k) => frame.arrays[name][k * width + index] ?? NaN);
}

/**
 * What a feature's line looks like.
 * @param {Reg} frame
 * @param {number} feature
 * @returns {{color: string, dash: number[], useful: boolean}}
 */
export function lookOf(frame, feature) {
  if (!isKnown(frame)) return { color: "--accent", dash: [], useful: true };
  const useful = frame.arrays.truth[feature] !== 0;
  return {
    color: useful ? (USEFUL[feature % USEFUL.length] ?? "--accent") : "--gray-2",
    dash: useful ? [] : [4, 4],
    useful,
  };
}

/** Which input a path's weight belongs to. @param {Reg} frame @param {number} index */
const featureOf = (frame, index) =>
  Math.floor(index / ((frame.shapes.paths?.[1] ?? 1) / (frame.shapes.used?.[1] ?? 1)));
const SUBSCRIPTS = "₀₁₂₃₄₅₆₇₈₉";
/** @param {number} n */
const subscript = (n) => [...String(n)].map((digit) => SUBSCRIPTS[Number(digit)]).join("");
/** A linear model's weight, or a network's input. @param {Reg} frame @param {number} feature */
export const featureName = ({ header }, feature) =>
  `${header.model === "mlp" ? "x" : "θ"}${subscript(feature + 1)}`;
/** @param {Reg} frame @param {number} index of a path */
function pathName(frame, index) {
  const feature = featureOf(frame, index);
  const each = (frame.shapes.paths?.[1] ?? 1) / (frame.shapes.used?.[1] ?? 1);
  return (
    featureName(frame, feature) + (frame.header.model === "mlp" ? `→h${subscript((index % each) + 1)}` : "")
  );
}

/** Useless features first, so that the others lie over them. @param {Reg} frame */
function order(frame) {
  const indices = Array.from({ length: frame.shapes.paths?.[1] ?? 0 }, (_, i) => i);
  const useful = (/** @type {number} */ i) => lookOf(frame, featureOf(frame, i)).useful;
  return [...indices.filter((i) => !useful(i)), ...indices.filter(useful)];
}

/** @param {Reg} frame @returns {Line[]} */
export function pathLines(frame) {
  const thin = (frame.shapes.paths?.[1] ?? 0) > MANY;
  return order(frame).map((i) => {
    const { color, dash, useful } = lookOf(frame, featureOf(frame, i));
    const width = thin ? 1 : useful ? 2.5 : 1.4;
    return { name: pathName(frame, i), color, width, digits: 3, ...(dash.length && { dash }) };
  });
}

/** @param {Reg} frame */
export const pathColumns = (frame) => [
  frame.arrays.lambdas,
  ...order(frame).map((i) => columnOf(frame, "paths", i)),
];

/**
 * How far up and down the picture goes: it only ever grows, so that lines move and the axis does
 * not. The sub-gradient's leaps, as wide as λ is great, do not count.
 * @param {Reg} frame @param {[number, number]} before @param {boolean} leaps @returns {[number, number]}
 */
export function pathRange(frame, [low, high], leaps) {
  const values = leaps ? rowOf(frame, "paths", 0) : frame.arrays.paths;
  let [least, most] = [0, 0];
  for (const list of [values, frame.arrays.truth]) {
    for (const v of list) {
      if (v < least) least = v;
      if (v > most) most = v;
    }
  }
  const room = 0.08 * (most - least || 1);
  return [least < low + room / 2 ? least - room : low, most > high - room / 2 ? most + room : high];
}

/** @param {Reg} frame @param {boolean} named @returns {import("../../views/chart.js").Mark[]} */
export function lambdaMarks(frame, named) {
  const { best, one_error: one, at } = frame.header;
  const { lambdas } = frame.arrays;
  return [
    { x: lambdas[at] ?? 1, ...(named && { label: t("you are here") }) },
    ...(best === null
      ? []
      : [
          {
            x: lambdas[best] ?? 1,
            ...(named && { label: t("best by cross-validation") }),
            color: ROLES.validation.color,
            dash: [8, 4],
          },
        ]),
    ...(best === null || one === null || one === best
      ? []
      : [
          {
            x: lambdas[one] ?? 1,
            ...(named && { label: t("within one standard error") }),
            color: "--gray-1",
            dash: [2, 3],
          },
        ]),
  ];
}

/** @returns {Line[]} */
export const errorLines = () => [
  { name: t("training error"), color: ROLES.train.color, digits: 3 },
  { name: t("test error"), color: ROLES.test.color, dash: ROLES.test.dash, digits: 3 },
  { name: t("cross-validation"), color: ROLES.validation.color, dash: ROLES.validation.dash, digits: 3 },
  { name: "low", color: ROLES.validation.color, quiet: true },
  { name: "high", color: ROLES.validation.color, quiet: true },
];
/** @type {import("../../views/chart.js").Band[]} */
export const ERROR_BANDS = [{ between: [3, 4], color: ROLES.validation.color, alpha: 0.15 }];

/** @param {Reg} frame */
export function errorColumns(frame) {
  const { mean, "standard error": error } = frame.rows.validated;
  const { lambdas, training, test } = frame.arrays;
  return [
    lambdas,
    training,
    test,
    mean,
    mean.map((v, k) => v - (error[k] ?? 0)),
    mean.map((v, k) => v + (error[k] ?? 0)),
  ];
}

/** Bars at the chosen λ, and the true weights. @param {Reg} frame */
export function bars(frame) {
  const now = rowOf(frame, "used", frame.header.at);
  const truth = isKnown(frame) && frame.header.model !== "mlp" ? frame.arrays.truth : new Float32Array();
  const reach = roundedUp(Math.max(0.1, ...Array.from(now, Math.abs), ...Array.from(truth, Math.abs)) * 1.08);
  /** @type {Layer[]} */
  const layers = [{ type: "line", xs: [0, now.length + 1], ys: [0, 0], color: "--gray-2", width: 1 }];
  now.forEach((value, i) => {
    const { color, useful } = lookOf(frame, i);
    if (value !== 0)
      layers.push({ type: "line", xs: [i + 1, i + 1], ys: [0, value], color, width: useful ? 9 : 5 });
  });
  if (truth.length) {
    layers.push({
      type: "points",
      x: Array.from(truth, (_, i) => i + 1),
      y: truth,
      role: "test",
      color: "--ink",
      shape: "diamond",
      size: 4,
    });
  }
  const low = frame.header.model === "mlp" ? -0.04 * reach : -reach;
  return {
    layers,
    x: /** @type {[number, number]} */ ([0.2, now.length + 0.8]),
    y: /** @type {[number, number]} */ ([low, reach]),
  };
}

/** Weights of the chosen λ over time. @param {Reg} frame */
export function weightHistogramLayers(frame) {
  const { over_steps, moments } = frame.arrays;
  const weights = frame.shapes.over_steps?.[1] ?? 0;
  const last = Math.max(moments.at(-1) ?? 0, 1);
  let most = 0.1;
  for (const v of over_steps) most = Math.max(most, Math.abs(v));
  const reach = roundedUp(most);
  /** @type {[number, number]} */
  const x = [0, last];
  /** @type {[number, number]} */
  const y = [-reach, reach];
  const grid = histogramGrid(over_steps, weights, reach, BINS);
  /** @type {Layer[]} */
  const layers = [{ type: "heat", ramp: "gray", ...grid, x, y }];
  if (weights <= MANY && moments.length > 1) {
    for (let w = 0; w < weights; w++) {
      const { color, useful } = lookOf(frame, w);
      if (useful)
        layers.push({
          type: "line",
          xs: moments,
          ys: Array.from(moments, (_, i) => over_steps[i * weights + w] ?? NaN),
          color,
          width: 1.5,
        });
    }
  }
  return { layers, x, y };
}

/** The fitted curve of the chosen λ. @param {Reg} frame @returns {Layer[]} */
export function curveLayers({ arrays }) {
  return [
    { type: "line", xs: arrays.grid, ys: arrays.true_curve, color: "--gray-2", width: 1.5, dash: [6, 5] },
    { type: "line", xs: arrays.grid, ys: arrays.curve, color: "--accent", width: 2.5 },
    { type: "points", x: arrays.x, y: arrays.y, role: "train", size: 4.5 },
  ];
}

/** The paths as a small picture without axes: log₁₀ λ across. @param {Reg} frame @returns {Layer[]} */
export function pathLayers(frame) {
  const xs = Array.from(frame.arrays.lambdas, Math.log10);
  return order(frame).map((i) => {
    const { color, dash, useful } = lookOf(frame, featureOf(frame, i));
    return { type: "line", xs, ys: columnOf(frame, "paths", i), color, dash, width: useful ? 4 : 2 };
  });
}
