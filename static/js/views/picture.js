/**
 * A photo with what lies on it: heat map, grid cell, boxes, labels. Two canvases: the photo is
 * painted once, what changes is painted over it at most once a frame.
 */

import { context2d, h, token } from "../core/dom.js";
import { boxAt, fit } from "../math/geometry.js";
import { canvasView } from "./canvas_view.js";
import { roomFor } from "./room.js";

/**
 * Roles have fixed looks on every page; each also has its own dash or letter.
 * @type {Record<string, {color: string, width: number, dash?: number[], alpha?: number, fill?: number}>}
 */
export const STYLES = {
  kept: { color: "--kept", width: 2.5 },
  suppressed: { color: "--suppressed", width: 1, dash: [4, 3], alpha: 0.8 },
  candidate: { color: "--oi-sky", width: 1, alpha: 0.75 },
  pending: { color: "--oi-yellow", width: 1.25, alpha: 0.9 },
  anchor: { color: "--oi-yellow", width: 1.75, dash: [7, 5] },
  decoded: { color: "--kept", width: 2.5 },
  chosen: { color: "--chosen", width: 3.5, fill: 0.12 },
  suppressor: { color: "--kept", width: 4, fill: 0.15 },
  truth: { color: "--truth", width: 2.5, dash: [10, 3] },
  positive: { color: "--label-positive", width: 2, alpha: 0.95 },
  negative: { color: "--label-negative", width: 0.75, dash: [2, 4], alpha: 0.55 },
  neutral: { color: "--label-neutral", width: 0.75, dash: [6, 3], alpha: 0.6 },
  first: { color: "--oi-orange", width: 3, fill: 0.2 },
  edge: { color: "--gray-2", width: 1, dash: [2, 3] },
  divider: { color: "--truth", width: 2 },
  second: { color: "--oi-sky", width: 3, dash: [9, 4], fill: 0.2 },
  // A detection beside the truth: what is right about it, and what is wrong.
  right: { color: "--kept", width: 2.5 },
  "wrong-class": { color: "--oi-orange", width: 2.5, dash: [10, 3] },
  misplaced: { color: "--oi-yellow", width: 2.5, dash: [6, 4] },
  twice: { color: "--oi-sky", width: 2, dash: [3, 3] },
  "wrong-both": { color: "--oi-purple", width: 2.5, dash: [9, 3, 2, 3] },
  "on-background": { color: "--suppressed", width: 2, dash: [2, 4] },
  missed: { color: "--truth", width: 3, dash: [2, 5], fill: 0.12 },
};

/**
 * @typedef {object} Layer
 * @property {ArrayLike<number>} boxes flat x1, y1, x2, y2 in pixels of the picture
 * @property {Iterable<number>} indices which of them, in painting order
 * @property {string} style a key of `STYLES`
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
 * @property {() => void} [onPainted]
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

  const maxHeight = options.maxHeight ?? (() => roomFor(root, { least: 220, share: 0.72 }));
  const view = canvasView(root, {
    look: "picture",
    attributes: { role: "img", class: "over" },
    measure: () => (size = sizeOf(scene, root.clientWidth || 320, maxHeight())),
    paint(context) {
      if (painted.image !== scene.image || painted.size !== size) {
        paintPhoto(photo, scene, size);
        painted = { image: scene.image, size };
      }
      paintOver(context, scene, size);
      options.onPainted?.();
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

/** @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Size} size */
function paintOver(context, scene, size) {
  paintHeat(context, scene, size);
  paintGrid(context, scene, size);
  context.translate(-size.left, -size.top);
  for (const layer of scene.layers) paintLayer(context, layer, size);
  /** @type {number[][]} */
  const taken = [];
  for (const layer of scene.layers.toReversed()) paintLabels(context, layer, size, taken);
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
    context.strokeStyle = "rgb(255 255 255 / 0.28)";
    context.lineWidth = 0.75;
    context.stroke();
  }
  if (scene.cell) {
    const [x1, y1, x2, y2] = scene.cell.map((v) => v * size.scale);
    context.strokeStyle = "#000";
    context.lineWidth = 4;
    context.strokeRect(x1 ?? 0, y1 ?? 0, (x2 ?? 0) - (x1 ?? 0), (y2 ?? 0) - (y1 ?? 0));
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    context.strokeRect(x1 ?? 0, y1 ?? 0, (x2 ?? 0) - (x1 ?? 0), (y2 ?? 0) - (y1 ?? 0));
  }
}

