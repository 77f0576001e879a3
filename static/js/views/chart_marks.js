/** What lies on a chart beside its lines: bands, points, vertical and horizontal marks. */

import { token } from "../core/dom.js";
import { bestPlace, sampleLine, within } from "../math/label_places.js";
import { drawPoint, outline } from "./shapes.js";

/** @typedef {import("./chart.js").Line} Line */
/** @typedef {import("../math/label_places.js").Box} Box */

/** @typedef {import("../../vendor/uPlot.js")} UPlot */
/** @typedef {(number | null)[][]} Columns */

/**
 * Whether there is no value.
 * @param {number | null | undefined} value
 * @returns {value is null | undefined}
 */
export const isGap = (value) => value === null || value === undefined;

/**
 * Work within the plotting area, in device pixels.
 * @param {UPlot} u
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
 * Where a value is on the canvas, in device pixels.
 * @param {UPlot} u
 * @param {number | null | undefined} x
 * @param {number | null | undefined} y
 * @returns {[number, number]}
 */
const pixelOf = (u, x, y) => [u.valToPos(x ?? NaN, "x", true), u.valToPos(y ?? NaN, "y", true)];

/**
 * The stretches of more than one row in which no column has a gap.
 * @param {Columns} columns the first of them decides how many rows there are
 */
function stretches(columns) {
  const rows = columns[0]?.length ?? 0;
  /** @type {{from: number, to: number}[]} */
  const found = [];
  let from = 0;
  for (let row = 0; row <= rows; row++) {
    if (row < rows && columns.every((column) => !isGap(column[row]))) continue;
    if (row > from + 1) found.push({ from, to: row });
    from = row + 1;
  }
  return found;
}

