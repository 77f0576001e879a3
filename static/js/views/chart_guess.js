/**
 * What lies beside a chart's lines: a curve that the reader has drawn by hand before the run, and, pale,
 * what the run before has drawn.
 */

import { context2d, h, token } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { between, drawn, KEYS, moved, placeOf, PLACES } from "../math/hand_drawn.js";
import { isGap } from "./chart_marks.js";

/** @typedef {import("./chart.js").Chart} Chart */
/** @typedef {import("../../vendor/uPlot.js")} UPlot */
/**
 * @typedef {import("../math/hand_drawn.js").HandDrawn & {open: boolean, bundle?: (number | null)[][]}} Guess
 *   `open`: it is being drawn, of the run nothing is shown meanwhile; `bundle`: instead of one of the
 *   reader's own, those of a room
 */

const DASH = [2, 4];
const LEAST = 3; // values that a run must have to be worth a look back

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

/**
 * By pointer or finger, or by arrow keys place by place.
 * @param {UPlot} plot
 * @param {Chart} state
 */
export function wireGuess(plot, state) {
  const guess = state.guess;
  if (!guess?.open || guess.bundle) return;
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
    for (const curve of guess.bundle ?? []) trace(u, xs, curve, token("--ink"), 0.35);
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
  const name = guess?.bundle ? t("the room’s curves") : t("your curve");
  const own =
    guess && (guess.bundle || !guess.open) ? [keyBeside(name, "--ink", guess.bundle ? 0.35 : 1)] : [];
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
