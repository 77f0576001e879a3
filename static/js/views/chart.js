/** Line charts, drawn by uPlot, in the page's colors; bands, points, marks and rules by ourselves. */

import uPlot from "../../vendor/uPlot.js";
import { h, oncePerFrame, token } from "../core/dom.js";
import { number, t } from "../core/i18n.js";
import { csvOf, logTicks, tick, withGaps } from "../math/series.js";
import { paintBands, paintMarks, paintPoints } from "./chart_marks.js";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {string} color a token such as "--role-train"
 * @property {number[]} [dash]
 * @property {number} [digits] decimals in the legend
 * @property {number} [width] of the line; 0 draws none (points only)
 * @property {import("./shapes.js").Shape} [shape] a point at every value
 * @property {boolean} [hollow] points without filling
 * @property {boolean} [spanGaps] joined across gaps: its points lie between those of another line
 * @property {boolean} [quiet] only a band's edge: neither drawn nor in the legend
 */
/** @typedef {{between: [number, number], color: string, alpha?: number}} Band numbers of two lines, from 0 */
/** @typedef {{x: number, label?: string, color?: string, dash?: number[]}} Mark a vertical line */
/** @typedef {{y: number, label?: string, color?: string, dash?: number[]}} Rule a horizontal line */
/** @typedef {{x: number, y: number, label?: string, color?: string}} Here where the visitor is */
/**
 * @typedef {object} ChartOptions
 * @property {string} x name of the axis
 * @property {string} y
 * @property {Line[]} lines
 * @property {Band[]} [bands]
 * @property {number} [height]
 * @property {"linear" | "log"} [xScale] on a log scale, what is not above zero is a gap
 * @property {"linear" | "log"} [yScale]
 * @property {[number, number]} [xRange]
 * @property {[number, number]} [yRange]
 * @property {boolean} [whole] ticks across at whole numbers only
 * @property {(x: number) => void} [onPick]
 */
/**
 * @typedef {object} ChartData
 * @property {any} columns x, then a column a line; null and NaN are gaps
 * @property {string} summary for a screen reader
 * @property {number | null} [marker] one plain vertical line
 * @property {Mark[]} [marks]
 * @property {Rule[]} [rules]
 * @property {Here | null} [here]
 * @property {string} [y] another name of the axis than before: the chart is built anew
 * @property {Line[]} [lines] others than before: the chart is built anew
 * @property {Band[]} [bands]
 */

/** To 1, 2 or 5 times a power of ten: where a log axis has its ticks. @param {number} value */
function roundedDown(value) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const digit = [5, 2, 1].find((d) => value / power >= d - 1e-9) ?? 1;
  return Number((digit * power).toPrecision(1));
}

const DECADES = 15; // that a log axis shows at most: what is smaller is rounding
const SIZE = 12; // CSS pixels of the type, as long as nobody presents or has set larger type

/**
 * @param {HTMLElement} root
 * @param {ChartOptions} options
 */
