/**
 * Drawing, moving, resizing and deleting boxes on a picture, by mouse, finger or keyboard.
 * It owns no boxes: it is given them and hands back changed ones.
 */

import { boxAt, clipBox } from "../math/geometry.js";
import { viewLife } from "./life.js";

const GRIP = 14; // CSS pixels from a corner that still take hold of it
const SMALLEST = 4; // pixels of the picture

/**
 * @typedef {object} Edit
 * @property {number} index of the box, or -1 for a new one
 * @property {number[] | null} box four numbers, or null to delete it
 * @property {boolean} done false while the pointer is still down
 */
/**
 * @typedef {object} Drag
 * @property {number} index
 * @property {"move" | "corner"} kind
 * @property {[number, number]} fixed the corner that stays
 * @property {[number, number]} from where it began
 * @property {number[]} box as it was then
 */
/**
 * @typedef {object} EditorOptions
 * @property {() => number[]} boxes
 * @property {() => [number, number]} size
 * @property {() => number} selected
 * @property {() => boolean} [canDraw]
 * @property {(edit: Edit) => void} onEdit
 * @property {(index: number) => void} onSelect
 * @property {() => boolean} enabled
 */

/**
 * @param {ReturnType<typeof import("./picture.js").picture>} view
 * @param {EditorOptions} options
 */
