/** What lies on a chart beside its lines: bands, points, vertical and horizontal marks. */

import { token } from "../core/dom.js";
import { bestPlace, sampleLine, within } from "../math/label_places.js";
import { drawPoint, outline } from "./shapes.js";

/** @typedef {import("./chart.js").Line} Line */
/** @typedef {import("../math/label_places.js").Box} Box */

/**
 * Work within the plotting area, in device pixels.
 * @param {any} u the uPlot
 * @param {(context: CanvasRenderingContext2D, ratio: number) => void} draw
 */
function clipped(u, draw) {
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
  clipped(u, (context) => {
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
          for (let i = from; i < to; i++)
            context.lineTo(u.valToPos(xs[i], "x", true), u.valToPos(high[i], "y", true));
          for (let i = to - 1; i >= from; i--)
            context.lineTo(u.valToPos(xs[i], "x", true), u.valToPos(low[i], "y", true));
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
      if (value == null || at == null || value < u.scales.y.min || value > u.scales.y.max) return;
      const x = u.valToPos(at, "x", true);
      const path = outline(shape, x, u.valToPos(value, "y", true), r);
      drawPoint(context, path, {
        fill: line.hollow ? "hollow" : "full",
        color,
        ground,
        width: 1.5 * devicePixelRatio,
        x,
        reach: r,
      });
    });
    context.restore();
  });
}

const STEP = 5; // CSS pixels between samples of a line
const SAMPLED = 240; // corners of a line, at most

/**
 * Samples of all that is drawn, so that a label can keep off it.
 * @param {any} u
 * @param {Line[]} lines
 * @param {(number | null)[][]} data
 * @param {number} ratio
 */
function samplesOf(u, lines, data, ratio) {
  /** @type {number[]} */
  const samples = [];
  const xs = data[0] ?? [];
  const stride = Math.max(1, Math.ceil(xs.length / SAMPLED));
  lines.forEach((line, i) => {
    if (line.quiet || !u.series[i + 1].show) return;
    /** @type {([number, number] | null)[]} */
    const corners = [];
    for (let j = 0; j < xs.length; j += stride) {
      const [x, y] = [xs[j], data[i + 1]?.[j]];
      if (x != null && y != null) corners.push([u.valToPos(x, "x", true), u.valToPos(y, "y", true)]);
      else if (!line.spanGaps) corners.push(null);
      if (line.width === 0) corners.push(null); // points only
    }
    sampleLine(corners, STEP * ratio, samples);
  });
  return samples;
}

/**
 * Where a label may stand: of a rule above or below it at either end, of a mark at its sides at
 * several heights, of a point around it.
 * @param {"rule" | "mark" | "here"} kind
 * @param {number} x in device pixels
 * @param {number} y
 * @param {{width: number, height: number}} size of the label
 * @param {Box} area
 * @param {number} ratio
 * @returns {Box[]}
 */
function placesOf(kind, x, y, size, area, ratio) {
  const { width, height } = size;
  const gap = 2 * ratio;
  const [above, below] = [y - height - gap, y + gap];
  /** @type {[number, number][]} */
  let corners = [];
  if (kind === "rule") {
    const ends = [area.x + area.width - width, area.x, area.x + (area.width - width) / 2];
    corners = ends.flatMap(
      (at) =>
        /** @type {[number, number][]} */ ([
          [at, above],
          [at, below],
        ]),
    );
  } else if (kind === "mark") {
    const heights = [0, 1, 2, 3, 4].map((k) => area.y + gap + k * height);
    heights.push(...[0.45, 0.6, 0.75, 1].map((part) => area.y + (area.height - height) * part - gap));
    corners = heights.flatMap(
      (at) =>
        /** @type {[number, number][]} */ ([
          [x + 2 * gap, at],
          [x - 2 * gap - width, at],
        ]),
    );
  } else {
    const [right, left] = [x + 9 * ratio, x - 9 * ratio - width];
    corners = [
      [right, above],
      [left, above],
      [right, below],
      [left, below],
    ];
  }
  return corners.map(([px, py]) => within({ x: px, y: py, width, height }, area));
}