/**
 * Fill between two lines wherever both have a value.
 * @param {UPlot} u
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
      for (const { from, to } of stretches([xs, low, high])) {
        context.beginPath();
        for (let i = from; i < to; i++) context.lineTo(...pixelOf(u, xs[i], high[i]));
        for (let i = to - 1; i >= from; i--) context.lineTo(...pixelOf(u, xs[i], low[i]));
        context.fill();
      }
    }
  });
}

/** @param {UPlot} u @param {Line[]} lines @param {(number | null)[][]} data */
export function paintPoints(u, lines, data) {
  const ground = token("--card");
  const { min: low = -Infinity, max: high = Infinity } = u.scales.y ?? {};
  lines.forEach((line, i) => {
    const { shape } = line;
    if (!shape || line.quiet || !u.series[i + 1]?.show) return;
    const color = token(line.color);
    const context = /** @type {CanvasRenderingContext2D} */ (u.ctx);
    const r = 3.6 * devicePixelRatio;
    context.save();
    data[i + 1]?.forEach((value, j) => {
      const at = data[0]?.[j];
      if (isGap(value) || isGap(at) || value < low || value > high) return;
      const [x, y] = pixelOf(u, at, value);
      const path = outline(shape, x, y, r);
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
 * @param {UPlot} u
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
    if (line.quiet || !u.series[i + 1]?.show) return;
    /** @type {([number, number] | null)[]} */
    const corners = [];
    for (let j = 0; j < xs.length; j += stride) {
      const [x, y] = [xs[j], data[i + 1]?.[j]];
      if (!isGap(x) && !isGap(y)) corners.push(pixelOf(u, x, y));
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
  /** @param {number[]} xs @param {number[]} ys @returns {Box[]} */
  const each = (xs, ys) => ys.flatMap((py) => xs.map((px) => within({ x: px, y: py, width, height }, area)));
  if (kind === "here") return each([x + 9 * ratio, x - 9 * ratio - width], [above, below]);
  if (kind === "mark") {
    const high = [0, 1, 2, 3, 4].map((k) => area.y + gap + k * height);
    const low = [0.45, 0.6, 0.75, 1].map((part) => area.y + (area.height - height) * part - gap);
    return each([x + 2 * gap, x - 2 * gap - width], [...high, ...low]);
  }
  const ends = [area.x + area.width - width, area.x, area.x + (area.width - width) / 2];
  return ends.flatMap((end) => each([end], [above, below]));
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

/** @typedef {{kind: "rule" | "mark" | "here", text: string, x: number, y: number, color: string}} Label */
/** @typedef {[number, number][]} Stretch corners of what is drawn, in device pixels */

/** @param {UPlot} u @param {Marked} what */
export function paintMarks(u, what) {
  clipped(u, (context, ratio) => {
    context.font = `600 ${11.5 * what.scale * ratio}px system-ui, sans-serif`;
    context.textBaseline = "top";
    context.textAlign = "left";
    const drawn = [
      ...what.rules.map((rule) => paintRule(context, u, rule, ratio)),
      ...what.marks.flatMap((mark) => paintMark(context, u, mark, ratio) ?? []),
      ...(what.here ? [paintHere(context, u, what.here, ratio)] : []),
    ];
    const labels = drawn.map(({ label }) => label).filter(({ text }) => text);
    if (!labels.length) return;
    const samples = samplesOf(u, what.lines, what.data, ratio);
    for (const { stretch } of drawn) sampleLine(stretch, STEP * ratio, samples);
    paintLabels(context, u, labels, samples, what, ratio);
  });
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {UPlot} u
 * @param {import("./chart.js").Rule} rule
 * @param {number} ratio
 * @returns {{stretch: Stretch, label: Label}}
 */
function paintRule(context, u, { y, label: text = "", color: name = "--gray-1", dash = [5, 4] }, ratio) {
  const { left, width } = u.bbox;
  const at = Math.round(u.valToPos(y, "y", true));
  const color = token(name);
  /** @type {Stretch} */
  const stretch = [
    [left, at],
    [left + width, at],
  ];
  stroke(context, stretch, color, 1.5 * ratio, dash, ratio);
  return { stretch, label: { kind: "rule", text, x: left + width, y: at, color } };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {UPlot} u
 * @param {import("./chart.js").Mark} mark
 * @param {number} ratio
 * @returns {{stretch: Stretch, label: Label} | null} null outside of the chart
 */
function paintMark(context, u, { x, label: text = "", color: name = "--accent", dash = [] }, ratio) {
  const { left, top, width, height } = u.bbox;
  const at = Math.round(u.valToPos(x, "x", true));
  if (!(at >= left - 1 && at <= left + width + 1)) return null;
  const color = token(name);
  /** @type {Stretch} */
  const stretch = [
    [at, top],
    [at, top + height],
  ];
  stroke(context, stretch, color, 2 * ratio, dash, ratio);
  return { stretch, label: { kind: "mark", text, x: at, y: top, color } };
}

/**
 * A dot with its line down to the axis.
 * @param {CanvasRenderingContext2D} context
 * @param {UPlot} u
 * @param {import("./chart.js").Here} here
 * @param {number} ratio
 * @returns {{stretch: Stretch, label: Label}}
 */
function paintHere(context, u, here, ratio) {
  const [x, y] = pixelOf(u, here.x, here.y);
  const color = token(here.color ?? "--accent");
  /** @type {Stretch} */
  const stretch = [
    [x, y],
    [x, u.bbox.top + u.bbox.height],
  ];
  stroke(context, stretch, color, 1 * ratio, [2, 3], ratio);
  for (const [r, fill] of /** @type {[number, string][]} */ ([
    [7, token("--card")],
    [5, color],
    [2, token("--card")],
  ])) {
    context.fillStyle = fill;
    context.fill(outline("circle", x, y, r * ratio));
  }
  return { stretch, label: { kind: "here", text: here.label ?? "", x, y, color } };
}

/**
 * Each at the place that covers least of what is drawn.
 * @param {CanvasRenderingContext2D} context
 * @param {UPlot} u
 * @param {Label[]} labels
 * @param {number[]} samples of what is drawn
 * @param {Marked} what
 * @param {number} ratio
 */
function paintLabels(context, u, labels, samples, { scale, places }, ratio) {
  const { left, top, width, height } = u.bbox;
  const area = { x: left, y: top, width, height };
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
