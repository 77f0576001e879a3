/**
 * Drawing, moving, resizing and deleting boxes on a picture, by mouse, finger or keyboard.
 * It owns no boxes: it is given them and hands back changed ones.
 */

import { boxAt, clipBox } from "../math/geometry.js";

const GRIP = 14; // CSS pixels from a corner that still take hold of it
const SMALLEST = 4; // pixels of the picture

/**
 * @typedef {object} Edit
 * @property {number} index of the box, or -1 for a new one
 * @property {number[] | null} box four numbers, or null to delete it
 * @property {boolean} done false while the pointer is still down
 */

/**
 * @param {ReturnType<typeof import("./picture.js").picture>} view
 * @param {{
 *   boxes: () => number[],
 *   size: () => [number, number],
 *   selected: () => number,
 *   canDraw?: () => boolean,
 *   onEdit: (edit: Edit) => void,
 *   onSelect: (index: number) => void,
 *   enabled: () => boolean,
 * }} options
 */
export function boxEditor(view, options) {
  /**
   * @type {{index: number, kind: "move" | "corner", fixed: [number, number], from: [number, number], box:
   *   number[]} | null}
   */
  let drag = null;
  const canvas = view.element;

  /** @param {number} x @param {number} y @param {number} slack */
  const cornerAt = (x, y, slack) => {
    const boxes = options.boxes();
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
  };
  /** @param {number} x @param {number} y */
  const insideOf = (x, y) => {
    const boxes = options.boxes();
    let best = -1;
    let area = Infinity;
    for (let index = 0; index < boxes.length / 4; index++) {
      const [x1, y1, x2, y2] = boxAt(boxes, index);
      const size = (x2 - x1) * (y2 - y1);
      if (x >= x1 && x <= x2 && y >= y1 && y <= y2 && size < area) [best, area] = [index, size];
    }
    return best;
  };
  /** @param {PointerEvent} event */
  const down = (event) => {
    if (!options.enabled() || event.button !== 0) return;
    const [x, y] = view.place(event);
    const corner = cornerAt(x, y, GRIP / view.scale);
    const inside = insideOf(x, y);
    if (corner) {
      drag = { ...corner, kind: "corner", from: [x, y], box: boxAt(options.boxes(), corner.index) };
    } else if (inside >= 0) {
      drag = {
        index: inside,
        kind: "move",
        fixed: [x, y],
        from: [x, y],
        box: boxAt(options.boxes(), inside),
      };
    } else if (options.canDraw?.() ?? true) {
      drag = { index: -1, kind: "corner", fixed: [x, y], from: [x, y], box: [x, y, x, y] };
    } else return;
    options.onSelect(drag.index);
    canvas.setPointerCapture(event.pointerId);
    event.preventDefault();
  };
  /** @param {[number, number]} place */
  const dragged = ([x, y]) => {
    if (!drag) return [];
    const [width, height] = options.size();
    if (drag.kind === "move") {
      const [x1, y1, x2, y2] = /** @type {[number, number, number, number]} */ (drag.box);
      const dx = Math.min(Math.max(x - drag.from[0], -x1), width - x2);
      const dy = Math.min(Math.max(y - drag.from[1], -y1), height - y2);
      return [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
    }
    const [fx, fy] = drag.fixed;
    const box = [Math.min(fx, x), Math.min(fy, y), Math.max(fx, x), Math.max(fy, y)];
    return clipBox(box, width, height);
  };
  const big = (/** @type {number[]} */ [x1 = 0, y1 = 0, x2 = 0, y2 = 0]) =>
    x2 - x1 >= SMALLEST && y2 - y1 >= SMALLEST;

  /** @param {PointerEvent} event */
  const move = (event) => {
    if (!options.enabled()) return;
    const [x, y] = view.place(event);
    if (!drag) {
      const corner = cornerAt(x, y, GRIP / view.scale);
      canvas.style.cursor = corner ? "nwse-resize" : insideOf(x, y) >= 0 ? "move" : "crosshair";
      return;
    }
    const box = dragged([x, y]);
    if (big(box)) options.onEdit({ index: drag.index, box, done: false });
  };
  /** @param {PointerEvent} event */
  const up = (event) => {
    if (!drag) return;
    const box = dragged(view.place(event));
    const { index } = drag;
    drag = null;
    if (big(box)) options.onEdit({ index, box, done: true });
  };
  /** @param {KeyboardEvent} event */
  const key = (event) => {
    if (!options.enabled()) return;
    const index = options.selected();
    const boxes = options.boxes();
    const count = boxes.length / 4;
    const [width, height] = options.size();
    const step = Math.max(1, Math.round(Math.max(width, height) / 160));
    const arrows = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-step, 0],
      ArrowRight: [step, 0],
      ArrowUp: [0, -step],
      ArrowDown: [0, step],
    });
    const arrow = arrows[event.key];
    if ((event.key === "n" || event.key === "N") && (options.canDraw?.() ?? true)) {
      const box = [width * 0.35, height * 0.35, width * 0.65, height * 0.65];
      options.onEdit({ index: -1, box, done: true });
    } else if (event.key === "]" && count) options.onSelect((index + 1) % count);
    else if (event.key === "[" && count) options.onSelect((index + count - 1) % count);
    else if ((event.key === "Delete" || event.key === "Backspace") && index >= 0) {
      options.onEdit({ index, box: null, done: true });
    } else if (arrow && index >= 0) {
      const [x1, y1, x2, y2] = boxAt(boxes, index);
      const [dx, dy] = arrow;
      const box = event.shiftKey ? [x1, y1, x2 + dx, y2 + dy] : [x1 + dx, y1 + dy, x2 + dx, y2 + dy];
      const cut = clipBox(box, width, height);
      if (big(cut)) options.onEdit({ index, box: cut, done: true });
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", () => (drag = null));
  canvas.addEventListener("keydown", key);
  return {
    get dragging() {
      return drag !== null;
    },
  };
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
