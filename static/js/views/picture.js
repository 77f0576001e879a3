/**
 * A photo with what lies on it: heat map, grid cell, boxes, labels. Two canvases: the photo is
 * painted once, what changes is painted over it at most once a frame.
 */

import { context2d, h, token } from "../core/dom.js";
import { fit } from "../math/geometry.js";
import { paintBoxes, paintCaptions } from "./box_layers.js";
import { canvasView } from "./canvas_view.js";
import { roomFor } from "./room.js";

/**
 * @typedef {object} Layer
 * @property {ArrayLike<number>} boxes flat x1, y1, x2, y2 in pixels of the picture
 * @property {Iterable<number>} indices which of them, the best first: it is painted last
 * @property {string} style a key of `MARKS`
 * @property {(index: number) => number} [strength] in [0, 1], of a box's score: the weak ones are paler
 * @property {boolean} [pale] something else is looked at
 * @property {(index: number) => string} [label] caption at the box's corner
 * @property {[number, number]} [clip] only between these two x, in pixels of the picture
 */
/**
 * @typedef {object} Heat
 * @property {ArrayLike<number>} values rows x columns, in [0, 1]
 * @property {number} rows
 * @property {number} columns
 * @property {number} [alpha]
 * @property {boolean} [signed] gray ramp (false) or a warm one
 */
/**
 * @typedef {object} Scene
 * @property {CanvasImageSource | null} image
 * @property {number} width pixels of the picture
 * @property {number} height
 * @property {Layer[]} layers
 * @property {Heat | null} [heat]
 * @property {[number, number, number, number] | null} [cell] a lit cell of the grid
 * @property {{rows: number, columns: number} | null} [grid]
 * @property {{x: number, y: number, width: number, height: number} | null} [frame] the part of the
 *   plane that is shown, in pixels of the picture; without it the picture itself
 * @property {string} summary for a screen reader
 */

/**
 * @typedef {object} PictureOptions
 * @property {() => number} [maxHeight]
 * @property {(x: number, y: number, event: PointerEvent) => void} [onPoint]
 * @property {() => void} [onLeave]
 * @property {(x: number, y: number, event: MouseEvent) => void} [onClick]
 * @property {(heat: boolean) => void} [onPainted] with or without heat in place of boxes
 */

/**
 * @param {HTMLElement} root
 * @param {PictureOptions} [options]
 */
export function picture(root, options = {}) {
  const photo = h("canvas", { "aria-hidden": "true" });
  /** @type {Scene} */
  let scene = { image: null, width: 4, height: 3, layers: [], summary: "" };
  /** @type {Size} */
  let size = { scale: 1, width: 4, height: 3, left: 0, top: 0 };
  /** @type {{image: CanvasImageSource | null, size: Size | null}} */
  let painted = { image: null, size: null };

  const maxHeight = options.maxHeight ?? (() => roomFor(root, { least: 150, share: 0.72 }));
  const view = canvasView(root, {
    look: "picture",
    attributes: { role: "img", class: "over" },
    measure: () => (size = sizeOf(scene, root.clientWidth || 320, maxHeight())),
    paint(context) {
      if (painted.image !== scene.image || painted.size !== size) {
        paintPhoto(photo, scene, size);
        painted = { image: scene.image, size };
      }
      const drawn = paintOver(context, scene, size);
      options.onPainted?.(drawn.some(({ hot }) => hot.length > 0));
    },
  });
  const { canvas: over, frame } = view;
  frame.prepend(photo);
  const place = takePointer(view, () => size, options);

  return {
    element: over,
    frame,
    place,
    /** CSS pixels per pixel of the picture. */
    get scale() {
      return size.scale;
    },
    /** @param {Scene} next */
    update(next) {
      const reshaped = shapeOf(next) !== shapeOf(scene);
      scene = next;
      view.describe(next.summary);
      if (reshaped) view.resize();
      else view.repaint();
    },
    /** The picture as one canvas, for a file. */
    snapshot: () => together(photo, over),
    destroy: view.destroy,
  };
}

/**
 * @typedef {{scale: number, width: number, height: number, left: number, top: number}} Size in CSS pixels;
 *   left and top of the frame
 */

/** @param {Scene} scene @param {number} room @param {number} maxHeight @returns {Size} */
function sizeOf(scene, room, maxHeight) {
  const { x, y, width, height } = scene.frame ?? { x: 0, y: 0, ...scene };
  const fitted = fit(width, height, room, maxHeight);
  // Whole pixels: what lies on half pixels stays on them.
  return { ...fitted, left: Math.round(x * fitted.scale), top: Math.round(y * fitted.scale) };
}