/**
 * @typedef {object} Marked
 * @property {import("./chart.js").Mark[]} marks
 * @property {import("./chart.js").Rule[]} rules
 * @property {import("./chart.js").Here | null} here
 * @property {Line[]} lines
 * @property {(number | null)[][]} data
 * @property {number} scale of the type
 * @property {Map<string, number>} places where each label stood when it was drawn last
 */

/** @param {any} u @param {Marked} what */
export function paintMarks(u, { marks, rules, here, lines, data, scale, places }) {
  const { left, top, width, height } = u.bbox;
  const area = { x: left, y: top, width, height };
  const inside = (/** @type {number} */ x) => x >= left - 1 && x <= left + width + 1;
  clipped(u, (context, ratio) => {
    context.font = `600 ${11.5 * scale * ratio}px system-ui, sans-serif`;
    context.textBaseline = "top";
    context.textAlign = "left";
    /** @type {{kind: "rule" | "mark" | "here", text: string, x: number, y: number, color: string}[]} */
    const labels = [];
    const drawn = /** @type {[number, number][][]} */ ([]);
    for (const { y, label: text, color = "--gray-1", dash = [5, 4] } of rules) {
      const at = Math.round(u.valToPos(y, "y", true));
      drawn.push([
        [left, at],
        [left + width, at],
      ]);
      stroke(context, drawn.at(-1) ?? [], token(color), 1.5 * ratio, dash, ratio);
      if (text) labels.push({ kind: "rule", text, x: left + width, y: at, color: token(color) });
    }
    for (const { x, label: text, color = "--accent", dash = [] } of marks) {
      const at = Math.round(u.valToPos(x, "x", true));
      if (!inside(at)) continue;
      drawn.push([
        [at, top],
        [at, top + height],
      ]);
      stroke(context, drawn.at(-1) ?? [], token(color), 2 * ratio, dash, ratio);
      if (text) labels.push({ kind: "mark", text, x: at, y: top, color: token(color) });
    }
    if (here) {
      const [x, y] = [u.valToPos(here.x, "x", true), u.valToPos(here.y, "y", true)];
      const color = token(here.color ?? "--accent");
      drawn.push([
        [x, y],
        [x, top + height],
      ]);
      paintHere(context, drawn.at(-1) ?? [], color, ratio);
      if (here.label) labels.push({ kind: "here", text: here.label, x, y, color });
    }
    if (!labels.length) return;
    const samples = samplesOf(u, lines, data, ratio);
    for (const line of drawn) sampleLine(line, STEP * ratio, samples);
    /** @type {Box[]} */
    const taken = [];
    for (const { kind, text, x, y, color } of labels) {
      const size = { width: context.measureText(text).width + 8 * ratio, height: 16 * scale * ratio };
      const candidates = placesOf(kind, x, y, size, area, ratio);
      const place = bestPlace(candidates, samples, taken, places.get(text));
      const box = candidates[place];
      if (!box) continue;
      places.set(text, place);
      taken.push(box);
      paintLabel(context, text, box, color, ratio);
    }
  });
}

/**
 * On a scrap of the card, so that lines do not run through it.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {Box} box
 * @param {string} color
 * @param {number} ratio
 */
function paintLabel(context, text, { x, y, width, height }, color, ratio) {
  context.globalAlpha = 0.85;
  context.fillStyle = token("--card");
  context.fillRect(x, y, width, height);
  context.globalAlpha = 1;
  context.fillStyle = color;
  context.fillText(text, x + 4 * ratio, y + 2 * ratio);
}

/**
 * A dot with its line down to the axis.
 * @param {CanvasRenderingContext2D} context
 * @param {[number, number][]} line
 * @param {string} color
 * @param {number} ratio
 */
function paintHere(context, line, color, ratio) {
  const [x, y] = line[0] ?? [0, 0];
  stroke(context, line, color, 1 * ratio, [2, 3], ratio);
  for (const [r, fill] of /** @type {[number, string][]} */ ([
    [7, token("--card")],
    [5, color],
    [2, token("--card")],
  ])) {
    context.fillStyle = fill;
    context.fill(outline("circle", x, y, r * ratio));
  }
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
