/** What a trained plane looks like: layers of the plot and columns of the charts. */

import { unitIndex } from "../../math/network_layout.js";
import { t } from "../../core/i18n.js";
import { ROLES, SIGN, VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").MlpFrame} Mlp */
/** @typedef {import("../../views/plot.js").Layer} Layer */

const RANGE = /** @type {[number, number]} */ ([-1.4, 1.4]);

/**
 * Points by role and class; heights are colored by sign.
 * @param {{classes: number | null, arrays: Pick<Mlp["arrays"], "x" | "y" | "role">}} of
 * @returns {Layer[]}
 */
export function pointLayers({ classes, arrays }) {
  const { x, y, role } = arrays;
  /** @type {Layer[]} */
  const layers = [];
  for (const [name, number] of /** @type {const} */ ([
    ["test", 2],
    ["train", 0],
  ])) {
    const mine = Array.from(role, (r, i) => (r === number ? i : -1)).filter((i) => i >= 0);
    const place = { x: mine.map((i) => x[2 * i] ?? 0), y: mine.map((i) => x[2 * i + 1] ?? 0) };
    if (classes !== null) {
      layers.push({ type: "points", role: name, size: 4.5, ...place, category: mine.map((i) => y[i] ?? 0) });
      continue;
    }
    for (const sign of [1, -1]) {
      const part = mine
        .map((i, k) => ((y[i] ?? 0) * sign > 0 || (sign > 0 && y[i] === 0) ? k : -1))
        .filter((k) => k >= 0);
      layers.push({
        type: "points",
        role: name,
        size: 4.5,
        x: part.map((k) => place.x[k] ?? 0),
        y: part.map((k) => place.y[k] ?? 0),
        color: sign > 0 ? SIGN.positive : SIGN.negative,
        shape: sign > 0 ? "circle" : "square",
      });
    }
  }
  return layers;
}

/** A map of one class's probability as maps of both. @param {Uint8Array | Float32Array} one */
const both = (one) => {
  const pair = new Uint8Array(2 * one.length);
  one.forEach((v, i) => {
    pair[i] = 255 - v;
    pair[one.length + i] = v;
  });
  return pair;
};

/** For each node the most probable class alone. @param {Uint8Array} maps @param {number} classes */
function decided(maps, classes) {
  const cells = maps.length / classes;
  const hard = new Uint8Array(maps.length);
  for (let i = 0; i < cells; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++)
      if ((maps[c * cells + i] ?? 0) > (maps[best * cells + i] ?? 0)) best = c;
    hard[best * cells + i] = 255;
  }
  return hard;
}

/** @param {Mlp} frame @param {{look: string, all: boolean}} how @returns {Layer[]} */
export function mapLayers(frame, { look, all }) {
  const { header, arrays, shapes } = frame;
  const values = /** @type {Uint8Array} */ (/** @type {unknown} */ (all ? arrays.map_all : arrays.map));
  const side = Math.round(Math.sqrt(shapes.map?.[1] ?? 1));
  const grid = { rows: side, columns: side, x: RANGE, y: RANGE };
  if (header.classes === null) {
    return [
      {
        type: "heat",
        ramp: "sign",
        values: Uint8Array.from(values, (v) => Math.round(1 + (v / 255) * 254)),
        ...grid,
      },
      { type: "contour", values, level: 127.5, ...grid },
      ...pointLayers({ classes: frame.header.classes, arrays: frame.arrays }),
    ];
  }
  const maps = header.classes === 2 ? both(values) : values;
  /** @type {Layer[]} */
  const layers = [
    {
      type: "heat",
      ramp: "classes",
      values: look === "classes" ? decided(maps, header.classes) : maps,
      ...grid,
    },
  ];
  if (header.classes === 2) layers.push({ type: "contour", values, level: 127.5, ...grid });
  else {
    for (let c = 0; c < header.classes; c++) {
      const cells = side * side;
      const ahead = Float32Array.from({ length: cells }, (_, i) => {
        let other = 0;
        for (let d = 0; d < (header.classes ?? 0); d++)
          if (d !== c) other = Math.max(other, maps[d * cells + i] ?? 0);
        return (maps[c * cells + i] ?? 0) - other;
      });
      layers.push({ type: "contour", values: ahead, level: 0, width: 1.2, ...grid });
    }
  }
  return [...layers, ...pointLayers({ classes: frame.header.classes, arrays: frame.arrays })];
}

