/** What lies on a chart beside its lines: bands, points, vertical and horizontal marks. */

import { token } from "../core/dom.js";
import { drawPoint, outline } from "./shapes.js";

/** @typedef {import("./chart.js").Line} Line */

/**
 * Work within the plotting area, in device pixels.
 * @param {any} u the uPlot
 * @param {(context: CanvasRenderingContext2D, ratio: number) => void} draw
 */
function within(u, draw) {
  const context = /** @type {CanvasRenderingContext2D} */ (u.ctx);
  context.save();
  context.beginPath();
  context.rect(u.bbox.left, u.bbox.top, u.bbox.width, u.bbox.height);
  context.clip();
  draw(context, devicePixelRatio);
  context.restore();
}

/**
 * Fill between two lines wherever both have a value.
 * @param {any} u
 * @param {import("./chart.js").Band[]} bands
 * @param {(number | null)[][]} data
 */
export function paintBands(u, bands, data) {
  if (!bands.length) return;
  const xs = data[0] ?? [];
  within(u, (context) => {
    for (const { between, color, alpha = 0.16 } of bands) {
      const [low = [], high = []] = between.map((line) => data[line + 1] ?? []);
      context.fillStyle = token(color);
      context.globalAlpha = alpha;
      let from = 0;
      while (from < xs.length) {
        let to = from;
        while (to < xs.length && xs[to] != null && low[to] != null && high[to] != null) to++;
        if (to > from + 1) {
          context.beginPath();
          for (let i = from; i < to; i++) context.lineTo(u.valToPos(xs[i], "x", true), u.valToPos(high[i], "y", true));
          for (let i = to - 1; i >= from; i--) context.lineTo(u.valToPos(xs[i], "x", true), u.valToPos(low[i], "y", true));
          context.fill();
        }
        from = to + 1;
      }
    }
  });
}

/** @param {any} u @param {Line[]} lines @param {(number | null)[][]} data */
export function paintPoints(u, lines, data) {
  const ground = token("--card");
  lines.forEach((line, i) => {
    const { shape } = line;
    if (!shape || line.quiet || !u.series[i + 1].show) return;
    const color = token(line.color);
    const context = /** @type {CanvasRenderingContext2D} */ (u.ctx);
    const r = 3.6 * devicePixelRatio;
    context.save();
    data[i + 1]?.forEach((value, j) => {
      const at = data[0]?.[j];
      if (value == null || at == null) return;
      const x = u.valToPos(at, "x", true);
      const path = outline(shape, x, u.valToPos(value, "y", true), r);
      drawPoint(context, path, { fill: line.hollow ? "hollow" : "full", color, ground, width: 1.5 * devicePixelRatio, x, reach: r });
    });
    context.restore();
  });
}

/**
 * @param {any} u
 * @param {{
 *   marks: import("./chart.js").Mark[], rules: import("./chart.js").Rule[],
 *   here: import("./chart.js").Here | null,
 * }} what
 */
export function paintMarks(u, { marks, rules, here }) {
  const { left, top, width, height } = u.bbox;
  const inside = (/** @type {number} */ x) => x >= left - 1 && x <= left + width + 1;
  within(u, (context, ratio) => {
    context.font = `600 ${11.5 * ratio}px system-ui, sans-serif`;
    context.textBaseline = "top";
    context.textAlign = "left";
    /** @type {number[][]} */
    const taken = [];
    /** A label on a scrap of the card, so that lines do not run through it. @type {(text: string, x: number, y: number, color: string) => void} */
    const label = (text, x, y, color) => {
      const w = context.measureText(text).width + 8 * ratio;
      const lineHeight = 16 * ratio;
      const px = Math.min(Math.max(x, left), left + width - w);
      let py = Math.min(Math.max(y, top), top + height - lineHeight);
      const meets = () => taken.some(([a = 0, b = 0, c = 0]) => px < a + c && a < px + w && Math.abs(py - b) < lineHeight);
      while (meets() && py + 2 * lineHeight < top + height) py += lineHeight;
      taken.push([px, py, w]);
      context.globalAlpha = 0.85;
      context.fillStyle = token("--card");
      context.fillRect(px, py, w, lineHeight);
      context.globalAlpha = 1;
      context.fillStyle = color;
      context.fillText(text, px + 4 * ratio, py + 2 * ratio);
    };
    for (const { y, label: text, color = "--gray-1", dash = [5, 4] } of rules) {
      const at = Math.round(u.valToPos(y, "y", true));
      stroke(context, [[left, at], [left + width, at]], token(color), 1.5 * ratio, dash, ratio);
      if (text) label(text, left + width, at - 18 * ratio, token(color));
    }
    for (const { x, label: text, color = "--accent", dash = [] } of marks) {
      const at = Math.round(u.valToPos(x, "x", true));
      if (!inside(at)) continue;
      stroke(context, [[at, top], [at, top + height]], token(color), 2 * ratio, dash, ratio);
      if (text) label(text, at + 4 * ratio, top + 2 * ratio, token(color));
    }
    if (here) {
      const [x, y] = [u.valToPos(here.x, "x", true), u.valToPos(here.y, "y", true)];
      const color = token(here.color ?? "--accent");
      stroke(context, [[x, y], [x, top + height]], color, 1 * ratio, [2, 3], ratio);
      for (const [r, fill] of /** @type {[number, string][]} */ ([[7, token("--card")], [5, color], [2, token("--card")]])) {
        context.fillStyle = fill;
        context.fill(outline("circle", x, y, r * ratio));
      }
      if (here.label) label(here.label, x + 9 * ratio, y - 18 * ratio, color);
    }
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number[][]} points
 * @param {string} color
 * @param {number} width
 * @param {number[]} dash
 * @param {number} ratio
 */
function stroke(context, points, color, width, dash, ratio) {
  context.beginPath();
  for (const [x = 0, y = 0] of points) context.lineTo(x, y);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash.map((d) => d * ratio));
  context.stroke();
  context.setLineDash([]);
}
