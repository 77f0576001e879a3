/** What lies on the plane of two weights: lines of equal loss and cost, the path over λ. No DOM here. */

import { brief, t } from "../../core/i18n.js";
import { heights, lossSurface } from "../../math/loss_surface.js";
import { cost } from "./math.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("./plane.js").Surface} Surface */
/** @typedef {import("./plane.js").Pair} Pair */
/** @typedef {import("../../views/plot.js").Layer} Layer */
/**
 * @typedef {{x: Pair, y: Pair, data: Float64Array}} Ground where both pictures look, and the data loss
 *   there
 */
/**
 * @typedef {object} Solution
 * @property {number[][]} path over λ
 * @property {number} at its place on the path
 * @property {number} share of L1 in the penalty
 */

const SIDE = 81; // nodes along a side of the grid that contours are drawn from
const LEVELS = [0.03, 0.12, 0.27, 0.48, 0.75, 1.2]; // of the loss that the weights 0, 0 add

/** @param {Surface} surface @returns {Ground} */
export function groundOf(surface) {
  const [x, y] = windowOf(surface);
  return { x, y, data: heights(x, y, SIDE, lossSurface(surface.hessian, surface.best)) };
}

/** 0, the best, and room around. @param {Surface} surface @returns {[Pair, Pair]} */
function windowOf({ best: [a = 0, b = 0] }) {
  const unit = Math.max(Math.abs(a), Math.abs(b), 0.5);
  const side = (/** @type {number} */ v) =>
    /** @type {Pair} */ (v < 0 ? [-1.45 * unit, 0.7 * unit] : [-0.7 * unit, 1.45 * unit]);
  return [side(a), side(b)];
}

/** @param {Surface} surface @param {Ground} ground @param {Solution} solution @returns {Layer[]} */
export function layersOf(surface, ground, { path, at, share }) {
  const [a = 0, b = 0] = path[at] ?? [];
  return [
    ...lossLines(surface, ground),
    { type: "line", xs: ground.x, ys: [0, 0], color: "--gray-2", width: 1 },
    { type: "line", xs: [0, 0], ys: ground.y, color: "--gray-2", width: 1 },
    ...(a !== 0 || b !== 0 ? touchingLines(surface, ground, [a, b], share) : []),
    {
      type: "line",
      xs: path.map(([v = 0]) => v),
      ys: path.map(([, v = 0]) => v),
      color: VARIANTS[1],
      width: 2,
      dash: [2, 3],
    },
    ...marks(surface.best, [a, b]),
  ];
}

/** @param {Ground} ground */
const gridOf = ({ x, y }) => ({ rows: SIDE, columns: SIDE, x, y });

/** Lines of equal data loss. @param {Surface} surface @param {Ground} ground @returns {Layer[]} */
function lossLines({ hessian, best }, ground) {
  const origin = lossSurface(hessian, best)(0, 0);
  return LEVELS.map((level) => ({
    type: "contour",
    values: ground.data,
    level: level * origin,
    color: "--gray-2",
    width: 1,
    ...gridOf(ground),
  }));
}

/**
 * Through the solution: the line of equal data loss, and that of equal penalty.
 * @param {Surface} surface
 * @param {Ground} ground
 * @param {Pair} solution
 * @param {number} share of L1 in the penalty
 * @returns {Layer[]}
 */
function touchingLines({ hessian, best }, ground, [a, b], share) {
  const penalty = cost(share);
  return [
    {
      type: "contour",
      values: ground.data,
      level: Math.max(lossSurface(hessian, best)(a, b), 1e-9),
      color: "--accent",
      width: 2,
      dash: [6, 4],
      ...gridOf(ground),
    },
    {
      type: "contour",
      values: heights(ground.x, ground.y, SIDE, penalty),
      level: penalty(a, b),
      color: "--accent",
      width: 2.5,
      ...gridOf(ground),
    },
  ];
}

/** The least squares and the solution. @param {number[]} best @param {Pair} solution @returns {Layer[]} */
function marks([c = 0, d = 0], [a, b]) {
  const words = `${brief(a)}, ${brief(b)}`;
  return [
    { type: "points", x: [c], y: [d], role: "train", shape: "cross", size: 6 },
    { type: "points", x: [a], y: [b], role: "train", color: VARIANTS[1], size: 7 },
    { type: "label", x: c, y: d, text: t("least squares"), color: "--accent", leader: [14, -22] },
    { type: "label", x: a, y: b, text: words, color: VARIANTS[1], leader: [-16, 26] },
  ];
}
