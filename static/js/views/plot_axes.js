/** The axes of a plane: ticks, grid lines, names. */

import { axis, axisName } from "../core/axis.js";
import { token } from "../core/dom.js";

/** @typedef {import("../math/plane.js").Plane} Plane */
/** @typedef {CanvasRenderingContext2D} Context */
/** @typedef {import("../core/axis.js").Unit} Unit */

export const FONT_FAMILY = 'Inter, system-ui, -apple-system, "Segoe UI", sans-serif';

/** Of the type on a plane: larger for the projector. */
export const typeScale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

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
export function fitting(context, text, room) {
  let shown = text;
  while (shown.length > 1 && context.measureText(shown).width > room) shown = `${shown.slice(0, -2)}…`;
  return shown;
}
