/** Two weights: the bowl of the data loss, the diamond and the disc, and the solution that slides. */

import { ApiError, json } from "../../core/api.js";
import { bowl, heights } from "../../math/bowl.js";
import { $ } from "../../core/dom.js";
import { brief, number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { plot } from "../../views/plot.js";
import { cost, nearestLambda, zerosOf } from "./math.js";
import { lambdaText } from "./words.js";

/** @typedef {[number, number]} Pair */
/**
 * @typedef {{lambdas: number[], trained: number[], hessian: number[][], best: number[], least: number, l1:
 *   number[][], l2: number[][], elastic: number[][], points: number}} Bowl
 */

const SIDE = 81; // nodes along a side of the grid that contours are drawn from
const LEVELS = [0.03, 0.12, 0.27, 0.48, 0.75, 1.2]; // of the loss that the weights 0, 0 add

/**
 * The place where both pictures look: 0, the best, and room around.
 * @param {Bowl} of
 * @returns {[Pair, Pair]}
 */
function window2(of) {
  const [a = 0, b = 0] = of.best;
  const unit = Math.max(Math.abs(a), Math.abs(b), 0.5);
  const side = (/** @type {number} */ v) =>
    /** @type {Pair} */ (v < 0 ? [-1.45 * unit, 0.7 * unit] : [-0.7 * unit, 1.45 * unit]);
  return [side(a), side(b)];
}

/** @param {ReturnType<typeof zerosOf>[number]} zero */
function zeroText({ weight, first, last, stays }) {
  const values = { name: weight ? "θ₂" : "θ₁", first: lambdaText(first), last: lambdaText(last) };
  if (stays) return t("{name} from λ = {first} on", values);
  return values.first === values.last
    ? t("{name} close to λ = {first}", values)
    : t("{name} from λ = {first} to {last}", values);
}

/**
 * Which weights are zero, and where.
 * @param {ReturnType<typeof zerosOf>} left
 * @param {ReturnType<typeof zerosOf>} right
 */
function zerosSaid(left, right) {
  const list = (/** @type {ReturnType<typeof zerosOf>} */ zeros) => zeros.map(zeroText).join(t("; "));
  return [
    left.length
      ? t("On the left, exactly zero: {list}.", { list: list(left) })
      : t("On the left no weight becomes zero."),
    left.some((zero) => !zero.passes) ? t("There the line of equal loss meets the region in a corner.") : "",
    right.length
      ? t("On the right a weight is zero only in passing, where its sign changes: {list}.", {
          list: list(right),
        })
      : t("On the right no weight is ever exactly zero."),
  ];
}

/**
 * @param {{state: import("../../core/state.js").State}} options
 */
export function planePanel({ state }) {
  const square = () => Math.max(240, Math.min(innerHeight * 0.5, 400));
  const options = {
    x: /** @type {Pair} */ ([-1, 2]),
    y: /** @type {Pair} */ ([-1, 2]),
    square: true,
    xLabel: "θ₁",
    yLabel: "θ₂",
    maxHeight: square,
  };
  const views = { l1: plot($("[data-plane=l1]"), options), l2: plot($("[data-plane=l2]"), options) };
  views.l1.update({ layers: [], summary: t("Two weights: L1 and its diamond") });
  views.l2.update({ layers: [], summary: t("Two weights: L2 and its disc") });
  const slide = /** @type {HTMLInputElement} */ ($("[data-plane-lambda]"));
  const between = /** @type {HTMLInputElement} */ ($("[data-between]"));
  const said = $("[data-plane-said]");
  /** @type {Bowl | null} */
  let of = null;
  /** @type {{x: Pair, y: Pair, data: Float64Array} | null} */
  let ground = null;

  const elastic = () => state.values.penalty === "elastic";
  let mix = 0; // of the elastic net on show
  const query = newest({
    ask: (/** @type {{between: number, mix: number}} */ asked, signal) =>
      json(`/api/regularization/geometry?correlation=${asked.between}&mix=${asked.mix}`, { signal }),
    show: (answer, asked) => {
      [of, mix] = [answer, asked.mix];
      const [x, y] = window2(answer);
      ground = { x, y, data: heights(x, y, SIDE, bowl(answer.hessian, answer.best)) };
      draw();
    },
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      said.textContent = error.message;
    },
    follow: true,
  });
  /** The chosen λ is one that the page's runs train; the paths between are finer. @param {Bowl} found */
  const placeOf = (found) =>
    found.trained[
      nearestLambda(
        found.trained.map((k) => found.lambdas[k] ?? NaN),
        state.values.lam,
      )
    ] ?? 0;
  /** @param {Bowl} found @param {"l1" | "l2"} kind */
  const pathOf = (found, kind) => (kind === "l1" && elastic() ? found.elastic : found[kind]);

  /** @param {"l1" | "l2"} kind @param {number} at */
  function layersOf(kind, at) {
    if (!of || !ground) return [];
    const { x, y, data } = ground;
    const path = pathOf(of, kind);
    const [a = 0, b = 0] = path[at] ?? [];
    const penalty = cost(kind === "l2" ? 0 : elastic() ? mix : 1);
    const lossAt = bowl(of.hessian, of.best);
    const origin = lossAt(0, 0);
    const grid = { rows: SIDE, columns: SIDE, x, y };
    /** @type {import("../../views/plot.js").Layer[]} */
    const layers = LEVELS.map((level) => ({
      type: "contour",
      values: data,
      level: level * origin,
      color: "--gray-2",
      width: 1,
      ...grid,
    }));
    layers.push(
      { type: "line", xs: x, ys: [0, 0], color: "--gray-2", width: 1 },
      { type: "line", xs: [0, 0], ys: y, color: "--gray-2", width: 1 },
    );
    if (a !== 0 || b !== 0) {
      layers.push({
        type: "contour",
        values: data,
        level: Math.max(lossAt(a, b), 1e-9),
        color: "--role-train",
        width: 2,
        dash: [6, 4],
        ...grid,
      });
      layers.push({
        type: "contour",
        values: heights(x, y, SIDE, penalty),
        level: penalty(a, b),
        color: "--accent",
        width: 2.5,
        ...grid,
      });
    }
    layers.push(
      {
        type: "line",
        xs: path.map(([v = 0]) => v),
        ys: path.map(([, v = 0]) => v),
        color: "--role-test",
        width: 2,
        dash: [2, 3],
      },
      { type: "points", x: [of.best[0] ?? 0], y: [of.best[1] ?? 0], role: "train", shape: "cross", size: 6 },
      { type: "points", x: [a], y: [b], role: "train", color: "--role-test", size: 7 },
      {
        type: "label",
        x: of.best[0] ?? 0,
        y: of.best[1] ?? 0,
        text: t("least squares"),
        color: "--role-train",
        leader: [14, -22],
      },
      {
        type: "label",
        x: a,
        y: b,
        text: `${brief(a)}, ${brief(b)}`,
        color: "--role-test",
        leader: [-16, 26],
      },
    );
    return layers;
  }

  function draw() {
    if (!of || !ground) return;
    const at = placeOf(of);
    const lambda = lambdaText(of.lambdas[at] ?? NaN);
    sayLambda(lambda);
    for (const kind of /** @type {const} */ (["l1", "l2"])) {
      const [a = 0, b = 0] = pathOf(of, kind)[at] ?? [];
      views[kind].update({
        layers: layersOf(kind, at),
        x: ground.x,
        y: ground.y,
        summary: t(
          "Lines of equal data loss over two weights. At λ = {lambda} the solution is {a}, {b}; least squares is {c}, {d}.",
          {
            lambda,
            a: number(a, 3),
            b: number(b, 3),
            c: number(of.best[0] ?? 0, 3),
            d: number(of.best[1] ?? 0, 3),
          },
        ),
      });
    }
    said.textContent = sentence(of, at, lambda);
  }
  /** @param {Bowl} found @param {number} at @param {string} lambda */
  function sentence(found, at, lambda) {
    const pair = (/** @type {number[]} */ [a = 0, b = 0] = []) => `(${brief(a)}, ${brief(b)})`;
    const corner = pathOf(found, "l1");
    const words = elastic()
      ? t("At λ = {lambda} the elastic net has {l1}, L2 has {l2}.", {
          lambda,
          l1: pair(corner[at]),
          l2: pair(found.l2[at]),
        })
      : t("At λ = {lambda} L1 has {l1}, L2 has {l2}.", {
          lambda,
          l1: pair(corner[at]),
          l2: pair(found.l2[at]),
        });
    return sentences([words, ...zerosSaid(zerosOf(found.lambdas, corner), zerosOf(found.lambdas, found.l2))]);
  }

  /** @param {string} lambda */
  function sayLambda(lambda) {
    $("[data-plane-lambda-said]").textContent = lambda;
    slide.setAttribute("aria-valuetext", lambda);
  }

  slide.addEventListener("input", () =>
    state.set({ lam: Number((10 ** Number(slide.value)).toPrecision(3)) }),
  );
  between.addEventListener("input", () => state.set({ between: Number(between.value) }));
  const follow = () => {
    const position = Math.log10(state.values.lam);
    if (Math.abs(Number(slide.value) - position) > 0.05) slide.value = String(position);
    between.value = String(state.values.between);
    if (!of) sayLambda(lambdaText(state.values.lam));
    $("[data-between-said]").textContent = number(state.values.between, 1);
    draw();
    query.want({ between: state.values.between, mix: state.values.mix });
  };
  state.subscribe(follow);
  follow();
}