export function chart(root, options) {
  const plotRoot = h("div", { class: "chart" });
  const summary = h("p", { class: "visually-hidden" });
  root.append(plotRoot, summary);
  let lines = options.lines;
  let bands = options.bands ?? [];
  let nameY = options.y;
  const [logX, logY] = [options.xScale === "log", options.yScale === "log"];
  /** @type {ChartData} */
  let shown = { columns: [[], ...lines.map(() => [])], summary: "" };
  /** @type {any} */
  let data = shown.columns;
  /** @type {any} */
  let plot = null;

  /** Of the type: the stylesheet's, which grows for the projector. */
  const scaleOf = () => parseFloat(getComputedStyle(plotRoot).fontSize) / SIZE || 1;
  let scale = 1;
  /** @type {Map<string, number>} */
  const places = new Map();

  const marks = () => [...(shown.marks ?? []), ...(shown.marker == null ? [] : [{ x: shown.marker }])];
  /** The scale holds the rules, too. @type {(u: any, low: number | null, high: number | null) => any} */
  const rangeY = (_, low, high) => {
    if (options.yRange) return options.yRange;
    const ys = [low, high, ...(shown.rules ?? []).map((r) => r.y), shown.here?.y].filter(
      (v) => v != null && Number.isFinite(v) && (!logY || v > 0),
    );
    if (!ys.length) return logY ? [0.1, 1] : [0, 1];
    const [least, most] = [
      Math.min(.../** @type {number[]} */ (ys)),
      Math.max(.../** @type {number[]} */ (ys)),
    ];
    if (!logY) return uPlot.rangeNum(least, most, 0.1, true);
    const lowest = Math.max(least, most / 10 ** DECADES);
    const margin = Math.max((most / lowest) ** 0.06, 1.15);
    return [roundedDown(lowest / margin), most * margin];
  };
  /** @type {(u: any, low: number | null, high: number | null) => any} */
  const rangeX = (_, low, high) => {
    if (options.xRange) return options.xRange;
    if (low == null || high == null) return logX ? [0.1, 1] : [0, 1];
    return low < high ? [low, high] : logX ? [low / 2, high * 2] : [low, high + 1];
  };
  const size = () => ({
    width: Math.max(root.clientWidth, 200),
    height: Math.round((options.height ?? 190) * scale),
  });
  /** On a log scale a line a decade. @param {boolean} log */
  const gridOf = (log) => ({
    stroke: token("--gray-3"),
    width: 1,
    ...(log && {
      filter: (/** @type {any} */ _, /** @type {number[]} */ splits) =>
        splits.map((v) => (Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6) ? v : null)),
    }),
  });
  /** uPlot's own ticks of a log axis are too many for very small numbers. @param {boolean} log */
  const ticksOf = (log) =>
    log && {
      splits: (
        /** @type {any} */ _,
        /** @type {number} */ __,
        /** @type {number} */ low,
        /** @type {number} */ high,
      ) => logTicks(low, high),
      filter: (/** @type {any} */ _, /** @type {number[]} */ splits) => splits,
    };
  const build = () => {
    plot?.destroy();
    scale = scaleOf();
    const font = `${SIZE * scale}px system-ui, sans-serif`;
    const axis = {
      stroke: token("--gray-1"),
      ticks: { show: false },
      font,
      labelFont: font,
      values: (/** @type {any} */ _, /** @type {(number | null)[]} */ splits) =>
        splits.map((v) => (v == null ? "" : tick(v))),
    };
    plot = new uPlot(
      {
        ...size(),
        scales: {
          x: { time: false, range: rangeX, ...(logX && { distr: 3 }) },
          y: { range: rangeY, ...(logY && { distr: 3 }) },
        },
        axes: [
          {
            ...axis,
            ...ticksOf(logX),
            grid: gridOf(logX),
            label: options.x,
            labelSize: 18 * scale,
            size: 30 * scale,
            ...(options.whole && { incrs: [1, 2, 5, 10] }),
          },
          {
            ...axis,
            ...ticksOf(logY),
            grid: gridOf(logY),
            label: nameY,
            labelSize: 18 * scale,
            size: 46 * scale,
          },
        ],
        series: [
          {
            label: options.x,
            value: (/** @type {any} */ _, /** @type {any} */ v) => (v == null ? "–" : legendNumber(v)),
          },
          ...lines.map((line) => ({
            label: line.name,
            stroke: token(line.color),
            width: line.width ?? 2,
            spanGaps: line.spanGaps ?? false,
            ...(line.dash && { dash: line.dash }),
            ...(line.quiet && { class: "quiet" }),
            ...((line.quiet || line.width === 0) && { paths: () => null }),
            points: { show: false },
            value: (/** @type {any} */ _, /** @type {any} */ v) =>
              v == null ? "–" : number(v, line.digits ?? 0),
          })),
        ],
        cursor: {
          y: false,
          drag: { x: false, y: false },
          points: { show: (/** @type {any} */ _, /** @type {number} */ i) => cursorPoint(i) },
        },
        legend: {
          live: true,
          markers: {
            dash: (/** @type {any} */ _, /** @type {number} */ i) =>
              lines[i - 1]?.dash ? "dashed" : "solid",
          },
        },
        hooks: {
          drawAxes: [(/** @type {any} */ u) => paintBands(u, bands, data)],
          draw: [
            (/** @type {any} */ u) => {
              paintPoints(u, lines, data);
              paintMarks(u, {
                marks: marks(),
                rules: shown.rules ?? [],
                here: shown.here ?? null,
                lines,
                data,
                scale,
                places,
              });
            },
          ],
        },
      },
      data,
      plotRoot,
    );
    if (options.onPick) plot.over.classList.add("pickable");
    plot.over.addEventListener("click", () => {
      const index = plot.cursor.idx;
      if (index != null) options.onPick?.(data[0][index]);
    });
  };
  /** @param {number} i number of a series @returns {any} */
  const cursorPoint = (i) => {
    const line = lines[i - 1];
    if (!line || line.quiet) return h("i", { hidden: true });
    const dot = h("i", { class: "cursor-dot" });
    dot.style.background = token(line.color);
    return dot;
  };
  const legendNumber = (/** @type {number} */ v) =>
    Number.isInteger(v) ? number(v, 0) : Math.abs(v) < 0.01 ? tick(Number(v.toPrecision(3))) : number(v, 2);

  let [rebuild, fresh, resized] = [false, false, false];
  const paint = oncePerFrame(() => {
    if (rebuild) build();
    else {
      if (resized) plot.setSize(size());
      if (fresh) plot.setData(data);
      else if (!resized) plot.redraw(false);
    }
    rebuild = fresh = resized = false;
  });
  build();
  const watcher = new ResizeObserver(() => {
    resized = true;
    if (!fresh && !rebuild) paint();
    else plot.setSize(size());
  });
  watcher.observe(root);
  const rebuilt = () => {
    rebuild = true;
    paint();
  };
  const presented = () => {
    if (scaleOf() !== scale) rebuilt();
  };
  addEventListener("themechange", rebuilt);
  addEventListener("resize", presented);
  let gone = false;

  return {
    /** @param {ChartData} next */
    update(next) {
      const moved = JSON.stringify([next.rules, next.here]) !== JSON.stringify([shown.rules, shown.here]);
      if (next.columns !== shown.columns) {
        const columns = /** @type {import("../math/series.js").Column[]} */ (Array.from(next.columns));
        data = columns.map((column, i) => withGaps(column, i === 0 ? logX : logY));
        fresh = true;
      } else if (moved) fresh = true; // the scale may have to grow
      if (next.lines && JSON.stringify(next.lines) !== JSON.stringify(lines)) rebuild = true;
      if (next.lines) lines = next.lines;
      if (next.y !== undefined && next.y !== nameY) {
        nameY = next.y;
        rebuild = true;
      }
      if (next.bands) bands = next.bands;
      shown = next;
      if (summary.textContent !== next.summary) summary.textContent = next.summary;
      if (!gone) paint();
    },
    /** What is shown, as a file for a spreadsheet. */
    toCsv: () => csvOf([options.x, ...lines.map((line) => line.name)], shown.columns),
    /** The chart as a picture on the page's card. @returns {Promise<Blob>} */
    toPng() {
      const source = plot.ctx.canvas;
      const canvas = h("canvas", { width: source.width, height: source.height });
      const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      context.fillStyle = token("--card");
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(source, 0, 0);
      return new Promise((resolve, reject) =>
        canvas.toBlob((blob) =>
          blob ? resolve(blob) : reject(new Error(t("This picture cannot be saved."))),
        ),
      );
    },
    destroy() {
      gone = true;
      watcher.disconnect();
      removeEventListener("themechange", rebuilt);
      removeEventListener("resize", presented);
      plot.destroy();
      plotRoot.remove();
      summary.remove();
    },
  };
}