const MANY = 400; // boxes; beyond it drawing must be cheap

/**
 * A box as canvas wants it, on half pixels: lines there are sharp and quick to draw.
 * @param {ArrayLike<number>} boxes
 * @param {number} index
 * @param {number} scale
 * @returns {[number, number, number, number]} x, y, width, height in CSS pixels
 */
function placed(boxes, index, scale) {
  const [x1, y1, x2, y2] = boxAt(boxes, index).map((v) => Math.round(v * scale) + 0.5);
  return [x1 ?? 0, y1 ?? 0, (x2 ?? 0) - (x1 ?? 0), (y2 ?? 0) - (y1 ?? 0)];
}

/** @param {CanvasRenderingContext2D} context @param {Layer} layer @param {Size} size */
function clipTo(context, layer, { scale, top, height }) {
  if (!layer.clip) return;
  const [from, to] = layer.clip;
  context.beginPath();
  context.rect(from * scale, top, (to - from) * scale, height);
  context.clip();
}

/**
 * All boxes of a layer in its style; thousands in a plainer one.
 * @param {CanvasRenderingContext2D} context
 * @param {Layer} layer
 * @param {Size} size
 */
function paintLayer(context, layer, size) {
  const { scale } = size;
  const style = STYLES[layer.style];
  if (!style) throw new Error(`no style ${layer.style}`);
  context.save();
  clipTo(context, layer, size);
  const indices = [...layer.indices];
  // Dashes are slow to draw: with many boxes a thin plain line has to do.
  context.setLineDash(indices.length > MANY ? [] : (style.dash ?? []));
  const color = token(style.color);
  context.strokeStyle = color;
  context.lineWidth = style.width;
  if (indices.length > MANY) {
    // One by one: a stroked rectangle is drawn at once, a path of thousands is slow to fill in.
    context.globalAlpha = (style.alpha ?? 1) * 0.7;
    for (const index of indices) context.strokeRect(...placed(layer.boxes, index, scale));
    context.restore();
    return;
  }
  context.beginPath();
  for (const index of indices) context.rect(...placed(layer.boxes, index, scale));
  if (style.fill) {
    context.globalAlpha = style.fill;
    context.fillStyle = color;
    context.fill();
  }
  if (style.width >= 1.5) {
    context.globalAlpha = 1;
    context.strokeStyle = token("--halo");
    context.lineWidth = style.width + 2;
    context.stroke();
  }
  context.globalAlpha = style.alpha ?? 1;
  context.strokeStyle = color;
  context.lineWidth = style.width;
  context.stroke();
  context.restore();
}

/**
 * Captions at the boxes' corners, those of the topmost layer first. One that would cover another
 * moves to the box's lower corner, or is left out: a caption nobody can read says nothing.
 * @param {CanvasRenderingContext2D} context
 * @param {Layer} layer
 * @param {Size} size
 * @param {number[][]} taken x1, y1, x2, y2 of captions so far, in CSS pixels
 */
function paintLabels(context, layer, size, taken) {
  if (!layer.label) return;
  const free = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ w) =>
    taken.every(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => x + w <= x1 || x >= x2 || y + 17 <= y1 || y >= y2);
  context.save();
  clipTo(context, layer, size);
  context.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  for (const index of layer.indices) {
    const text = layer.label(index);
    if (!text) continue;
    const [x1, y1, , y2] = boxAt(layer.boxes, index);
    const width = context.measureText(text).width + 8;
    const x = Math.min(Math.max(x1 * size.scale - 1, size.left), size.left + size.width - width);
    const ys = [y1 * size.scale - 18, y2 * size.scale + 1].map((v) =>
      Math.min(Math.max(v, size.top), size.top + size.height - 18),
    );
    const y = ys.find((v) => free(x, v, width));
    if (y === undefined) continue;
    taken.push([x, y, x + width, y + 17]);
    context.fillStyle = "rgb(0 0 0 / 0.78)";
    context.fillRect(x, y, width, 17);
    context.fillStyle = token(STYLES[layer.style]?.color ?? "--truth");
    context.fillText(text, x + 4, y + 9);
  }
  context.restore();
}
