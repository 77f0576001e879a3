/** Boxes on a picture, layer by layer: lines, heat where there are hundreds, captions. */

import { token } from "../core/dom.js";
import { boxAt } from "../math/geometry.js";
import { densityOf, FEW, heatRamp, inkOf, LINES, linesWithin, SPECIAL } from "../math/ink.js";
import { markOf } from "./marks.js";
import { fitting } from "./plot_axes.js";

/** @typedef {import("./picture.js").Layer} Layer */
/** @typedef {import("./picture.js").Size} Size */
/** @typedef {import("./marks.js").Mark} Mark */
/**
 * A layer as it is drawn.
 * @typedef {object} Drawn
 * @property {Layer} layer
 * @property {Mark} mark
 * @property {number[]} lines boxes that are drawn as lines
 * @property {number[]} hot boxes that show as heat
 */

const PALE = 0.35; // of its opacity, that a pale layer keeps
const WEAKEST = 0.3; // of its opacity, that the box with the lowest score keeps
const LEVELS = 6; // of opacity: the boxes of one are drawn by one stroke
const HALO = 2; // CSS pixels of dark around a thick line, both sides together
const THIN = 1.5; // CSS pixels of a line at most, where there are hundreds

/** @param {Layer} layer @param {Mark} mark @param {number} index */
const opacityOf = ({ strength, pale }, { alpha = 1 }, index) =>
  alpha * (pale ? PALE : 1) * (strength ? WEAKEST + (1 - WEAKEST) * strength(index) : 1);

/**
 * What becomes of each layer's boxes. Those on top choose first.
 * @param {Layer[]} layers
 * @param {Size} size
 * @returns {Drawn[]}
 */
export function drawnOf(layers, { scale, width, height }) {
  const all = layers.map((layer) => ({ layer, mark: markOf(layer.style), lines: [...layer.indices] }));
  const few = all.reduce((sum, { lines }) => sum + lines.length, 0) <= FEW;
  if (few) return all.map((one) => ({ ...one, hot: [] }));
  const special = all.filter(({ lines }) => lines.length <= SPECIAL);
  let room = (LINES * width * height) / scale ** 2;
  for (const { layer, mark, lines } of special)
    room -= inkOf(layer.boxes, lines, (mark.width + HALO) / scale);
  /** @type {Drawn[]} */
  const drawn = [];
  for (const one of all.toReversed()) {
    const { layer, mark, lines } = one;
    if (special.includes(one)) {
      drawn.unshift({ ...one, hot: [] });
      continue;
    }
    const thin = { ...mark, width: Math.min(mark.width, THIN), dash: [] };
    const { count, left } = linesWithin(layer.boxes, lines, thin.width / scale, room);
    drawn.unshift({ layer, mark: thin, lines: lines.slice(0, count), hot: lines.slice(count) });
    room = left;
  }
  return drawn;
}

/**
 * @param {CanvasRenderingContext2D} context moved to the picture's own origin
 * @param {Layer[]} layers
 * @param {Size} size
 */
export function paintBoxes(context, layers, size) {
  const drawn = drawnOf(layers, size);
  const heats = drawn.filter(({ hot }) => hot.length).length;
  for (const one of drawn) {
    context.save();
    clipTo(context, one.layer, size);
    if (one.hot.length) paintHeat(context, one, size, heats);
    context.restore();
  }
  for (const one of drawn) {
    context.save();
    clipTo(context, one.layer, size);
    paintLines(context, one, size.scale);
    context.restore();
  }
  return drawn;
}

/** @param {CanvasRenderingContext2D} context @param {Layer} layer @param {Size} size */
function clipTo(context, layer, { scale, top, height }) {
  if (!layer.clip) return;
  const [from, to] = layer.clip;
  context.beginPath();
  context.rect(from * scale, top, (to - from) * scale, height);
  context.clip();
}

/** @type {{canvas: OffscreenCanvas, inner: OffscreenCanvasRenderingContext2D} | null} */
let kept = null;

/**
 * A small canvas to draw heat on, the same each time: a new one costs a millisecond.
 * @param {number} columns
 * @param {number} rows
 */
function scratch(columns, rows) {
  if (kept?.canvas.width !== columns || kept.canvas.height !== rows) {
    const canvas = new OffscreenCanvas(columns, rows);
    const inner = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    kept = { canvas, inner };
  }
  kept.inner.globalCompositeOperation = "source-over";
  return kept;
}

