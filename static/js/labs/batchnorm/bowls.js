/** Two weights, raw and normalized inputs: lines of equal loss, and the path of gradient descent. */

import { ApiError, json } from "../../core/api.js";
import { bowl, heights } from "../../math/bowl.js";
import { $ } from "../../core/dom.js";
import { brief, number, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { plot } from "../../views/plot.js";

/** @typedef {[number, number]} Pair */
/**
 * @typedef {{hessian: number[][], best: number[], least: number, path: number[][], losses: number[],
 *   condition: number, limit: number, within: number | null}} Bowl
 */

const SIDE = 81;
const LEVELS = [0.02, 0.1, 0.3, 0.7, 1.3, 2.2]; // of the loss that the weights 0, 0 add
const NAMES = /** @type {const} */ (["raw", "normalized"]);

/** A square about the best that holds 0, 0. @param {Bowl} of @returns {[Pair, Pair]} */
function around({ best: [a = 0, b = 0] }) {
  const reach = 1.35 * Math.max(Math.abs(a), Math.abs(b), 0.2);
  return [
    [a - reach, a + reach],
    [b - reach, b + reach],
  ];
}

/** @param {{state: import("../../core/state.js").State}} options */
export function bowlsPanel({ state }) {
  const options = {
    x: /** @type {Pair} */ ([-1, 2]),
    y: /** @type {Pair} */ ([-1, 2]),
    square: true,
    xLabel: "w₁",
    yLabel: "w₂",
    maxHeight: () => Math.max(240, Math.min(innerHeight * 0.5, 380)),
  };
  const views = {
    raw: plot($("[data-bowl=raw]"), options),
    normalized: plot($("[data-bowl=normalized]"), options),
  };
  for (const view of Object.values(views))
    view.update({ layers: [], summary: t("Why inputs are normalized") });
  const slides = Object.fromEntries(
    ["descent", "spread", "offset"].map((name) => [
      name,
      /** @type {HTMLInputElement} */ ($(`[data-${name}]`)),
    ]),
  );
  /** @typedef {{descent: number, spread: number, offset: number}} Asked */
  const query = newest({
    ask: (/** @type {Asked} */ { descent, spread, offset }, signal) =>
      json(`/api/batchnorm/surface?share=${descent}&spread=${spread}&offset=${offset}`, { signal }),
    show,
    fail: (error) => {
      if (!(error instanceof ApiError)) throw error;
      $("[data-bowls-said]").textContent = error.message;
    },
    follow: true,
  });

  /** @param {{raw: Bowl, normalized: Bowl}} found @param {Asked} asked */
  function show(found, { descent }) {
    for (const name of NAMES) {
      const of = found[name];
      const [x, y] = around(of);
      views[name].update({ layers: layersOf(of, x, y), x, y, summary: sentence(name, of, descent) });
    }
    $("[data-bowls-said]").textContent = sentences(NAMES.map((name) => sentence(name, found[name], descent)));
  }

  /** @param {Bowl} of @param {Pair} x @param {Pair} y */
  function layersOf(of, x, y) {
    const height = bowl(of.hessian, of.best);
    const grid = { rows: SIDE, columns: SIDE, x, y, values: heights(x, y, SIDE, height) };
    const [a = 0, b = 0] = of.best;
    /** @type {import("../../views/plot.js").Layer[]} */
    const layers = LEVELS.map((level) => ({
      type: "contour",
      level: level * height(0, 0),
      color: "--gray-2",
      width: 1,
      ...grid,
    }));
    const [xs, ys] = [of.path.map(([v = 0]) => v), of.path.map(([, v = 0]) => v)];
    layers.push(
      { type: "line", xs, ys, color: "--role-train", width: 2 },
      { type: "points", x: xs, y: ys, role: "train", size: 3.5 },
      { type: "points", x: [a], y: [b], role: "train", color: "--role-test", shape: "cross", size: 7 },
      { type: "label", x: 0, y: 0, text: t("start"), color: "--role-train", leader: [14, 22] },
      { type: "label", x: a, y: b, text: t("least loss"), color: "--role-test", leader: [14, -22] },
    );
    return layers;
  }

  /** @param {"raw" | "normalized"} name @param {Bowl} of @param {number} descent share of the limit */
  function sentence(name, of, descent) {
    const steps = of.path.length - 1;
    const [start = NaN, end = NaN] = [of.losses[0], of.losses.at(-1)];
    const who = name === "raw" ? t("Raw inputs") : t("Normalized inputs");
    const shape = t(
      "{who}: the steepest curvature is {ratio} times the flattest. Learning rates above {limit} diverge; this one is {rate}.",
      { who, ratio: number(of.condition, 1), limit: brief(of.limit), rate: brief(of.limit * descent) },
    );
    const course =
      end > start
        ? t("Here descent diverges.")
        : of.within !== null
          ? t("Here descent is 99 % of the way down after {steps} steps.", { steps: of.within })
          : t("Here descent is {share} % of the way down after {steps} steps.", {
              share: number((100 * (start - end)) / (start - of.least), 0),
              steps,
            });
    return sentences([shape, course]);
  }

  for (const name of ["descent", "spread", "offset"])
    slides[name]?.addEventListener("input", () => state.set({ [name]: Number(slides[name]?.value) }));
  const follow = () => {
    const { descent, spread, offset } = state.values;
    if (slides.descent) slides.descent.value = String(descent);
    if (slides.spread) slides.spread.value = String(spread);
    if (slides.offset) slides.offset.value = String(offset);
    $("[data-descent-said]").textContent = number(descent, 2);
    $("[data-spread-said]").textContent = number(spread, 1);
    $("[data-offset-said]").textContent = number(offset, 2);
    query.want({ descent, spread, offset });
  };
  state.subscribe(follow);
  follow();
}
