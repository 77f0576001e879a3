/**
 * A square of cosine similarities between views, with the views at its edges. A cell is chosen by
 * pointer, finger or arrow keys. The diagonal is left out: a view is not compared with itself.
 */

import { context2d, h, oncePerFrame, token } from "../core/dom.js";
import { cellAt, moved } from "../math/cells.js";
import { positiveOf } from "../math/contrast.js";
import { mix } from "../core/color.js";

/**
 * @typedef {object} SimilarityData
 * @property {Float32Array} values [M, M] in −1 to 1
 * @property {OffscreenCanvas[]} tiles M views
 * @property {[number, number]} chosen row and column
 * @property {string} summary
 */

const GAP = 3; // pixels between the edge's views and the cells

/**
 * @param {HTMLElement} root
 * @param {{
 *   onChoose: (row: number, column: number) => void,
 *   onPoint?: (cell: [number, number] | null) => void,
 *   maxHeight?: () => number,
 * }} options
 */
export function similarity(root, options) {
  const canvas = h("canvas", { role: "application", tabindex: 0 });
  const frame = h("div", { class: "similarity" }, canvas);
  root.append(frame);
  /** @type {SimilarityData | null} */
  let shown = null;
  let side = 320;

  const count = () => (shown ? Math.sqrt(shown.values.length) : 1);
  /** The views at the edge take as much as a cell and a half. */
  const cell = () => (side - GAP) / (count() + 1.5);
  const start = () => 1.5 * cell() + GAP;

  const paint = oncePerFrame(() => {
    const context = context2d(canvas, side, side);
    if (!shown) return;
    const [n, size, from] = [count(), cell(), start()];
    const [minus, zero, plus] = ["--heat-minus", "--heat-zero", "--heat-plus"].map(token);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const value = shown.values[i * n + j] ?? 0;
        context.fillStyle =
          i === j
            ? token("--case")
            : mix(zero ?? "", (value < 0 ? minus : plus) ?? "", Math.min(1, Math.abs(value)));
        context.fillRect(from + j * size, from + i * size, size + 0.5, size + 0.5);
      }
    }
    context.lineWidth = 1;
    context.strokeStyle = token("--gray-2");
    for (let i = 0; i < n; i++) {
      const at = from + i * size;
      context.beginPath(); // the diagonal is struck out
      context.moveTo(at, at);
      context.lineTo(at + size, at + size);
      context.stroke();
    }
    context.strokeStyle = token("--ink");
    context.lineWidth = Math.max(1, size / 12);
    for (let i = 0; i < n; i++) {
      const j = positiveOf(i, n);
      context.strokeRect(from + j * size + 1, from + i * size + 1, size - 2, size - 2);
    }
    paintEdges(context, size, from);
    paintChosen(context, size, from, n);
  });

  /** @param {CanvasRenderingContext2D} context @param {number} size @param {number} from */
  function paintEdges(context, size, from) {
    context.imageSmoothingEnabled = size < 24;
    const wide = 1.5 * size;
    shown?.tiles.forEach((tile, i) => {
      context.drawImage(tile, 0, from + i * size, wide, size - 1);
      context.drawImage(tile, from + i * size, 0, size - 1, wide);
    });
  }
  /** @param {CanvasRenderingContext2D} context @param {number} size @param {number} from @param {number} n */
  function paintChosen(context, size, from, n) {
    if (!shown) return;
    const [row, column] = shown.chosen;
    context.strokeStyle = token("--accent");
    context.lineWidth = 2;
    context.strokeRect(from - 1, from + row * size, n * size + 2, size);
    context.strokeRect(0, from + row * size, 1.5 * size, size - 1);
    context.strokeRect(from + column * size, 0, size - 1, 1.5 * size);
    context.lineWidth = 3;
    context.strokeRect(from + column * size - 1, from + row * size - 1, size + 2, size + 2);
  }

  const resize = () => {
    const room = root.clientWidth || 320;
    side = Math.floor(Math.max(200, Math.min(room, options.maxHeight?.() ?? innerHeight * 0.68)));
    frame.style.width = frame.style.height = `${side}px`;
    paint();
  };
  const watcher = new ResizeObserver(resize);
  watcher.observe(root);
  addEventListener("themechange", paint);
  addEventListener("resize", resize);
  resize();

  /** @param {MouseEvent} event */
  const under = (event) => {
    const rect = canvas.getBoundingClientRect();
    return cellAt(event.clientX - rect.left - start(), event.clientY - rect.top - start(), cell(), count());
  };
  canvas.addEventListener("click", (event) => {
    const at = under(event);
    if (at) options.onChoose(...at);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerType === "mouse") options.onPoint?.(under(event));
  });
  canvas.addEventListener("pointerleave", () => options.onPoint?.(null));
  canvas.addEventListener("keydown", (event) => {
    const next = shown && moved(shown.chosen, event.key, count());
    if (!next) return;
    event.preventDefault();
    options.onChoose(...next);
  });

  return {
    /** @param {SimilarityData} next */
    update(next) {
      shown = next;
      if (canvas.getAttribute("aria-label") !== next.summary) canvas.setAttribute("aria-label", next.summary);
      paint();
    },
    /** @returns {Promise<Blob>} */
    toPng: () => new Promise((resolve) => canvas.toBlob((blob) => resolve(/** @type {Blob} */ (blob)))),
    destroy() {
      watcher.disconnect();
      removeEventListener("themechange", paint);
      removeEventListener("resize", resize);
      frame.remove();
    },
  };
}
