/**
 * A batch's values of one unit on three lines, from x over x̂ to y, with a histogram above each. No DOM
 * here.
 */

import { brief, t } from "../../core/i18n.js";
import { ROLES } from "../../views/marks.js";

/** @typedef {import("./unit.js").Normalized} Normalized */
/** @typedef {import("../../views/plot.js").Layer} Layer */

/**
 * @returns {[import("../../views/plot.js").Unit, import("../../views/plot.js").Unit]} upwards nothing is
 *   counted
 */
const axes = () => [
  { name: t("value"), offset: 0, scale: 1 },
  { name: "", offset: 0, scale: 0 },
];
const LEVELS = { x: 2.3, xHat: 1.2, y: 0.1 }; // heights of the lines
const NAMES = { x: "x", xHat: "x̂", y: "y = γ x̂ + β" };
const ROWS = /** @type {const} */ (["x", "xHat", "y"]);
const BINS = 24; // of a histogram, from a row's least value to its greatest
const TALLEST = 0.75; // bin, on the scale of LEVELS

/** What the plot is updated with. @param {Normalized} unit */
export function stripOf(unit) {
  const reach = reachOf(unit);
  return {
    layers: [
      ...ROWS.map((row) =>
        line([-reach, reach], [LEVELS[row], LEVELS[row]], { color: "--gray-3", width: 1 }),
      ),
      ...pointPaths(unit),
      ...ROWS.map((row) => histogram(unit[row], LEVELS[row])),
      line([0, 0], [0, 3.1], { color: "--gray-2", width: 1, dash: [3, 4] }),
      line([unit.mean, unit.mean], [LEVELS.x - 0.22, LEVELS.x + 0.22], { color: "--accent", width: 3 }),
      ...ROWS.map((row) => dots(unit[row], LEVELS[row])),
      ...ROWS.map((row) => caption(-reach, LEVELS[row] + 0.26, NAMES[row])),
    ],
    x: /** @type {[number, number]} */ ([-reach, reach]),
    units: axes(),
    summary: t(
      "The batch’s values of this unit as x, normalized as x̂, and as y. Vertical line: the mean that is subtracted, {mean}.",
      { mean: brief(unit.mean) },
    ),
  };
}

/** How far to each side. @param {Normalized} unit */
function reachOf(unit) {
  let reach = 3;
  for (const row of ROWS)
    for (const v of unit[row]) if (Number.isFinite(v)) reach = Math.max(reach, Math.abs(v));
  return Math.min(Math.ceil(reach * 1.1), 1e6);
}

/**
 * How many values lie where: standing on the row's line, the fullest bin as tall as any row's.
 * @param {Normalized["x"]} row @param {number} level @returns {Layer}
 */
export function histogram(row, level) {
  const [low, high] = [Math.min(...row), Math.max(...row)];
  const counts = new Array(BINS).fill(0);
  for (const v of row) counts[Math.min(Math.floor(((v - low) / (high - low)) * BINS), BINS - 1) || 0]++;
  const most = Math.max(...counts);
  const edges = counts.flatMap((_, i) => [i, i + 1].map((edge) => low + (edge / BINS) * (high - low)));
  return {
    type: "band",
    xs: edges,
    lo: edges.map(() => level),
    hi: counts.flatMap((count) => [0, 1].map(() => level + (count / most) * TALLEST)),
    color: ROLES.train.color,
    alpha: 0.55,
  };
}

/** Each point's way; the first one's stands out. @param {Normalized} unit */
const pointPaths = ({ x, xHat, y }) =>
  Array.from(x, (v, i) =>
    line([v, xHat[i] ?? NaN, y[i] ?? NaN], [LEVELS.x, LEVELS.xHat, LEVELS.y], {
      color: i === 0 ? "--accent" : "--gray-2",
      width: i === 0 ? 2 : 0.7,
      alpha: i === 0 ? 1 : Math.min(0.6, 20 / x.length), // hundreds would hide the histograms
    }),
  );

/**
 * @param {number[]} xs
 * @param {number[]} ys
 * @param {{color: string, width: number, alpha?: number, dash?: number[]}} look
 * @returns {Layer}
 */
const line = (xs, ys, look) => ({ type: "line", xs, ys, ...look });

/** @param {Normalized["x"]} row @param {number} level @returns {Layer} */
const dots = (row, level) => ({
  type: "points",
  x: row,
  y: Array.from(row, () => level),
  role: "train",
  size: 4,
  alpha: 0.85,
});

/** @param {number} x @param {number} y @param {string} text @returns {Layer} */
const caption = (x, y, text) => ({ type: "label", x, y, text, color: "--ink" });
