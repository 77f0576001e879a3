/** What uPlot is told of a chart: its scales, axes, lines and what we paint ourselves. */

import { h, token } from "../core/dom.js";
import { logTicks, tick } from "../math/series.js";
import { showValues } from "./chart_legend.js";
import { dragMarker, placeHandle } from "./chart_handle.js";
import { paintBeside, rangeWith, wireGuess } from "./chart_guess.js";
import { isGap, paintBands, paintMarks, paintPoints } from "./chart_marks.js";
import uPlot from "./uplot.js";

/** @typedef {import("./chart.js").Chart} Chart */
/** @typedef {import("./chart.js").Line} Line */

export const TYPE = 12; // CSS pixels, as long as nobody presents or has set larger type
const DECADES = 15; // that a log axis shows at most: what is smaller is rounding

/** Columns, as uPlot's types name them. @param {(number | null)[][]} data */
export const aligned = (data) => /** @type {import("../../vendor/uPlot.js").AlignedData} */ (data);

/**
 * @param {HTMLElement} root
 * @param {{width: number, height: number}} size
 * @param {Chart} state
 */
export function buildPlot(root, size, state) {
  const { options } = state;
  const tip = h("div", { class: "chart-tip", "aria-hidden": "true", hidden: true });
  const [logX, logY] = [options.xScale === "log", options.yScale === "log"];
  const plot = new uPlot(
    {
      ...size,
      scales: {
        x: { time: false, range: withGuess(state, "x", rangeX(state)), ...(logX && { distr: 3 }) },
        y: { range: withGuess(state, "y", rangeY(state)), ...(logY && { distr: 3 }) },
      },
      axes: axesOf(state),
      series: seriesOf(state),
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { show: (_, i) => cursorPoint(state.lines[i - 1]) },
      },
      legend: { show: false },
      hooks: {
        drawAxes: [(u) => paintUnder(u, state)],
        draw: [(u) => paintOver(u, state), (u) => placeHandle(u, state)],
        setCursor: [(u) => showValues(u, tip, state)],
      },
    },
    aligned(state.data),
    root,
  );
  plot.over.append(tip);
  wirePicking(plot, state);
  wireGuess(plot, state);
  if (options.handle) dragMarker(plot, options.handle);
  return plot;
}

/** @param {uPlot} plot @param {Chart} state */
function wirePicking(plot, state) {
  const { onPick } = state.options;
  if (!onPick) return;
  plot.over.classList.add("pickable");
  plot.over.addEventListener("click", () => {
    const index = plot.cursor.idx ?? null;
    if (index !== null) onPick(state.data[0]?.[index] ?? NaN);
  });
}

// --- Scales --------------------------------------------------------------------------------------

/** @typedef {(u: uPlot, low: number | null, high: number | null) => uPlot.Range.MinMax} Ranging */

/**
 * A curve drawn by hand is in sight, too.
 * @param {Chart} state
 * @param {"x" | "y"} axis
 * @param {Ranging} range
 * @returns {Ranging}
 */
const withGuess = (state, axis, range) => (u, least, most) => {
  const [low, high] = range(u, least, most);
  if (isGap(low) || isGap(high)) return [low, high];
  return rangeWith(state.guess, axis, [low, high]);
};

/** The scale holds the rules, too. @param {Chart} state @returns {Ranging} */
const rangeY = (state) => (_, low, high) => {
  const { options, shown } = state;
  if (options.yRange) return options.yRange;
  const log = options.yScale === "log";
  const ys = [low, high, ...(shown.rules ?? []).map((rule) => rule.y), shown.here?.y ?? null].filter(
    (v) => v !== null && Number.isFinite(v) && (!log || v > 0),
  );
  if (!ys.length) return log ? [0.1, 1] : [0, 1];
  const values = /** @type {number[]} */ (ys);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (!log) return uPlot.rangeNum(least, most, 0.1, true);
  const lowest = Math.max(least, most / 10 ** DECADES);
  const margin = Math.max((most / lowest) ** 0.06, 1.15);
  return [roundedDown(lowest / margin), most * margin];
};

