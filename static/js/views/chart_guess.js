/**
 * What lies beside a chart's lines: a curve that the reader has drawn by hand before the run, and, pale,
 * what the run before has drawn.
 */

import { context2d, h, token } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { isGap } from "./chart_marks.js";

/** @typedef {import("./chart.js").Chart} Chart */
/** @typedef {import("../../vendor/uPlot.js")} UPlot */
/**
 * @typedef {object} Guess
 * @property {[number, number]} x what it spans
 * @property {[number, number]} y
 * @property {(number | null)[]} heights at places evenly across
 * @property {boolean} log whether the axis across is logarithmic
 * @property {boolean} open it is being drawn: nothing has run yet
 */

const PLACES = 33;
const DASH = [2, 4];
const LEAST = 3; // values that a run must have to be worth a look back

/** @param {{x: [number, number], y: [number, number]}} axes @param {boolean} log @returns {Guess} */
export const newGuess = ({ x, y }, log) => ({ x, y, log, heights: Array(PLACES).fill(null), open: true });

/** @param {Guess} guess @param {number} i */
export function placeOf({ x: [low, high], log }, i) {
  const share = i / (PLACES - 1);
  return log ? low * (high / low) ** share : low + (high - low) * share;
}

/**
 * Draw from one place to another, straight.
 * @param {Guess} guess
 * @param {{i: number, y: number}} from
 * @param {{i: number, y: number}} to
 */
export function drawn(guess, from, to) {
  const [least, most] = guess.y;
  const steps = Math.max(Math.abs(to.i - from.i), 1);
  for (let k = 0; k <= steps; k++) {
    const height = from.y + ((to.y - from.y) * k) / steps;
    guess.heights[Math.round(from.i + ((to.i - from.i) * k) / steps)] = Math.min(
      Math.max(height, least),
      most,
    );
  }
}

/**
 * A range that holds the guess, too: alone while it is drawn.
 * @param {Guess | null} guess
 * @param {"x" | "y"} axis
 * @param {[number, number]} range
 * @returns {[number, number]}
 */
export function rangeWith(guess, axis, range) {
  if (!guess) return range;
  const own = guess[axis];
  return guess.open ? own : [Math.min(own[0], range[0]), Math.max(own[1], range[1])];
}

// --- Drawing it -------------------------------------------------------------------------------------

/** @type {Record<string, [number, number]>} keys -> places and twentieths of the height further */
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/**
 * By pointer or finger, or by arrow keys place by place.
 * @param {UPlot} plot
 * @param {Chart} state
 */
export function wireGuess(plot, state) {
  const guess = state.guess;
  if (!guess?.open) return;
  const { over } = plot;
  over.classList.add("sketching");
  over.tabIndex = 0;
  over.setAttribute("role", "application");
  over.setAttribute("aria-label", t("Draw your curve: with a pointer or finger, or with the arrow keys"));
  let last = { i: 0, y: (guess.y[0] + guess.y[1]) / 2 };
  const to = (/** @type {{i: number, y: number}} */ place) => {
    drawn(guess, last, place);
    last = place;
    plot.redraw(false);
  };
  const at = (/** @type {PointerEvent} */ event) => {
    const box = over.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    return { i: Math.round(share * (PLACES - 1)), y: plot.posToVal(event.clientY - box.top, "y") };
  };
  over.addEventListener("pointerdown", (event) => {
    over.setPointerCapture(event.pointerId);
    last = at(event);
    to(last);
  });
  over.addEventListener("pointermove", (event) => over.hasPointerCapture(event.pointerId) && to(at(event)));
  over.addEventListener("keydown", (event) => {
    const [across, up] = KEYS[event.key] ?? [0, 0];
    if (!across && !up) return;
    event.preventDefault();
    const i = Math.min(Math.max(last.i + across, 0), PLACES - 1);
    to({ i, y: last.y + (up * (guess.y[1] - guess.y[0])) / 20 });
  });
  over.focus({ preventScroll: true });
}

// --- Painting ---------------------------------------------------------------------------------------

/** @param {UPlot} u @param {Chart} state */
export function paintBeside(u, { guess, before, lines }) {
  if (before) {
    const [xs = [], ...columns] = before;
    lines.forEach((line, i) => {
      if (!line.quiet && line.width !== 0) trace(u, xs, columns[i] ?? [], token(line.color), 0.35);
    });
  }
  if (guess) {
    const xs = guess.heights.map((_, i) => placeOf(guess, i));
    trace(u, xs, guess.heights, token("--ink"), 1);
  }
}

/**
 * @param {UPlot} u
 * @param {(number | null)[]} xs
 * @param {(number | null)[]} ys
 * @param {string} color
 * @param {number} alpha
 */
function trace(u, xs, ys, color, alpha) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  Object.assign(ctx, { strokeStyle: color, globalAlpha: alpha, lineWidth: 2 * devicePixelRatio });
  ctx.setLineDash(DASH.map((length) => length * devicePixelRatio));
  ctx.beginPath();
  let joined = false;
  xs.forEach((x, i) => {
    const y = ys[i];
    if (isGap(x) || isGap(y)) return void (joined = false);
    const [px, py] = [u.valToPos(x, "x", true), u.valToPos(y, "y", true)];
    if (joined) ctx.lineTo(px, py);
    else ctx.moveTo(px, py);
    joined = true;
  });
  ctx.stroke();
  ctx.restore();
}

/**
 * What is kept of the run before, if it went anywhere.
 * @param {Chart} state
 * @returns {(number | null)[][] | null}
 */
export const lookBack = ({ data, before }) => ((data[0]?.length ?? 0) >= LEAST ? data : before);

/** Keys of what lies beside the lines. @param {Chart} state @returns {HTMLElement[]} */
export function keysBeside({ guess, before }) {
  const own = guess && !guess.open ? [keyBeside(t("your curve"), "--ink", 1)] : [];
  return before ? [...own, keyBeside(t("the run before"), "--gray-1", 0.6)] : own;
}

/** @param {string} name @param {string} color @param {number} alpha */
function keyBeside(name, color, alpha) {
  const canvas = h("canvas", { width: 26, height: 12, "aria-hidden": "true" });
  const context = context2d(canvas, 26, 12);
  Object.assign(context, { strokeStyle: token(color), globalAlpha: alpha, lineWidth: 2 });
  context.setLineDash(DASH);
  context.beginPath();
  context.moveTo(0, 6);
  context.lineTo(26, 6);
  context.stroke();
  return h("span", { class: "series" }, canvas, name);
}
