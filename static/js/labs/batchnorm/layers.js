/** What the `batchnorm` page's frames look like: columns of its charts, ridges, rows of its matrices. */

import { t } from "../../core/i18n.js";
import { median } from "../../math/series.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").BatchnormFrame} Bn */
/** @typedef {import("../../views/chart.js").Line} Line */

/** @typedef {keyof Bn["rows"]["losses"]} Place where BatchNorm is */
/** @typedef {import("../../views/shapes.js").Shape} Shape */
/**
 * Each place has its own color, dash and shape.
 * @type {{place: Place, name: () => string, color: string, dash: number[], shape: Shape}[]}
 */
export const PLACES = [
  { place: "none", name: () => t("no BatchNorm"), color: VARIANTS[1], dash: [8, 4], shape: "triangle" },
  {
    place: "before",
    name: () => t("before the activation"),
    color: VARIANTS[0],
    dash: [],
    shape: "circle",
  },
  {
    place: "after",
    name: () => t("after the activation"),
    color: VARIANTS[2],
    dash: [2, 3],
    shape: "square",
  },
];

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

/** @param {Bn} frame */
export const lossColumns = ({ arrays, rows }) => [
  arrays.steps,
  ...PLACES.flatMap(({ place }) => {
    const { low, median: middle, high } = rows.history[place];
    return [low, middle, high];
  }),
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

/** At each place. @param {Bn} frame */
export const reachedOf = ({ rows: { reached } }) => ({
  none: stepsOf(reached.none),
  before: stepsOf(reached.before),
  after: stepsOf(reached.after),
});
/**
 * Speed-up by BatchNorm before the activation; NaN where either is not there yet.
 * @param {Bn} frame
 */
export function ratioOf(frame) {
  const { none, before } = reachedOf(frame);
  const ratio = none.typical / before.typical;
  return Number.isFinite(ratio) ? ratio : NaN;
}

/** Median loss of each place; infinite where most networks are lost. @param {Bn} frame */
export const lossesOf = ({ rows }) =>
  PLACES.map(({ place }) =>
    median(Array.from(rows.losses[place], (loss) => (Number.isFinite(loss) ? loss : 1e300))),
  );
/** Networks whose loss diverged. @param {Bn} frame @param {Place} place */
export const lostOf = ({ rows }, place) =>
  Array.from(rows.losses[place]).filter((loss) => !Number.isFinite(loss)).length;

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
  const rows = PLACES.map(({ place }) => frame.rows[name][place]);
  return [Array.from(rows[0] ?? [], (_, l) => l + 1), ...rows];
}

/**
 * Where a loss was reached, as marks on the chart.
 * @param {Bn} frame
 * @returns {import("../../views/chart.js").Mark[]}
 */
export function reachedMarks(frame) {
  const reached = reachedOf(frame);
  return PLACES.map(({ place, color }) => ({ x: reached[place].typical, color, dash: [4, 4] }))
    .filter(({ x }) => Number.isFinite(x))
    .map((mark) => ({ ...mark, label: String(Math.round(mark.x)) }));
}

/**
 * For a thumbnail: the median losses from 0 to 1 across.
 * @param {Bn} frame
 * @returns {import("../../views/plot.js").Layer[]}
 */
export function thumbnailLayers(frame) {
  const last = frame.arrays.steps.at(-1) ?? 1;
  const xs = Array.from(frame.arrays.steps, (step) => step / last);
  return PLACES.flatMap(({ place, color, dash }) => {
    const { low, median: middle, high } = frame.rows.history[place];
    /** @type {import("../../views/plot.js").Layer[]} */
    const layers = [
      { type: "band", xs, lo: low, hi: high, color, alpha: 0.15 },
      { type: "line", xs, ys: middle, color, width: 4, dash },
    ];
    return layers;
  });
}