export function boxEditor(view, options) {
  const life = viewLife();
  const canvas = view.element;
  /** @type {Drag | null} */
  let drag = null;

  life.on(canvas, "pointerdown", (event) => {
    if (!options.enabled() || event.button !== 0) return;
    drag = dragFrom(view.place(event), GRIP / view.scale, options);
    if (!drag) return;
    options.onSelect(drag.index);
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  life.on(canvas, "pointermove", (event) => {
    if (!options.enabled()) return;
    const place = view.place(event);
    if (!drag) canvas.style.cursor = cursorAt(place, GRIP / view.scale, options.boxes());
    else tell(drag, place, false);
  });
  life.on(canvas, "pointerup", (event) => {
    const ended = drag;
    drag = null;
    if (ended) tell(ended, view.place(event), true);
  });
  life.on(canvas, "pointercancel", () => (drag = null));
  life.on(canvas, "keydown", (event) => {
    if (!options.enabled() || !takeKey(event, options)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  });
  /** @param {Drag} of @param {[number, number]} place @param {boolean} done */
  function tell(of, place, done) {
    const box = dragged(of, place, options.size());
    if (big(box)) options.onEdit({ index: of.index, box, done });
  }

  return {
    get dragging() {
      return drag !== null;
    },
    destroy: life.end,
  };
}

/**
 * The topmost box with a corner near a place.
 * @param {[number, number]} place
 * @param {number} slack
 * @param {number[]} boxes
 * @returns {{index: number, fixed: [number, number]} | null} with the corner across
 */
function cornerAt([x, y], slack, boxes) {
  for (let index = boxes.length / 4 - 1; index >= 0; index--) {
    const [x1, y1, x2, y2] = boxAt(boxes, index);
    for (const [cx, cy, ox, oy] of [
      [x1, y1, x2, y2],
      [x2, y1, x1, y2],
      [x1, y2, x2, y1],
      [x2, y2, x1, y1],
    ]) {
      const away = Math.hypot(x - (cx ?? 0), y - (cy ?? 0));
      if (away < slack) return { index, fixed: /** @type {[number, number]} */ ([ox, oy]) };
    }
  }
  return null;
}

/** The smallest box around a place, or -1. @param {[number, number]} place @param {number[]} boxes */
function insideOf([x, y], boxes) {
  let best = -1;
  let area = Infinity;
  for (let index = 0; index < boxes.length / 4; index++) {
    const [x1, y1, x2, y2] = boxAt(boxes, index);
    const size = (x2 - x1) * (y2 - y1);
    if (x >= x1 && x <= x2 && y >= y1 && y <= y2 && size < area) [best, area] = [index, size];
  }
  return best;
}

/** @param {[number, number]} place @param {number} slack @param {number[]} boxes */
const cursorAt = (place, slack, boxes) =>
  cornerAt(place, slack, boxes) ? "nwse-resize" : insideOf(place, boxes) >= 0 ? "move" : "crosshair";

/**
 * What a press begins: a corner is pulled, a box moved, or a new one drawn.
 * @param {[number, number]} from
 * @param {number} slack
 * @param {EditorOptions} options
 * @returns {Drag | null}
 */
function dragFrom(from, slack, options) {
  const boxes = options.boxes();
  const corner = cornerAt(from, slack, boxes);
  if (corner) return { ...corner, kind: "corner", from, box: boxAt(boxes, corner.index) };
  const index = insideOf(from, boxes);
  if (index >= 0) return { index, kind: "move", fixed: from, from, box: boxAt(boxes, index) };
  if (!(options.canDraw?.() ?? true)) return null;
  return { index: -1, kind: "corner", fixed: from, from, box: [...from, ...from] };
}

/** The box as it is now. @param {Drag} drag @param {[number, number]} place @param {[number, number]} size */
function dragged({ kind, box, from, fixed }, [x, y], [width, height]) {
  if (kind === "corner") {
    const [fx, fy] = fixed;
    return clipBox([Math.min(fx, x), Math.min(fy, y), Math.max(fx, x), Math.max(fy, y)], width, height);
  }
  const [x1, y1, x2, y2] = /** @type {[number, number, number, number]} */ (box);
  const dx = Math.min(Math.max(x - from[0], -x1), width - x2);
  const dy = Math.min(Math.max(y - from[1], -y1), height - y2);
  return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
}

const big = (/** @type {number[]} */ [x1 = 0, y1 = 0, x2 = 0, y2 = 0]) =>
  x2 - x1 >= SMALLEST && y2 - y1 >= SMALLEST;

/**
 * @param {KeyboardEvent} event
 * @param {EditorOptions} options
 * @returns {boolean} whether it was one of ours
 */
function takeKey({ key, shiftKey }, options) {
  const index = options.selected();
  const boxes = options.boxes();
  const count = boxes.length / 4;
  const size = options.size();
  if ((key === "n" || key === "N") && (options.canDraw?.() ?? true)) {
    const [width, height] = size;
    const box = [width * 0.35, height * 0.35, width * 0.65, height * 0.65];
    options.onEdit({ index: -1, box, done: true });
  } else if (key === "]" && count) options.onSelect((index + 1) % count);
  else if (key === "[" && count) options.onSelect((index + count - 1) % count);
  else if ((key === "Delete" || key === "Backspace") && index >= 0) {
    options.onEdit({ index, box: null, done: true });
  } else {
    const box = index >= 0 ? stepped(boxAt(boxes, index), key, shiftKey, size) : null;
    if (!box) return false;
    if (big(box)) options.onEdit({ index, box, done: true });
  }
  return true;
}

/**
 * A box one step further by an arrow key, or with `grown` larger or smaller; null for another key.
 * @param {number[]} box
 * @param {string} key
 * @param {boolean} grown
 * @param {[number, number]} size
 */
function stepped([x1 = 0, y1 = 0, x2 = 0, y2 = 0], key, grown, [width, height]) {
  const step = Math.max(1, Math.round(Math.max(width, height) / 160));
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!way) return null;
  const [dx = 0, dy = 0] = way.map((v) => v * step);
  const box = grown ? [x1, y1, x2 + dx, y2 + dy] : [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
  return clipBox(box, width, height);
}

/**
 * Flat boxes with one deleted (`box` null), replaced, or added (`index` -1).
 * @param {ArrayLike<number>} boxes
 * @param {number} index
 * @param {number[] | null} box
 */
export function edited(boxes, index, box) {
  const next = Array.from(boxes);
  if (!box) next.splice(index * 4, 4);
  else if (index < 0) next.push(...box);
  else next.splice(index * 4, 4, ...box);
  return next;
}

/**
 * Which box is chosen after the edit.
 * @param {number} index
 * @param {number[] | null} box
 * @param {number} count
 */
export const selectedAfter = (index, box, count) => (!box ? -1 : index < 0 ? count - 1 : index);