/** What its picture is drawn in; the figure, before it is there. @param {HTMLElement} figure */
export const frameOf = (figure) => /** @type {HTMLElement} */ (figure.querySelector(".picture") ?? figure);

/** What decides its size, as text. @param {Scene} scene */
const shapeOf = ({ width, height, frame }) => JSON.stringify([width, height, frame]);

/**
 * @param {import("./canvas_view.js").CanvasView} view
 * @param {() => Size} size
 * @param {PictureOptions} options
 * @returns where an event is, in pixels of the picture
 */
function takePointer(view, size, { onPoint, onLeave, onClick }) {
  /** @param {MouseEvent} event @returns {[number, number]} */
  const place = (event) => {
    const [x, y] = view.pixelOf(event);
    const { scale, left, top } = size();
    return [(x + left) / scale, (y + top) / scale];
  };
  view.on(view.canvas, "pointermove", (event) => onPoint?.(...place(event), event));
  view.on(view.canvas, "pointerleave", () => onLeave?.());
  view.on(view.canvas, "click", (event) => onClick?.(...place(event), event));
  return place;
}

/** @param {HTMLCanvasElement[]} canvases of one size, the lowest first */
function together(...canvases) {
  const canvas = h("canvas", { width: canvases[0]?.width, height: canvases[0]?.height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  for (const one of canvases) context.drawImage(one, 0, 0);
  return canvas;
}

/** @param {HTMLCanvasElement} photo @param {Scene} scene @param {Size} size */
function paintPhoto(photo, { image, width, height }, { scale, ...size }) {
  const context = context2d(photo, size.width, size.height);
  context.imageSmoothingQuality = "high";
  if (image) context.drawImage(image, -size.left, -size.top, width * scale, height * scale);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scene} scene
 * @param {Size} size
 */
function paintOver(context, scene, size) {
  paintHeat(context, scene, size);
  paintGrid(context, scene, size);
  context.translate(-size.left, -size.top);
  const drawn = paintBoxes(context, scene.layers, size);
  paintCaptions(context, scene.layers, size);
  return drawn;
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Size} size */
function paintHeat(context, scene, size) {
  if (!scene.heat) return;
  const { values, rows, columns, alpha = 0.72 } = scene.heat;
  const canvas = new OffscreenCanvas(columns, rows);
  const inner = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const pixels = inner.createImageData(columns, rows);
  for (let i = 0; i < rows * columns; i++) pixels.data.set(warm(values[i] ?? 0), i * 4);
  inner.putImageData(pixels, 0, 0);
  context.save();
  context.globalAlpha = alpha;
  context.imageSmoothingEnabled = false;
  context.drawImage(canvas, 0, 0, size.width, size.height);
  context.restore();
}

/**
 * A ramp that stays ordered in gray and to color-blind eyes: black, purple, orange, pale yellow.
 * @param {number} value in [0, 1]
 * @returns {[number, number, number, number]}
 */
export function warm(value) {
  const stops = [
    [4, 4, 18],
    [87, 16, 110],
    [188, 55, 84],
    [249, 142, 9],
    [252, 255, 164],
  ];
  const at = Math.min(Math.max(value, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(at), stops.length - 2);
  const share = at - low;
  const [a = [0, 0, 0], b = [0, 0, 0]] = [stops[low], stops[low + 1]];
  const mix = (/** @type {number} */ i) => (a[i] ?? 0) + ((b[i] ?? 0) - (a[i] ?? 0)) * share;
  return [mix(0), mix(1), mix(2), 255];
}

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Size} size */
function paintGrid(context, scene, size) {
  if (scene.grid) {
    const { rows, columns } = scene.grid;
    context.beginPath();
    for (let x = 1; x < columns; x++) {
      context.moveTo((x / columns) * size.width, 0);
      context.lineTo((x / columns) * size.width, size.height);
    }
    for (let y = 1; y < rows; y++) {
      context.moveTo(0, (y / rows) * size.height);
      context.lineTo(size.width, (y / rows) * size.height);
    }
    context.strokeStyle = token("--grid-on-photo");
    context.lineWidth = 0.75;
    context.stroke();
  }
  if (scene.cell) {
    const [x1, y1, x2, y2] = scene.cell.map((v) => v * size.scale);
    context.strokeStyle = token("--cell-edge");
    context.lineWidth = 4;
    context.strokeRect(x1 ?? 0, y1 ?? 0, (x2 ?? 0) - (x1 ?? 0), (y2 ?? 0) - (y1 ?? 0));
    context.strokeStyle = token("--on-photo");
    context.lineWidth = 2;
    context.strokeRect(x1 ?? 0, y1 ?? 0, (x2 ?? 0) - (x1 ?? 0), (y2 ?? 0) - (y1 ?? 0));
  }
}
