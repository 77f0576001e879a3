/**
 * A square of cosine similarities between views, with the views at its edges. A cell is chosen by
 * pointer, finger or arrow keys. The diagonal is left out: a view is not compared with itself. Where the
 * columns are something else than the rows (texts of pictures), the diagonal are the pairs.
 */

import { token } from "../core/dom.js";
import { cellAt, moved } from "../math/cells.js";
import { positiveOf } from "../math/contrast.js";
import { mix } from "../core/color.js";
import { canvasView } from "./canvas_view.js";
import { roomFor } from "./room.js";

/**
 * @typedef {object} SimilarityData
 * @property {Float32Array} values [M, M] in −1 to 1
 * @property {OffscreenCanvas[]} tiles M views
 * @property {OffscreenCanvas[]} [columns] what stands over the columns, if it is not the views again
 * @property {[number, number]} chosen row and column
 * @property {string} summary
 */
/**
 * @typedef {object} Square where the cells lie
 * @property {number} count of a row
 * @property {number} cell side of one, CSS pixels
 * @property {number} start of the first, from the left and from the top
 */

const GAP = 3; // pixels between the edge's views and the cells

/**
 * The views at the edge take as much as a cell and a half.
 * @param {number} side
 * @param {SimilarityData | null} data
 * @returns {Square}
 */
function squareOf(side, data) {
  const count = data ? Math.sqrt(data.values.length) : 1;
  const cell = (side - GAP) / (count + 1.5);
  return { count, cell, start: 1.5 * cell + GAP };
}

/**
 * @param {HTMLElement} root
 * @param {{
 *   onChoose: (row: number, column: number) => void,
 *   onPoint?: (cell: [number, number] | null) => void,
 * }} options
 */
export function similarity(root, options) {
  /** @type {SimilarityData | null} */
  let shown = null;
  let side = 320;
  const view = canvasView(root, {
    look: "similarity",
    attributes: { role: "application", tabindex: 0 },
    measure() {
      const room = root.clientWidth || 320;
      side = Math.floor(Math.max(140, Math.min(room, roomFor(root, { least: 140, share: 0.62 }))));
      return { width: side, height: side };
    },
    paint: (context) => void (shown && paintSquare(context, squareOf(side, shown), shown)),
  });
  view.resize();

  const { canvas } = view;
  /** @param {MouseEvent} event */
  const under = (event) => {
    const [x, y] = view.pixelOf(event);
    const { count, cell, start } = squareOf(side, shown);
    return cellAt(x - start, y - start, cell, count);
  };
  view.on(canvas, "click", (event) => {
    const at = under(event);
    if (at) options.onChoose(...at);
  });
  view.on(canvas, "pointermove", (event) => {
    if (event.pointerType === "mouse") options.onPoint?.(under(event));
  });
  view.on(canvas, "pointerleave", () => options.onPoint?.(null));
  view.on(canvas, "keydown", (event) => {
    const next = shown && moved(shown.chosen, event.key, squareOf(side, shown).count);
    if (!next) return;
    event.preventDefault();
    options.onChoose(...next);
  });

  return {
    /** @param {SimilarityData} next */
    update(next) {
      shown = next;
      view.describe(next.summary);
      view.repaint();
    },
    /** @returns {Promise<Blob>} */
    toPng: () => new Promise((resolve) => canvas.toBlob((blob) => resolve(/** @type {Blob} */ (blob)))),
    destroy: view.destroy,
  };
}

/** @param {CanvasRenderingContext2D} context @param {Square} square @param {SimilarityData} data */
function paintSquare(context, square, data) {
  const crossed = data.columns === undefined;
  paintCells(context, square, data.values, crossed);
  if (crossed) paintDiagonal(context, square);
  paintPositives(context, square, (row) => (crossed ? positiveOf(row, square.count) : row));
  paintEdges(context, square, data.tiles, data.columns ?? data.tiles);
  paintChosen(context, square, data.chosen);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Square} square
 * @param {Float32Array} values
 * @param {boolean} crossed the diagonal is left out
 */
function paintCells(context, { count, cell, start }, values, crossed) {
  const [minus, zero, plus] = ["--heat-minus", "--heat-zero", "--heat-plus"].map(token);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const value = values[i * count + j] ?? 0;
      context.fillStyle =
        crossed && i === j
          ? token("--case")
          : mix(zero ?? "", (value < 0 ? minus : plus) ?? "", Math.min(1, Math.abs(value)));
      context.fillRect(start + j * cell, start + i * cell, cell + 0.5, cell + 0.5);
    }
  }
}

/** It is struck out. @param {CanvasRenderingContext2D} context @param {Square} square */
function paintDiagonal(context, { count, cell, start }) {
  context.lineWidth = 1;
  context.strokeStyle = token("--gray-2");
  for (let i = 0; i < count; i++) {
    const at = start + i * cell;
    context.beginPath();
    context.moveTo(at, at);
    context.lineTo(at + cell, at + cell);
    context.stroke();
  }
}

/**
 * The two views of one picture, or a picture and its text.
 * @param {CanvasRenderingContext2D} context
 * @param {Square} square
 * @param {(row: number) => number} partner
 */
function paintPositives(context, { count, cell, start }, partner) {
  context.strokeStyle = token("--ink");
  context.lineWidth = Math.max(1, cell / 12);
  for (let i = 0; i < count; i++) {
    const j = partner(i);
    context.strokeRect(start + j * cell + 1, start + i * cell + 1, cell - 2, cell - 2);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Square} square
 * @param {OffscreenCanvas[]} tiles
 * @param {OffscreenCanvas[]} columns
 */
function paintEdges(context, { cell, start }, tiles, columns) {
  context.imageSmoothingEnabled = cell < 24;
  const wide = 1.5 * cell;
  tiles.forEach((tile, i) => {
    context.drawImage(tile, 0, start + i * cell, wide, cell - 1);
    context.drawImage(columns[i] ?? tile, start + i * cell, 0, cell - 1, wide);
  });
}

/** @param {CanvasRenderingContext2D} context @param {Square} square @param {[number, number]} chosen */
function paintChosen(context, { count, cell, start }, [row, column]) {
  context.strokeStyle = token("--accent");
  context.lineWidth = 2;
  context.strokeRect(start - 1, start + row * cell, count * cell + 2, cell);
  context.strokeRect(0, start + row * cell, 1.5 * cell, cell - 1);
  context.strokeRect(start + column * cell, 0, cell - 1, 1.5 * cell);
  context.lineWidth = 3;
  context.strokeRect(start + column * cell - 1, start + row * cell - 1, cell + 2, cell + 2);
}
