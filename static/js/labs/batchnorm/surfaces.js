/** Two weights, raw and normalized inputs: lines of equal loss, and the path of gradient descent. */

import { ApiError, json } from "../../core/api.js";
import { heights, lossSurface } from "../../math/loss_surface.js";
import { $ } from "../../core/dom.js";
import { brief, number, onLanguage, sentences, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";
import { plot } from "../../views/plot.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {[number, number]} Pair */
/** @typedef {import("../../views/plot.js").Layer} Layer */
/**
 * @typedef {{hessian: number[][], best: number[], least: number, path: number[][], losses: number[],
 *   condition: number, limit: number, within: number | null}} Surface of a quadratic loss
 */
/** @typedef {{descent: number, spread: number, offset: number}} Asked */

const SIDE = 81;
const LEVELS = [0.02, 0.1, 0.3, 0.7, 1.3, 2.2]; // of the loss that the weights 0, 0 add
const NAMES = /** @type {const} */ (["raw", "normalized"]);
const SLIDERS = /** @type {const} */ ({ descent: 2, spread: 1, offset: 2 }); // digits of their values

export class SurfacesPart {
  /** @type {{found: Record<"raw" | "normalized", Surface>, descent: number} | null} */
  answer = null;

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.views = { raw: view("raw"), normalized: view("normalized") };
    this.query = newest({
      ask: (/** @type {Asked} */ { descent, spread, offset }, signal) =>
        json(`/api/batchnorm/surface?share=${descent}&spread=${spread}&offset=${offset}`, { signal }),
      show: (found, { descent }) => {
        this.answer = { found, descent };
        this.draw();
      },
      fail: (error) => {
        if (!(error instanceof ApiError)) throw error;
        tell($("[data-surfaces-said]"), () => error.message);
      },
      follow: true,
    });
    for (const name of Object.keys(SLIDERS)) {
      const slider = sliderOf(name);
      slider.addEventListener("input", () => state.set({ [name]: Number(slider.value) }));
    }
    state.subscribe(() => this.follow());
    onLanguage(() => {
      this.follow();
      this.draw();
    });
    this.follow();
  }

  follow() {
    const { values } = this.state;
    for (const [name, digits] of Object.entries(SLIDERS)) {
      sliderOf(name).value = String(values[name]);
      $(`[data-${name}-said]`).textContent = number(values[name], digits);
    }
    this.query.want({ descent: values.descent, spread: values.spread, offset: values.offset });
  }

  draw() {
    if (!this.answer) return;
    const { found, descent } = this.answer;
    for (const name of NAMES) {
      const surface = found[name];
      const [x, y] = around(surface);
      const summary = sentenceOf(name, surface, descent);
      this.views[name].update({ layers: layersOf(surface, x, y), x, y, summary });
    }
    const words = NAMES.map((name) => sentenceOf(name, found[name], descent));
    $("[data-surfaces-said]").textContent = sentences(words);
  }
}

/** @param {string} name @returns {HTMLInputElement} */
const sliderOf = (name) => /** @type {HTMLInputElement} */ ($(`[data-${name}]`));

/** @param {"raw" | "normalized"} name */
function view(name) {
  const made = plot($(`[data-surface=${name}]`), {
    x: [-1, 2],
    y: [-1, 2],
    square: true,
    xLabel: "w₁",
    yLabel: "w₂",
  });
  made.update({ layers: [], summary: t("Why inputs are normalized") });
  return made;
}

/** A square about the best that holds 0, 0. @param {Surface} surface @returns {[Pair, Pair]} */
function around({ best: [a = 0, b = 0] }) {
  const reach = 1.35 * Math.max(Math.abs(a), Math.abs(b), 0.2);
  return [
    [a - reach, a + reach],
    [b - reach, b + reach],
  ];
}

/** @param {Surface} surface @param {Pair} x @param {Pair} y @returns {Layer[]} */
function layersOf({ hessian, best, path }, x, y) {
  const height = lossSurface(hessian, best);
  const grid = { rows: SIDE, columns: SIDE, x, y, values: heights(x, y, SIDE, height) };
  const [a = 0, b = 0] = best;
  const [xs, ys] = [path.map(([v = 0]) => v), path.map(([, v = 0]) => v)];
  return [
    ...LEVELS.map((level) => {
      const line = { level: level * height(0, 0), color: "--gray-2", width: 1 };
      return /** @type {Layer} */ ({ type: "contour", ...line, ...grid });
    }),
    { type: "line", xs, ys, color: "--accent", width: 2 },
    { type: "points", x: xs, y: ys, role: "train", size: 3.5 },
    { type: "points", x: [a], y: [b], role: "train", color: VARIANTS[1], shape: "cross", size: 7 },
    { type: "label", x: 0, y: 0, text: t("start"), color: "--accent", leader: [14, 22] },
    { type: "label", x: a, y: b, text: t("least loss"), color: VARIANTS[1], leader: [14, -22] },
  ];
}

/** @param {"raw" | "normalized"} name @param {Surface} surface @param {number} descent share of the limit */
function sentenceOf(name, surface, descent) {
  const who = name === "raw" ? t("Raw inputs") : t("Normalized inputs");
  const shape = t(
    "{who}: the steepest curvature is {ratio} times the flattest. Rates above {limit} diverge; here {rate}.",
    {
      who,
      ratio: number(surface.condition, 1),
      limit: brief(surface.limit),
      rate: brief(surface.limit * descent),
    },
  );
  return sentences([shape, sayCourse(surface)]);
}

/** How far descent comes. @param {Surface} surface */
function sayCourse({ path, losses, least, within }) {
  const [start = NaN, end = NaN] = [losses[0], losses.at(-1)];
  if (end > start) return t("Descent diverges.");
  if (within !== null) return t("99% of the way down after {steps} steps.", { steps: within });
  return t("{share}% of the way down after {steps} steps.", {
    share: number((100 * (start - end)) / (start - least), 0),
    steps: path.length - 1,
  });
}
