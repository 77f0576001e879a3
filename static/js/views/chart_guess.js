/**
 * What lies beside a chart's lines: a curve that the reader has drawn by hand before the run, and, pale,
 * what the run before has drawn.
 */

import { context2d, h, token } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { isGap } from "./chart_marks.js";

/** @typedef {import("./chart.js").Chart} Chart */
/** @typedef {import("../../vendor/uPlot.js")} UPlot */
/**
 * @typedef {object} Guess
 * @property {[number, number]} x what it spans
 * @property {[number, number]} y
 * @property {(number | null)[]} heights at places evenly across
 * @property {{x: boolean, y: boolean}} log which axes are logarithmic
 * @property {{i: number, y: number} | null} last where the hand was last; null: it has yet to begin
 * @property {boolean} open it is being drawn: of the run nothing is shown meanwhile
 */

const PLACES = 33;
const DASH = [2, 4];
const LEAST = 3; // values that a run must have to be worth a look back

/**
 * @param {{x: [number, number], y: [number, number]}} axes
 * @param {{x: boolean, y: boolean}} log
 * @returns {Guess}
 */
export const newGuess = ({ x, y }, log) => ({
  x,
  y,
  log,
  heights: Array(PLACES).fill(null),
  last: null,
  open: true,
});

/** @typedef {[low: number, high: number]} Range */
/** A share of the way from low to high. @param {Range} range @param {boolean} log @param {number} share */
const between = ([low, high], log, share) => (log ? low * (high / low) ** share : low + (high - low) * share);

/** How far up a value is. @param {[number, number]} range @param {boolean} log @param {number} value */
function shareOf([low, high], log, value) {
  const inside = Math.min(Math.max(value, low), high);
  return log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
}

/** @param {Guess} guess @param {number} i */
export const placeOf = ({ x, log }, i) => between(x, log.x, i / (PLACES - 1));

/**
 * Draw on from where the hand was, straight as the eye sees it.
 * @param {Guess} guess
 * @param {{i: number, y: number}} to
 */
export function drawn(guess, to) {
  const { y, log, last } = guess;
  const from = last ?? to;
  const [start, end] = [shareOf(y, log.y, from.y), shareOf(y, log.y, to.y)];
  const steps = Math.max(Math.abs(to.i - from.i), 1);
  for (let k = 0; k <= steps; k++) {
    const place = Math.round(from.i + ((to.i - from.i) * k) / steps);
    guess.heights[place] = between(y, log.y, start + ((end - start) * k) / steps);
  }
  guess.last = { i: to.i, y: between(y, log.y, end) };
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
  over.setAttribute("role", "slider");
  over.setAttribute("aria-label", t("Draw your curve: with a pointer or finger, or with the arrow keys"));
  const to = (/** @type {{i: number, y: number}} */ place) => {
    drawn(guess, place);
    tellHand(over, guess);
    plot.redraw(false);
  };
  const at = (/** @type {PointerEvent} */ event) => {
    const box = over.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1);
    return { i: Math.round(share * (PLACES - 1)), y: plot.posToVal(event.clientY - box.top, "y") };
  };
  over.addEventListener("pointerdown", (event) => {
    over.setPointerCapture(event.pointerId);
    guess.last = null;
    to(at(event));
  });
  over.addEventListener("pointermove", (event) => over.hasPointerCapture(event.pointerId) && to(at(event)));
  over.addEventListener("keydown", (event) => {
    const move = KEYS[event.key];
    if (!move) return;
    event.preventDefault();
    to(moved(guess, move));
  });
  tellHand(over, guess);
  if (!guess.last) over.focus({ preventScroll: true }); // once: a chart that is built anew takes no focus
}

/** Where a key leads to. @param {Guess} guess @param {[number, number]} by */
function moved({ y, log, last }, [across, up]) {
  const from = last ?? { i: 0, y: between(y, log.y, 0.5) };
  const share = Math.min(Math.max(shareOf(y, log.y, from.y) + up / 20, 0), 1);
  return { i: Math.min(Math.max(from.i + across, 0), PLACES - 1), y: between(y, log.y, share) };
}

/** What a screen reader says of the place under the hand. @param {HTMLElement} over @param {Guess} guess */
function tellHand(over, guess) {
  const [low, high] = guess.y;
  const { i, y } = guess.last ?? { i: 0, y: between(guess.y, guess.log.y, 0.5) };
  const told = { x: number(placeOf(guess, i), 0), y: number(y, 3) };
  const about = { valuemin: low, valuemax: high, valuenow: y, valuetext: t("{y} at {x}", told) };
  for (const [name, value] of Object.entries(about)) over.setAttribute(`aria-${name}`, String(value));
}

// --- Painting ---------------------------------------------------------------------------------------

/** @param {UPlot} u @param {Chart} state */
export function paintBeside(u, { guess, before, lines }) {
  if (before && !guess?.open) {
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
