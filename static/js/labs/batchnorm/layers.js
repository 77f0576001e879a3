/** What the `batchnorm` page's frames look like: columns of its charts, ridges, rows of its matrices. */

import { t, tp } from "../../core/i18n.js";
import { median } from "../../math/series.js";

/** @typedef {import("../../../types/frames.js").BatchnormFrame} Bn */
/** @typedef {import("../../views/chart.js").Line} Line */

/** Where BatchNorm is: each place has its own color, dash and shape. */
export const PLACES = [
  { name: () => t("none"), color: "--class-point-1", dash: [8, 4], shape: /** @type {const} */ ("triangle") },
  {
    name: () => tp("place of BatchNorm", "before"),
    color: "--class-point-0",
    dash: [],
    shape: /** @type {const} */ ("circle"),
  },
  {
    name: () => tp("place of BatchNorm", "after"),
    color: "--class-point-2",
    dash: [2, 3],
    shape: /** @type {const} */ ("square"),
  },
];
const [NONE, BEFORE] = [0, 1];

/** The places as they are called in the language of now. */
export const namedPlaces = () => PLACES.map((place) => ({ ...place, name: place.name() }));

/** @param {{dash: number[]}} place */
const dashOf = ({ dash }) => (dash.length ? { dash } : {});
/** @returns {Line[]} */
export const lossLines = () =>
  namedPlaces().flatMap((place) => [
    { name: `${place.name} 10 %`, color: place.color, quiet: true },
    { name: place.name, color: place.color, digits: 3, width: 2, ...dashOf(place) },
    { name: `${place.name} 90 %`, color: place.color, quiet: true },
  ]);
/** @type {import("../../views/chart.js").Band[]} */
export const LOSS_BANDS = PLACES.map((place, v) => ({
  between: [3 * v, 3 * v + 2],
  color: place.color,
  alpha: 0.12,
}));
/** A line a place, with a point at every layer. @returns {Line[]} */
export const layerLines = () =>
  namedPlaces().map((place) => ({
    name: place.name,
    color: place.color,
    digits: 4,
    shape: place.shape,
    ...dashOf(place),
  }));

/**
 * A row of a matrix.
 * @param {Bn} frame
 * @param {"history" | "reached" | "losses" | "saturated" | "slopes" | "batch" | "statistics" | "moved"}
 *   name
 * @param {number} index
 */
export function rowOf(frame, name, index) {
  const width = frame.shapes[name]?.[1] ?? 0;
  return frame.arrays[name].subarray(index * width, (index + 1) * width);
}

/** @param {Bn} frame */
export const lossColumns = (frame) => [
  frame.arrays.steps,
  ...PLACES.flatMap((_, v) => [0, 1, 2].map((i) => rowOf(frame, "history", 3 * v + i))),
];

/**
 * Steps until the loss is reached: the middle of the starts, the first and the last; Infinity: not yet.
 * @param {ArrayLike<number>} reached
 */
export function stepsOf(reached) {
  const sorted = Array.from(reached, (v) => (v < 0 ? Infinity : v)).sort((a, b) => a - b);
  const [low = Infinity, high = Infinity] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[sorted.length >> 1],
  ];
  return {
    typical: high === Infinity ? Infinity : (low + high) / 2,
    first: sorted[0] ?? Infinity,
    last: sorted.at(-1) ?? Infinity,
  };
}

/** Of each place. @param {Bn} frame */
export const reachedOf = (frame) => PLACES.map((_, v) => stepsOf(rowOf(frame, "reached", v)));
/**
 * How many times sooner with BatchNorm before the activation; NaN where either is not there yet.
 * @param {Bn} frame
 */
export function ratioOf(frame) {
  const reached = reachedOf(frame);
  const ratio = (reached[NONE]?.typical ?? NaN) / (reached[BEFORE]?.typical ?? NaN);
  return Number.isFinite(ratio) ? ratio : NaN;
}

/** Median loss of each place; infinite where most networks are lost. @param {Bn} frame */
export const lossesOf = (frame) =>
  PLACES.map((_, v) =>
    median(Array.from(rowOf(frame, "losses", v), (loss) => (Number.isFinite(loss) ? loss : 1e300))),
  );
/** Networks of a place whose loss left every bound. @param {Bn} frame @param {number} v */
export const lostOf = (frame, v) =>
  Array.from(rowOf(frame, "losses", v)).filter((loss) => !Number.isFinite(loss)).length;

/** @param {Bn} frame @param {string} summary @returns {import("../../views/ridges.js").Ridges} */
export function ridgesOf(frame, summary) {
  const [, layers = 1] = frame.shapes.ridges ?? [];
  const { ridges, moments, bins, curve } = frame.arrays;
  return {
    values: ridges,
    moments: moments.length,
    bins,
    curve,
    summary,
    chosen: frame.header.layer - 1,
    columns: namedPlaces(),
    rows: Array.from({ length: layers }, (_, l) => String(l + 1)),
  };
}

/** Layers from 1 on, then each place's values. @param {Bn} frame @param {"saturated" | "slopes"} name */
export function layerColumns(frame, name) {
  const count = frame.shapes[name]?.[1] ?? 0;
  return [Array.from({ length: count }, (_, l) => l + 1), ...PLACES.map((_, v) => rowOf(frame, name, v))];
}

/**
 * Where a loss was reached, as marks on the chart.
 * @param {Bn} frame
 * @returns {import("../../views/chart.js").Mark[]}
 */
export function reachedMarks(frame) {
  return reachedOf(frame).flatMap(({ typical }, v) => {
    const place = PLACES[v];
    return place && Number.isFinite(typical)
      ? [{ x: typical, label: String(Math.round(typical)), color: place.color, dash: [4, 4] }]
      : [];
  });
}

/**
 * For a thumbnail: the median losses from 0 to 1 across.
 * @param {Bn} frame
 * @returns {import("../../views/plot.js").Layer[]}
 */
export function thumbnailLayers(frame) {
  const last = frame.arrays.steps.at(-1) ?? 1;
  const xs = Array.from(frame.arrays.steps, (step) => step / last);
  return PLACES.flatMap((place, v) => [
    {
      type: /** @type {const} */ ("band"),
      xs,
      lo: rowOf(frame, "history", 3 * v),
      hi: rowOf(frame, "history", 3 * v + 2),
      color: place.color,
      alpha: 0.15,
    },
    {
      type: /** @type {const} */ ("line"),
      xs,
      ys: rowOf(frame, "history", 3 * v + 1),
      color: place.color,
      width: 4,
      dash: place.dash,
    },
  ]);
}
