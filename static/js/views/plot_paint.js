/** How the layers of a plane are painted; views/plot.js says what they are. */

import { contours } from "../math/contour.js";
import { token } from "../core/dom.js";
import { cellRange } from "../math/plane.js";
import { heatImage } from "./heat_image.js";
import { FONT_FAMILY, typeScale } from "./plot_axes.js";
import { CLASS_POINTS, CLASS_SHAPES, ROLES } from "./marks.js";
import { drawPoint, outline } from "./shapes.js";

/** @typedef {import("../math/plane.js").Plane} Plane */
/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./plot.js").Layer} Layer */
/** @template {Layer["type"]} T @typedef {Extract<Layer, {type: T}>} Of */

/** @param {Context} context @param {Plane} on @param {Of<"heat">} layer */
function heat(context, on, layer) {
  const { rows, columns, alpha = 1 } = layer;
  const [x0, x1] = cellRange(layer.x ?? on.x, columns);
  const [y0, y1] = cellRange(layer.y ?? on.y, rows);
  context.globalAlpha = alpha;
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  const [left, top] = [on.toX(x0), on.toY(y1)];
  context.drawImage(
    heatImage(layer.ramp, layer.values, rows, columns),
    left,
    top,
    on.toX(x1) - left,
    on.toY(y0) - top,
  );
}

/** @param {Context} context @param {Plane} on @param {Of<"contour">} layer */
function contour(context, on, layer) {
  const { values, rows, columns, level, color = "--ink", width = 2, dash = [] } = layer;
  const [x0, x1] = layer.x ?? on.x;
  const [y0, y1] = layer.y ?? on.y;
  context.beginPath();
  for (const polyline of contours(values, rows, columns, level)) {
    for (let i = 0; i < polyline.length; i += 2) {
      const x = x0 + ((polyline[i] ?? 0) / (columns - 1)) * (x1 - x0);
      const y = y0 + ((polyline[i + 1] ?? 0) / (rows - 1)) * (y1 - y0);
      if (i === 0) context.moveTo(on.toX(x), on.toY(y));
      else context.lineTo(on.toX(x), on.toY(y));
    }
  }
  stroke(context, token(color), width, dash);
}

/** @param {Context} context @param {string} color @param {number} width @param {number[]} dash */
function stroke(context, color, width, dash) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineJoin = context.lineCap = "round";
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** @param {Context} context @param {Plane} on @param {Of<"band">} layer */
function band(context, on, { xs, lo, hi, color = "--accent", alpha = 0.16 }) {
  context.beginPath();
  for (let i = 0; i < xs.length; i++) context.lineTo(on.toX(xs[i] ?? 0), on.toY(hi[i] ?? 0));
  for (let i = xs.length - 1; i >= 0; i--) context.lineTo(on.toX(xs[i] ?? 0), on.toY(lo[i] ?? 0));
  context.closePath();
  context.globalAlpha = alpha;
  context.fillStyle = token(color);
  context.fill();
}

/**
 * A curve, with gaps where a value is not a number.
 * @param {Context} context
 * @param {Plane} on
 * @param {Of<"line">} layer
 */
function line(context, on, { xs, ys, color, width = 2, dash = [], alpha = 1 }) {
  context.beginPath();
  let drawing = false;
  for (let i = 0; i < xs.length; i++) {
    const [x = NaN, y = NaN] = [xs[i], ys[i]];
    const there = Number.isFinite(x) && Number.isFinite(y);
    // Far outside it is cut, because a canvas loses precision there.
    const [px, py] = [on.toX(x), Math.min(Math.max(on.toY(y), -4000), 8000)];
    if (there && drawing) context.lineTo(px, py);
    else if (there) context.moveTo(px, py);
    drawing = there;
  }
  context.globalAlpha = alpha;
  stroke(context, token(color), width, dash);
}