/**
 * Where most of the boxes lie.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {Size} size
 * @param {number} heats of the picture
 */
function paintHeat(context, { layer, mark, hot }, { scale, left, top, width, height }, heats) {
  const frame = { x: left / scale, y: top / scale, width: width / scale, height: height / scale };
  const { counts, rows, columns } = densityOf(layer.boxes, hot, frame);
  const { canvas, inner } = scratch(columns, rows);
  const pixels = inner.createImageData(columns, rows);
  const ramp = heatRamp(counts, heats);
  for (let i = 0; i < counts.length; i++) pixels.data[4 * i + 3] = 255 * ramp(counts[i] ?? 0);
  inner.putImageData(pixels, 0, 0);
  inner.globalCompositeOperation = "source-in";
  inner.fillStyle = token(mark.color);
  inner.fillRect(0, 0, columns, rows);
  context.globalAlpha = layer.pale ? PALE : 1;
  context.drawImage(canvas, left, top, width, height);
}

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

/**
 * The boxes of one opacity by one stroke, the strongest last.
 * @param {CanvasRenderingContext2D} context
 * @param {Drawn} drawn
 * @param {number} scale
 */
function paintLines(context, { layer, mark, lines }, scale) {
  /** @type {number[][]} */
  const levels = Array.from({ length: LEVELS }, () => []);
  for (const index of lines) {
    const strength = Math.min(Math.max(layer.strength?.(index) ?? 1, 0), 1);
    levels[Math.round(strength * (LEVELS - 1))]?.push(index);
  }
  levels.forEach((indices, level) => {
    if (!indices.length) return;
    context.beginPath();
    for (const index of indices) context.rect(...placed(layer.boxes, index, scale));
    strokeMark(context, mark, opacityOf({ ...layer, strength: () => level / (LEVELS - 1) }, mark, 0));
  });
}

/** @param {CanvasRenderingContext2D} context @param {Mark} mark @param {number} opacity */
function strokeMark(context, mark, opacity) {
  const color = token(mark.color);
  context.setLineDash(mark.dash ?? []);
  if (mark.fill) {
    context.globalAlpha = mark.fill;
    context.fillStyle = color;
    context.fill();
  }
  context.globalAlpha = opacity;
  if (mark.width > THIN) {
    context.strokeStyle = token("--halo");
    context.lineWidth = mark.width + HALO;
    context.stroke();
  }
  context.strokeStyle = color;
  context.lineWidth = mark.width;
  context.stroke();
}

/**
 * Captions at the boxes' corners, those of the topmost layer first. One that would cover another
 * moves to the box's lower corner, or is left out: a caption nobody can read says nothing.
 * @param {CanvasRenderingContext2D} context
 * @param {Layer[]} layers
 * @param {Size} size
 */
export function paintCaptions(context, layers, size) {
  /** @type {number[][]} */
  const taken = [];
  for (const layer of layers.toReversed()) paintCaptionsOf(context, layer, size, taken);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Layer} layer
 * @param {Size} size
 * @param {number[][]} taken x1, y1, x2, y2 of captions so far, in CSS pixels
 */
function paintCaptionsOf(context, layer, size, taken) {
  if (!layer.label) return;
  const free = (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ w) =>
    taken.every(([x1 = 0, y1 = 0, x2 = 0, y2 = 0]) => x + w <= x1 || x >= x2 || y + 17 <= y1 || y >= y2);
  context.save();
  clipTo(context, layer, size);
  context.font = `600 12px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "middle";
  for (const index of layer.indices) {
    const told = layer.label(index);
    if (!told) continue;
    const text = fitting(context, told, size.width - 8);
    const [x1, y1, , y2] = boxAt(layer.boxes, index);
    const width = context.measureText(text).width + 8;
    const x = Math.min(Math.max(x1 * size.scale - 1, size.left), size.left + size.width - width);
    const ys = [y1 * size.scale - 18, y2 * size.scale + 1].map((v) =>
      Math.min(Math.max(v, size.top), size.top + size.height - 18),
    );
    const y = ys.find((v) => free(x, v, width));
    if (y === undefined) continue;
    taken.push([x, y, x + width, y + 17]);
    context.fillStyle = token("--caption-ground");
    context.fillRect(x, y, width, 17);
    context.fillStyle = token(markOf(layer.style).color);
    context.fillText(text, x + 4, y + 9);
  }
  context.restore();
}
