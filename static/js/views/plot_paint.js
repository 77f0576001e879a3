/** How the layers of a plane are painted; views/plot.js says what they are. */

import { axis, axisName } from "../core/axis.js";
import { contours } from "../math/contour.js";
import { token } from "../core/dom.js";
import { cellRange } from "../math/plane.js";
import { CLASS_COLORS, CLASS_SHAPES, drawPoint, outline, ROLES } from "./shapes.js";

/** @typedef {import("../math/plane.js").Plane} Plane */
/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("./plot.js").Layer} Layer */
/** @typedef {import("../core/axis.js").Unit} Unit */
/** @template {Layer["type"]} T @typedef {Extract<Layer, {type: T}>} Of */

const FONT_FAMILY = 'Inter, system-ui, -apple-system, "Segoe UI", sans-serif';

/** Of the type on a plane: larger for the projector. */
export const typeScale = () => (document.documentElement.classList.contains("presenting") ? 1.36 : 1);

/**
 * Pictures of grids, so that one is only made when its values are others.
 * @type {WeakMap<object, {key: string, canvas: OffscreenCanvas}>}
 */
let made = new WeakMap();

/** @param {string} name of a token @returns {[number, number, number]} */
function rgb(name) {
  const [r = 0, g = 0, b = 0] = (token(name).match(/[\d.]+/g) ?? []).map(Number);
  return [r, g, b];
}

/** A table of 256 colors. @param {"sign" | "gray"} ramp */
function table(ramp) {
  const stops =
    ramp === "sign" ? ["--heat-minus", "--heat-zero", "--heat-plus"] : ["--heat-zero", "--gray-1"];
  const colors = stops.map(rgb);
  const rows = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (colors.length - 1);
    const low = Math.min(Math.floor(at), colors.length - 2);
    for (let k = 0; k < 3; k++) {
      const [a = 0, b = 0] = [colors[low]?.[k], colors[low + 1]?.[k]];
      rows[i * 4 + k] = a + (b - a) * (at - low);
    }
    rows[i * 4 + 3] = 255;
  }
  return rows;
}

/** @param {Of<"heat">} layer @param {Uint8ClampedArray} pixels row 0 of the grid becomes the lowest */
function fillHeat({ ramp, values, rows, columns }, pixels) {
  const cells = rows * columns;
  const up = (/** @type {number} */ i) =>
    ((rows - 1 - Math.floor(i / columns)) * columns + (i % columns)) * 4;
  if (ramp !== "classes") {
    const colors = table(ramp);
    for (let i = 0; i < cells; i++) {
      const at = (values[i] ?? 0) * 4;
      pixels.set(colors.subarray(at, at + 4), up(i));
    }
    return;
  }
  const classes = Math.round(values.length / cells);
  const ground = rgb("--heat-zero");
  const colors = CLASS_COLORS.slice(0, classes).map((name) => rgb(name));
  const full = values instanceof Uint8Array ? 255 : 1;
  for (let i = 0; i < cells; i++) {
    for (let k = 0; k < 3; k++) {
      let mixed = 0;
      let total = 0;
      for (let c = 0; c < classes; c++) {
        const share = (values[c * cells + i] ?? 0) / full;
        mixed += share * (colors[c]?.[k] ?? 0);
        total += share;
      }
      const color = total > 0 ? mixed / total : (ground[k] ?? 0);
      pixels[up(i) + k] = (ground[k] ?? 0) * 0.52 + color * 0.48;
    }
    pixels[up(i) + 3] = 255;
  }
}

/**
 * A grid of values as a picture of as many pixels; made once for the same values.
 * @param {Of<"heat">["ramp"]} ramp @param {Of<"heat">["values"]} values @param {number} rows @param {number} columns
 */