/** @param {Context} context @param {Plane} on @param {Of<"points">} layer */
function points(context, on, layer) {
  const { x, y, category, role = "train", size = 5, alpha = 1, selected = -1 } = layer;
  const look = ROLES[role];
  const ground = token("--heat-zero");
  const colors = category ? CLASS_POINTS.map(token) : [];
  const own = token(layer.color ?? look.color);
  context.globalAlpha = alpha;
  for (let i = 0; i < x.length; i++) {
    const [px, py] = [on.toX(x[i] ?? NaN), on.toY(y[i] ?? NaN)];
    const kind = category?.[i] ?? 0;
    const shape = layer.shape ?? (category ? (CLASS_SHAPES[kind] ?? "circle") : look.shape);
    const path = outline(shape, px, py, size);
    drawPoint(context, path, {
      fill: look.fill,
      color: category ? (colors[kind] ?? own) : own,
      ground,
      x: px,
      reach: size * 1.5,
    });
  }
  if (selected < 0 || selected >= x.length) return;
  const ring = outline("circle", on.toX(x[selected] ?? NaN), on.toY(y[selected] ?? NaN), size + 6);
  for (const [color, width] of /** @type {[string, number][]} */ ([
    ["--heat-zero", 4],
    ["--ink", 1.75],
  ])) {
    context.strokeStyle = token(color);
    context.lineWidth = width;
    context.stroke(ring);
  }
}

/** @param {Context} context @param {Plane} on @param {Of<"arrow">} layer */
function arrow(context, on, { from, to, label: text, color = "--ink", width = 2 }) {
  const [x0, y0, x1, y1] = [on.toX(from[0]), on.toY(from[1]), on.toX(to[0]), on.toY(to[1])];
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 1) return;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const head = Math.min(11, length * 0.5);
  const shaft = new Path2D();
  shaft.moveTo(x0, y0);
  shaft.lineTo(x1 - ux * head * 0.7, y1 - uy * head * 0.7);
  const tip = new Path2D();
  tip.moveTo(x1, y1);
  tip.lineTo(x1 - ux * head - uy * head * 0.42, y1 - uy * head + ux * head * 0.42);
  tip.lineTo(x1 - ux * head + uy * head * 0.42, y1 - uy * head - ux * head * 0.42);
  tip.closePath();
  context.strokeStyle = token("--heat-zero");
  context.lineWidth = width + 3;
  context.stroke(shaft);
  context.strokeStyle = context.fillStyle = token(color);
  context.lineWidth = width;
  context.stroke(shaft);
  context.fill(tip);
  if (text) caption(context, on, text, x1 + ux * 12, y1 + uy * 12, color, ux < -0.3 ? "right" : "left");
}

/**
 * Words with a halo of the ground, kept inside the plane.
 * @param {Context} context
 * @param {Plane} on
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {string} color
 * @param {"left" | "right"} align
 */
function caption(context, on, text, x, y, color, align) {
  context.font = `600 ${12.5 * typeScale()}px ${FONT_FAMILY}`;
  context.textBaseline = "middle";
  const width = context.measureText(text).width;
  const { left, top, width: w, height: tall } = on.area;
  const px = Math.min(Math.max(align === "right" ? x - width : x, left + 6), left + w - width - 6);
  const py = Math.min(Math.max(y, top + 12), top + tall - 12);
  context.globalAlpha = 1;
  context.lineJoin = "round";
  context.strokeStyle = token("--heat-zero");
  context.lineWidth = 4;
  context.strokeText(text, px, py);
  context.fillStyle = token(color);
  context.fillText(text, px, py);
}

/**
 * A label beside its place, with a thin leader line.
 * @param {Context} context
 * @param {Plane} on
 * @param {Of<"label">} layer
 */
function label(context, on, { x, y, text, color = "--ink", leader }) {
  const [px, py] = [on.toX(x), on.toY(y)];
  const [dx, dy] = leader ?? [8, 0];
  if (leader) {
    context.beginPath();
    context.moveTo(px, py);
    context.lineTo(px + dx, py + dy);
    stroke(context, token(color), 1, []);
  }
  caption(context, on, text, px + dx + (dx < 0 ? -4 : 4), py + dy, color, dx < 0 ? "right" : "left");
}

const PAINTERS = { heat, contour, band, line, points, arrow, label };

/** @param {Context} context @param {Plane} on @param {Layer[]} layers */
export function paintLayers(context, on, layers) {
  context.save();
  context.beginPath();
  context.rect(on.area.left, on.area.top, on.area.width, on.area.height);
  context.clip();
  for (const layer of layers) {
    context.globalAlpha = 1;
    PAINTERS[layer.type](context, on, /** @type {any} */ (layer));
  }
  // The lines' names last, so that nothing lies over them.
  for (const layer of layers) {
    if (layer.type !== "line" || !layer.label) continue;
    const at = Math.round((layer.xs.length - 1) * (layer.labelAt ?? 0.92));
    const py = on.toY(layer.ys[at] ?? NaN);
    if (Number.isFinite(py))
      caption(context, on, layer.label, on.toX(layer.xs[at] ?? 0) - 4, py - 14, layer.color, "right");
  }
  context.restore();
}
