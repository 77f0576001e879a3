/** Histograms over time as ridges, one picture a row and column, with a function drawn under them. */

import { token } from "../core/dom.js";
import { cells, curveIn, flatParts, ridge } from "../math/ridges.js";
import { canvasView } from "./canvas_view.js";

/**
 * @typedef {object} Ridges
 * @property {ArrayLike<number>} values [columns, rows, bins, moments] heights of the histograms, 0 to 255
 * @property {number} moments
 * @property {{name: string, color: string}[]} columns
 * @property {string[]} rows names
 * @property {ArrayLike<number>} bins their middles
 * @property {ArrayLike<number>} curve the function at them
 * @property {number} [chosen] a row
 * @property {string} summary for a screen reader
 */

const FULL = 110; // the height that a ridge is highest at
const CURVE = 0.27; // of a cell's height
const MOST = 2; // of the function
const FONT = 'Inter, system-ui, -apple-system, "Segoe UI", sans-serif';

/**
 * @param {HTMLElement} root
 * @param {{height: () => number, onRow?: (row: number) => void}} options
 */
export function ridges(root, options) {
  /** @type {Ridges | null} */
  let shown = null;
  let size = { width: 320, height: 240 };
  const view = canvasView(root, {
    look: "plot ridges",
    attributes: { role: "img", class: options.onRow && "pickable" },
    filling: true,
    measure: () => (size = { width: root.clientWidth || 320, height: options.height() }),
    paint: (context) => void (shown && paintRidges(context, shown, size)),
  });
  view.resize();
  view.on(view.canvas, "click", (event) => {
    const [, y] = view.pixelOf(event);
    const table = shown ? tableOf(shown, size) : [];
    const row = table.findIndex(([box]) => box && y >= box.top && y <= box.top + box.height);
    if (row >= 0) options.onRow?.(row);
  });

  return {
    /** @param {Ridges} next */
    update(next) {
      const grown = next.rows.length !== shown?.rows.length;
      shown = next;
      view.describe(next.summary);
      if (grown) view.resize();
      else view.repaint();
    },
    destroy: view.destroy,
  };
}

/** @typedef {{width: number, height: number}} Size */
/** @typedef {import("../math/ridges.js").Box} Box */

/** @param {Ridges} data @param {Size} size */
const tableOf = ({ columns, rows }, size) =>
  cells({ ...size, columns: columns.length, rows: rows.length, left: 30, top: 26, bottom: 24, gap: 8 });

/** @param {CanvasRenderingContext2D} context @param {Ridges} data @param {Size} size */
function paintRidges(context, data, size) {
  const table = tableOf(data, size);
  table.forEach((row, r) => row.forEach((box, c) => paintCell(context, box, data, c, r)));
  context.textBaseline = "middle";
  table[0]?.forEach((box, c) => paintColumnName(context, box, data, c, size.height));
  context.textAlign = "left";
  data.rows.forEach((name, r) => {
    const box = table[r]?.[0];
    if (!box) return;
    const chosen = data.chosen === r;
    context.font = `${chosen ? "700" : "500"} 12px ${FONT}`;
    context.fillStyle = token(chosen ? "--accent" : "--ink");
    context.fillText(name, 8, box.top + box.height / 2, 20);
  });
}

/**
 * A column's name above it, and what its bins are below it.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Ridges} data
 * @param {number} column
 * @param {number} height of the canvas
 */
function paintColumnName(context, box, { columns, bins }, column, height) {
  const { name = "", color = "--ink" } = columns[column] ?? {};
  context.textAlign = "center";
  context.font = `600 12px ${FONT}`;
  context.fillStyle = token(color);
  context.fillText(name, box.left + box.width / 2, 13, box.width);
  context.font = `11px ${FONT}`;
  context.fillStyle = token("--gray-1");
  const reach = Math.round(Math.abs(bins[0] ?? 1));
  for (const at of [-reach / 2, 0, reach / 2]) {
    const x = box.left + box.width * (0.5 + at / (2 * reach));
    context.fillText(String(at).replace("-", "−"), x, height - 11);
  }
}

/**
 * @param {CanvasRenderingContext2D} context @param {Box} cell
 * @param {Ridges} data @param {number} column @param {number} row
 */
function paintCell(context, cell, data, column, row) {
  const { values, moments, bins, curve } = data;
  const color = token(data.columns[column]?.color ?? "--ink");
  const ground = token("--heat-zero");
  const hills = { ...cell, height: cell.height * (1 - CURVE) };
  context.fillStyle = token("--gray-3");
  context.globalAlpha = 0.4;
  for (const [from, to] of flatParts(curve))
    context.fillRect(cell.left + from * cell.width, cell.top, (to - from) * cell.width, cell.height);
  context.globalAlpha = 1;
  for (let k = 0; k < moments; k++) {
    const newest = k === moments - 1;
    const start = (column * data.rows.length + row) * bins.length;
    const heights = Array.from(bins, (_, m) => values[(start + m) * moments + k] ?? 0);
    const { ground: level, points } = ridge(hills, heights, k, moments, FULL);
    const line = new Path2D();
    for (const [x, y] of points) line.lineTo(x, y);
    const area = new Path2D(line);
    area.lineTo(cell.left + cell.width, level);
    area.lineTo(cell.left, level);
    context.fillStyle = ground;
    context.globalAlpha = 0.8;
    context.fill(area);
    context.globalAlpha = newest ? 0.3 : 0;
    context.fillStyle = color;
    context.fill(area);
    context.globalAlpha = newest ? 1 : 0.35 + (0.45 * k) / moments;
    context.strokeStyle = newest ? color : token("--gray-2");
    context.lineWidth = newest ? 2 : 0.8;
    context.stroke(line);
  }
  context.globalAlpha = 1;
  const strip = {
    left: cell.left,
    width: cell.width,
    top: cell.top + hills.height + 4,
    height: cell.height - hills.height - 6,
  };
  context.strokeStyle = token("--gray-2");
  context.lineWidth = 0.75;
  context.strokeRect(cell.left, cell.top + hills.height, cell.width, 0);
  context.beginPath();
  for (const [x, y] of curveIn(strip, curve, MOST)) context.lineTo(x, y);
  context.strokeStyle = token("--ink");
  context.lineWidth = 1.4;
  context.stroke();
}