/** @param {Chart} state @returns {Ranging} */
const rangeX =
  ({ options }) =>
  (_, low, high) => {
    const log = options.xScale === "log";
    if (options.xRange) return options.xRange;
    if (isGap(low) || isGap(high)) return log ? [0.1, 1] : [0, 1];
    return low < high ? [low, high] : log ? [low / 2, high * 2] : [low, high + 1];
  };

/** To 1, 2 or 5 times a power of ten: where a log axis has its ticks. @param {number} value */
function roundedDown(value) {
  const power = 10 ** Math.floor(Math.log10(value) + 1e-9);
  const digit = [5, 2, 1].find((d) => value / power >= d - 1e-9) ?? 1;
  return Number((digit * power).toPrecision(1));
}

// --- Axes ----------------------------------------------------------------------------------------

/** @param {Chart} state @returns {uPlot.Axis[]} */
function axesOf({ options, nameY, scale }) {
  const font = `${TYPE * scale}px system-ui, sans-serif`;
  /** @param {boolean} log @returns {uPlot.Axis} */
  const axis = (log) => ({
    stroke: token("--gray-1"),
    ticks: { show: false },
    font,
    labelFont: font,
    labelSize: 18 * scale,
    values: (_, splits) => splits.map((v) => (isGap(v) ? "" : tick(v))),
    ...(log && ticksOfLog),
    grid: { stroke: token("--gray-3"), width: 1, ...(log && { filter: wholePowers }) },
  });
  const [across, upward] = [axis(options.xScale === "log"), axis(options.yScale === "log")];
  return [
    { ...across, label: options.x, size: 30 * scale, ...(options.whole && { incrs: [1, 2, 5, 10] }) },
    { ...upward, label: nameY, size: 46 * scale },
  ];
}

/** uPlot's own ticks of a log axis are too many for very small numbers. @type {uPlot.Axis} */
const ticksOfLog = {
  splits: (_, __, low, high) => logTicks(low, high),
  filter: (_, splits) => splits,
};

/** On a log scale a line a decade. @type {uPlot.Axis.Filter} */
const wholePowers = (_, splits) =>
  splits.map((v) => (Number.isInteger(Math.round(Math.log10(v) * 1e6) / 1e6) ? v : null));

// --- Lines ---------------------------------------------------------------------------------------

/** @param {Chart} state @returns {uPlot.Series[]} */
function seriesOf({ lines, guess }) {
  return [
    {},
    ...lines.map((line) => ({
      stroke: token(line.color),
      width: line.width ?? 2,
      spanGaps: line.spanGaps ?? false,
      ...(line.dash && { dash: line.dash }),
      ...((line.quiet || line.width === 0 || guess?.open) && { paths: () => null }),
      points: { show: false },
    })),
  ];
}

/** The dot that follows the pointer on a line. @param {Line | undefined} line */
function cursorPoint(line) {
  if (!line || line.quiet) return h("i", { hidden: true });
  const dot = h("i", { class: "cursor-dot" });
  dot.style.background = token(line.color);
  return dot;
}

// --- What lies over the lines --------------------------------------------------------------------

/** @param {uPlot} u @param {Chart} state */
function paintUnder(u, state) {
  if (!state.guess?.open) paintBands(u, state.bands, state.data);
  paintBeside(u, state);
}

/** @param {uPlot} u @param {Chart} state */
function paintOver(u, { options, lines, data, shown, scale, places, guess }) {
  if (guess?.open) return; // what runs would give the answer away
  const { marks = [], rules = [], marker = null, here = null } = shown;
  paintPoints(u, lines, data);
  const all = marker === null || options.handle ? marks : [...marks, { x: marker }];
  paintMarks(u, { marks: all, rules, here, lines, data, scale, places });
}