export function heatImage(ramp, values, rows, columns) {
  const key = `${ramp} ${token("--heat-zero")} ${rows} ${columns}`;
  let picture = made.get(values);
  if (picture?.key !== key) {
    const canvas = new OffscreenCanvas(columns, rows);
    const inner = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext("2d"));
    const pixels = inner.createImageData(columns, rows);
    fillHeat(/** @type {Of<"heat">} */ ({ type: "heat", ramp, values, rows, columns }), pixels.data);
    inner.putImageData(pixels, 0, 0);
    picture = { key, canvas };
    made.set(values, picture);
  }
  return picture.canvas;
}

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
  for (const line of contours(values, rows, columns, level)) {
    for (let i = 0; i < line.length; i += 2) {
      const x = x0 + ((line[i] ?? 0) / (columns - 1)) * (x1 - x0);
      const y = y0 + ((line[i + 1] ?? 0) / (rows - 1)) * (y1 - y0);
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
  const colors = category ? CLASS_COLORS.map((name) => token(name.replace("class", "class-point"))) : [];
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

/** @param {number} scale */
const tickFont = (scale) => `${11.5 * scale}px ${FONT_FAMILY}`;

/**
 * Both axes of a plane, with about as many ticks as have room.
 * @param {Plane} on @param {[Unit, Unit]} units
 */
function axesOf(on, [ux, uy]) {
  const scale = typeScale();
  return {
    across: axis(
      ux.offset + ux.scale * on.x[0],
      ux.offset + ux.scale * on.x[1],
      Math.max(2, Math.floor(on.area.width / (62 * scale))),
    ),
    upward: axis(
      uy.offset + uy.scale * on.y[0],
      uy.offset + uy.scale * on.y[1],
      Math.max(2, Math.floor(on.area.height / (48 * scale))),
    ),
  };
}

/**
 * The room that the widest text of the upward axis takes, pixels.
 * @param {Plane} on
 * @param {[Unit, Unit]} units
 */
export function roomForTicks(on, units) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(1, 1).getContext("2d")
  );
  context.font = tickFont(typeScale());
  return (
    Math.max(0, ...axesOf(on, units).upward.ticks.map(({ text }) => context.measureText(text).width)) + 12
  );
}

/** @param {Context} context @param {Plane} on @param {{units: [Unit, Unit], grid: boolean}} look */
export function paintAxes(context, on, { units, grid }) {
  const { left, top, width, height } = on.area;
  const [bottom, right] = [top + height, left + width];
  const [ux, uy] = units;
  const { across, upward } = axesOf(on, units);
  context.save();
  context.font = tickFont(typeScale());
  context.fillStyle = token("--gray-1");
  context.strokeStyle = token("--gray-3");
  context.lineWidth = 1;
  context.beginPath();
  context.textAlign = "center";
  context.textBaseline = "top";
  for (const { at, text } of across.ticks) {
    const x = sharp(on.toX((at - ux.offset) / ux.scale));
    context.moveTo(x, grid ? top : bottom);
    context.lineTo(x, bottom + 4);
    const half = context.measureText(text).width / 2; // inside the canvas at both ends
    context.fillText(text, Math.min(Math.max(x, half + 2), on.width - half - 2), bottom + 8);
  }
  context.textAlign = "right";
  context.textBaseline = "middle";
  for (const { at, text } of upward.ticks) {
    const y = sharp(on.toY((at - uy.offset) / uy.scale));
    context.moveTo(grid ? right : left, y);
    context.lineTo(left - 4, y);
    context.fillText(text, left - 8, y);
  }
  context.stroke();
  if (!grid)
    context.strokeRect(sharp(left) - 1, sharp(top) - 1, Math.round(width) + 1, Math.round(height) + 1);
  paintNames(context, on, axisName(ux.name, across.note), axisName(uy.name, upward.note));
  context.restore();
}

/** @param {number} v */
const sharp = (v) => Math.round(v) + 0.5;

/** @param {Context} context @param {Plane} on @param {string} across @param {string} upward */
function paintNames(context, on, across, upward) {
  const { left, top, width, height } = on.area;
  const scale = typeScale();
  context.font = `italic ${13 * scale}px ${FONT_FAMILY}`;
  context.fillStyle = token("--ink");
  context.textBaseline = "alphabetic";
  const room = on.width - 12;
  context.textAlign = "right";
  if (across)
    context.fillText(
      fitting(context, across, room),
      Math.max(left + width, Math.min(context.measureText(across).width, room) + 6),
      top + height + 38 * scale,
    );
  context.textAlign = "left";
  if (upward) context.fillText(fitting(context, upward, room), Math.max(left - 34 * scale, 6), top - 13);
}

/**
 * A name, cut where there is no room for all of it.
 * @param {Context} context
 * @param {string} text
 * @param {number} room
 */
function fitting(context, text, room) {
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > room) shown = `${shown.slice(0, -2)}…`;
  return shown;
}

addEventListener("themechange", () => (made = new WeakMap()));