/**
 * One unit's response, large.
 * @param {Mlp} frame
 * @param {{layer: number, unit: number}} unit
 * @returns {Layer[]}
 */
export function unitLayers(frame, { layer, unit }) {
  const { header, arrays } = frame;
  const cells = arrays.responses.length / arrays.tops.length;
  const side = Math.round(Math.sqrt(cells));
  const start = unitIndex(header.layers, layer, unit) * cells;
  const values = /** @type {Uint8Array} */ (
    /** @type {unknown} */ (arrays.responses.slice(start, start + cells))
  );
  const grid = { rows: side, columns: side, x: RANGE, y: RANGE };
  return [
    { type: "heat", ramp: "sign", values, ...grid },
    { type: "contour", values, level: 128, ...grid },
    ...pointLayers({ classes: frame.header.classes, arrays: frame.arrays }),
  ];
}

/**
 * The flat array of weights, or gradients, layer by layer.
 * @param {Mlp} frame
 * @param {"weights" | "gradients"} name
 */
export function pieces({ header, arrays }, name) {
  let start = 0;
  return header.layers.slice(1).map((out, i) => {
    const piece = arrays[name].subarray(start, start + out * (header.layers[i] ?? 0));
    start += piece.length;
    return piece;
  });
}

// --- Charts --------------------------------------------------------------------------------------

const quiet = (/** @type {"train" | "test"} */ role) => ({
  name: role,
  color: ROLES[role].color,
  quiet: true,
});
/** @returns {import("../../views/chart.js").Line[]} */
export const lossLines = () => [
  { name: t("training loss"), color: ROLES.train.color, digits: 4 },
  { name: t("test loss"), color: ROLES.test.color, dash: ROLES.test.dash, digits: 4 },
  { name: t("penalty"), color: "--gray-2", dash: [1, 4], digits: 4 },
  quiet("train"),
  quiet("train"),
  quiet("test"),
  quiet("test"),
];
/** @returns {import("../../views/chart.js").Line[]} */
export const accuracyLines = () => [
  { name: t("training accuracy"), color: ROLES.train.color, digits: 3 },
  { name: t("test accuracy"), color: ROLES.test.color, dash: ROLES.test.dash, digits: 3 },
];
/** @type {import("../../views/chart.js").Band[]} */
export const BANDS = [
  { between: [3, 4], color: ROLES.train.color, alpha: 0.16 },
  { between: [5, 6], color: ROLES.test.color, alpha: 0.16 },
];
/** @typedef {keyof Mlp["rows"]["history"]} Measure */
/** Of the history, in the order of the lines. @type {Record<"loss" | "accuracy", Measure[]>} */
const OF = {
  loss: ["training loss", "test loss", "penalty", "training low", "training high", "test low", "test high"],
  accuracy: ["training accuracy", "test accuracy"],
};

/**
 * @param {Mlp} frame
 * @param {"loss" | "accuracy"} what
 * @param {Mlp | null} other the network that this one is compared with
 */
export function curveColumns(frame, what, other) {
  const lines = what === "loss" ? lossLines() : accuracyLines();
  const columns = [frame.arrays.steps, ...OF[what].map((name) => frame.rows.history[name])];
  if (!other) return { columns, lines };
  const theirs = other.rows.history[`test ${what}`];
  const aligned = Array.from(frame.arrays.steps, (step) => {
    const at = other.arrays.steps.indexOf(step);
    return at < 0 ? null : (theirs[at] ?? null);
  });
  return {
    columns: [...columns, aligned],
    lines: [
      ...lines,
      {
        name: what === "loss" ? t("B: test loss") : t("B: test accuracy"),
        color: VARIANTS[3],
        dash: [9, 3],
        digits: 3,
      },
    ],
  };
}
