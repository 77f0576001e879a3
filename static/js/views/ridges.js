/** Histograms over time as ridges, one picture a row and column, with a function drawn under them. */

import { context2d, h, oncePerFrame, token } from "../core/dom.js";
import { cells, curveIn, flatParts, ridge } from "../math/ridges.js";

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
  const canvas = h("canvas", { role: "img" });
  const frame = h("div", { class: "plot ridges" }, canvas);
  root.append(frame);
  canvas.classList.toggle("pickable", Boolean(options.onRow));
  /** @type {Ridges | null} */
  let shown = null;
  let [width, height] = [320, 240];
  const table = () =>
    cells({
      width,
      height,
      columns: shown?.columns.length ?? 1,
      rows: shown?.rows.length ?? 1,
      left: 30,
      top: 26,
      bottom: 24,
      gap: 8,
    });

  const paint = oncePerFrame(() => {
    if (!shown) return;
    const context = context2d(canvas, width, height);
    const { columns, rows, bins } = shown;
    table().forEach((row, r) =>
      row.forEach((box, c) => paintCell(context, box, /** @type {Ridges} */ (shown), c, r)),
    );
    context.fillStyle = token("--ink");
    context.textBaseline = "middle";
    const [first] = table();
    context.textAlign = "center";
    columns.forEach(({ name, color }, c) => {
      const box = first?.[c];
      if (!box) return;
      context.font = `600 12px ${FONT}`;
      context.fillStyle = token(color);
      context.fillText(name, box.left + box.width / 2, 13, box.width);
      context.font = `11px ${FONT}`;
      context.fillStyle = token("--gray-1");
      const reach = Math.round(Math.abs(bins[0] ?? 1));
      for (const at of [-reach / 2, 0, reach / 2])
        context.fillText(
          String(at).replace("-", "−"),
          box.left + box.width * (0.5 + at / (2 * reach)),
          height - 11,
        );
    });
    context.textAlign = "left";
    rows.forEach((name, r) => {
      const box = table()[r]?.[0];
      if (!box) return;
      context.font = `${shown?.chosen === r ? "700" : "500"} 12px ${FONT}`;
      context.fillStyle = token(shown?.chosen === r ? "--accent" : "--ink");
      context.fillText(name, 8, box.top + box.height / 2, 20);
    });
  });
  const resize = () => {
    width = root.clientWidth || 320;
    height = options.height();
    frame.style.height = `${height}px`;
    paint();
  };
  const watcher = new ResizeObserver(resize);
  watcher.observe(root);
  addEventListener("themechange", paint);
  addEventListener("resize", resize);
  resize();
  canvas.addEventListener("click", (event) => {
    const y = event.clientY - canvas.getBoundingClientRect().top;
    const row = table().findIndex(([box]) => box && y >= box.top && y <= box.top + box.height);
    if (row >= 0) options.onRow?.(row);
  });

  return {
    /** @param {Ridges} next */
    update(next) {
      const grown = next.rows.length !== shown?.rows.length;
      shown = next;
      if (canvas.getAttribute("aria-label") !== next.summary) canvas.setAttribute("aria-label", next.summary);
      if (grown) resize();
      else paint();
    },
    destroy() {
      watcher.disconnect();
      removeEventListener("themechange", paint);
      removeEventListener("resize", resize);
      frame.remove();
    },
  };
}

/**
 * @param {CanvasRenderingContext2D} context @param {import("../math/ridges.js").Box} cell
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
