/** Pointer, finger and keys on a plot: a point is chosen and moved, a place painted, a line drawn. */

import { nearest } from "../math/plane.js";

/** @typedef {import("./plot.js").Plot} Plot */
/** @typedef {import("./canvas_view.js").CanvasView} CanvasView */
/** @typedef {{clientX: number, clientY: number}} Pointed */

const REACH = 14; // pixels from a point to the pointer
const TOUCH_REACH = 24;

/**
 * Whether a press beside a point draws; if not, a finger there scrolls the page.
 * @param {Plot} state
 */
export const isFree = ({ options, scene }) =>
  Boolean(options.onPaint || options.onStroke) && (scene.free ?? true);

/** The points that can be taken hold of. @param {Plot} state */
function handlesOf({ scene }) {
  const layer = scene.layers.find((one) => one.type === "points" && one.draggable);
  return layer?.type === "points" ? layer : null;
}

/** The point there, or -1. @param {Plot} state @param {[number, number]} pixel @param {number} reach */
function hit(state, pixel, reach) {
  const layer = handlesOf(state);
  return layer ? nearest(state.on, layer.x, layer.y, ...pixel, reach) : -1;
}

/** @param {Plot} state @param {number} index */
function choose(state, index) {
  state.chosen = index;
  state.options.onSelect?.(index);
}

/** @param {CanvasView} view @param {Plot} state @param {boolean} active whether a press does anything */
export function takePointer(view, state, active) {
  const { canvas } = view;
  const { options } = state;
  /** @param {Pointed} event @returns {[number, number]} */
  const place = (event) => {
    const [px, py] = view.pixelOf(event);
    return state.on.clamp(state.on.fromX(px), state.on.fromY(py));
  };
  view.on(canvas, "pointerdown", (event) => {
    if (event.button !== 0 || !active) return;
    const reach = event.pointerType === "mouse" ? REACH : TOUCH_REACH;
    if (!press(state, hit(state, view.pixelOf(event), reach), place(event))) return;
    canvas.setPointerCapture(event.pointerId);
    if (state.painting) options.onPaint?.(...place(event), "start");
    view.repaint();
  });
  view.on(canvas, "pointermove", (event) => {
    if (follow(state, place(event))) {
      if (state.stroke) view.repaint();
    } else if (options.onPoint || options.onDrag) {
      const index = hit(state, view.pixelOf(event), REACH);
      canvas.classList.toggle("grab", index >= 0 && Boolean(options.onDrag));
      options.onPoint?.(...place(event), index);
    }
  });
  for (const name of /** @type {const} */ (["pointerup", "pointercancel"]))
    view.on(canvas, name, (event) => {
      release(state, place(event));
      view.repaint();
    });
  view.on(canvas, "pointerleave", () => options.onLeave?.());
  view.on(canvas, "click", (event) => options.onClick?.(...place(event), event));
  // A finger on a point drags it; beside a point it scrolls the page, unless one paints.
  const holdPage = (/** @type {TouchEvent} */ event) => {
    const [touch] = event.touches;
    if (touch && options.onDrag && hit(state, view.pixelOf(touch), TOUCH_REACH) >= 0) event.preventDefault();
  };
  view.on(canvas, "touchstart", holdPage, { passive: false });
}

/**
 * A press takes hold of a point, paints, or begins a line.
 * @param {Plot} state
 * @param {number} index of the point under it, or -1
 * @param {[number, number]} place
 * @returns {boolean} whether it began anything
 */
function press(state, index, place) {
  const { options } = state;
  state.held = options.onDrag || options.onSelect ? index : -1;
  if (state.held >= 0) choose(state, state.held);
  else if (options.onPaint && isFree(state)) state.painting = true;
  else if (options.onStroke && isFree(state)) state.stroke = place;
  else {
    if (state.chosen >= 0) choose(state, -1);
    return false;
  }
  return true;
}

/** @param {Plot} state @param {[number, number]} place @returns {boolean} whether anything is under way */
function follow({ options, held, painting, stroke }, place) {
  if (held >= 0) options.onDrag?.(held, ...place, false);
  else if (painting) options.onPaint?.(...place, "move");
  else if (stroke) stroke.push(...place);
  else return false;
  return true;
}

/** @param {Plot} state @param {[number, number]} place */
function release(state, place) {
  const { options, held, painting, stroke } = state;
  if (held >= 0) options.onDrag?.(held, ...place, true);
  if (painting) options.onPaint?.(...place, "end");
  [state.held, state.painting, state.stroke] = [-1, false, null];
  if (stroke && stroke.length > 2) options.onStroke?.(stroke);
}

/** @param {KeyboardEvent} event @param {Plot} state */
export function takeKey(event, state) {
  const { options, chosen } = state;
  const layer = handlesOf(state);
  if (!layer?.x.length) return;
  const count = layer.x.length;
  const turn = { "[": -1, "]": 1 }[event.key];
  if (turn) {
    event.preventDefault();
    choose(state, chosen < 0 ? (turn > 0 ? 0 : count - 1) : (chosen + turn + count) % count);
  } else if (event.key === "Escape" && chosen >= 0) choose(state, -1);
  else if (chosen >= 0 && chosen < count && options.onDrag) {
    const from = /** @type {[number, number]} */ ([layer.x[chosen] ?? 0, layer.y[chosen] ?? 0]);
    const to = stepped(from, event, state);
    if (!to) return;
    event.preventDefault();
    options.onDrag(chosen, ...to, true);
  }
}

/**
 * A point one step further by an arrow key, with Shift a small one; null for another key.
 * @param {[number, number]} from
 * @param {KeyboardEvent} event
 * @param {Plot} state
 */
function stepped([px, py], { key, shiftKey }, { on, x, y }) {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowDown: [0, -1], ArrowUp: [0, 1] }[key];
  if (!way) return null;
  const part = shiftKey ? 200 : 50;
  const [dx = 0, dy = 0] = way;
  return on.clamp(px + (dx * (x[1] - x[0])) / part, py + (dy * (y[1] - y[0])) / part);
}
