/** Line charts, drawn by uPlot, in the page's colors. */

import uPlot from "../../vendor/uPlot.js";
import { h, token } from "../core/dom.js";
import { number } from "../core/i18n.js";

/**
 * @typedef {{name: string, color: string, dash?: number[], digits?: number}} Line
 */

/**
 * @param {HTMLElement} root
 * @param {{
 *   x: string, y: string, lines: Line[], height?: number,
 *   xRange?: [number, number], yRange?: [number, number],
 *   onPick?: (x: number) => void,
 * }} options
 */
export function chart(root, options) {
  const plotRoot = h("div", { class: "chart" });
  const summary = h("p", { class: "visually-hidden" });
  root.append(plotRoot, summary);
  /** @type {number | null} */
  let marker = null;
  /** @type {any} */
  let data = [[], ...options.lines.map(() => [])];
  /** @type {any} */
  let plot = null;

  const drawMarker = (/** @type {any} */ u) => {
    if (marker === null) return;
    const x = Math.round(u.valToPos(marker, "x", true));
    u.ctx.save();
    u.ctx.strokeStyle = token("--accent");
    u.ctx.lineWidth = 2 * devicePixelRatio;
    u.ctx.beginPath();
    u.ctx.moveTo(x, u.bbox.top);
    u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
    u.ctx.stroke();
    u.ctx.restore();
  };
  const build = () => {
    plot?.destroy();
    const axis = {
      stroke: token("--gray-1"),
      grid: { stroke: token("--gray-3"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui, sans-serif",
      labelFont: "12px system-ui, sans-serif",
    };
    plot = new uPlot(
      {
        width: Math.max(root.clientWidth, 200),
        height: options.height ?? 190,
        scales: {
          x: { time: false, ...(options.xRange && { range: options.xRange }) },
          y: { ...(options.yRange && { range: options.yRange }) },
        },
        axes: [
          { ...axis, label: options.x, labelSize: 18, size: 30 },
          { ...axis, label: options.y, labelSize: 18, size: 46 },
        ],
        series: [
          { label: options.x, value: (/** @type {any} */ _, /** @type {any} */ v) => (v == null ? "–" : number(v, 2)) },
          ...options.lines.map((line) => ({
            label: line.name,
            stroke: token(line.color),
            width: 2,
            ...(line.dash && { dash: line.dash }),
            points: { show: false },
            value: (/** @type {any} */ _, /** @type {any} */ v) => (v == null ? "–" : number(v, line.digits ?? 0)),
          })),
        ],
        cursor: { y: false, drag: { x: false, y: false } },
        legend: { live: true },
        hooks: { draw: [drawMarker] },
      },
      data,
      plotRoot,
    );
    plot.over.addEventListener("click", () => {
      const index = plot.cursor.idx;
      if (index != null) options.onPick?.(data[0][index]);
    });
  };
  build();
  const watcher = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(root.clientWidth, 200), height: options.height ?? 190 }),
  );
  watcher.observe(root);
  addEventListener("themechange", build);
  return {
    /** @param {{columns: any, marker?: number | null, summary: string}} next columns: x, then a row a line */
    update(next) {
      const fresh = data !== next.columns;
      data = next.columns;
      marker = next.marker ?? null;
      summary.textContent = next.summary;
      if (fresh) plot.setData(data);
      else plot.redraw(false);
    },
    destroy() {
      watcher.disconnect();
      removeEventListener("themechange", build);
      plot.destroy();
      plotRoot.remove();
      summary.remove();
    },
  };
}
