/** Line charts, drawn by uPlot, in the page's colors; bands, points, marks and rules by ourselves. */

import { h, token } from "../core/dom.js";
import { sentences, t } from "../core/i18n.js";
import { csvOf, withGaps } from "../math/series.js";
import { onBegun } from "../core/session/begun.js";
import { newCurve } from "../math/hand_drawn.js";
import { lookBack } from "./chart_guess.js";
import { showKeys } from "./chart_legend.js";
import { charts } from "./chart_places.js";
import { aligned, buildPlot, TYPE } from "./chart_plot.js";
import { placeHandle } from "./chart_handle.js";
import { viewLife } from "./life.js";
import { roomFor } from "./room.js";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {string} color a token such as "--role-train"
 * @property {number[]} [dash]
 * @property {number} [digits] decimals of the values that are shown
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
 * @property {number} [height] CSS pixels on a page that scrolls, where it grows with the type; a view that
 *   fills the window gives its charts the room that there is
 * @property {number} [most] CSS pixels of its height where it fills its view
 * @property {"linear" | "log"} [xScale] on a log scale, what is not above zero is a gap
 * @property {"linear" | "log"} [yScale]
 * @property {[number, number]} [xRange]
 * @property {[number, number]} [yRange]
 * @property {boolean} [whole] ticks across at whole numbers only
 * @property {(x: number) => void} [onPick]
 * @property {import("./chart_handle.js").Handle} [handle] by which the marker is dragged
 * @property {boolean} [overSteps] of a run: what the run before has drawn stays, pale
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

/**
 * A chart as it is now.
 * @typedef {object} Chart
 * @property {ChartOptions} options
 * @property {Line[]} lines
 * @property {Band[]} bands
 * @property {string} nameY
 * @property {ChartData} shown
 * @property {(number | null)[][]} data the columns, gaps null
 * @property {number} scale of the type: the stylesheet's, which grows for the projector
 * @property {Map<string, number>} places where each label stood when it was drawn last
 * @property {import("./chart_guess.js").Guess | null} guess drawn by hand
 * @property {(number | null)[][] | null} before the columns of the run before
 */
/**
 * What the next paint has to do.
 * @typedef {object} Due
 * @property {boolean} rebuild
 * @property {boolean} fresh
 * @property {boolean} resized
 * @property {boolean} redraw more than the place of the handle
 */

/**
 * @param {HTMLElement} root
 * @param {() => ChartOptions} optionsOf the chart, with its names in the language of now
 */
export function chart(root, optionsOf) {
  const life = viewLife();
  const plotRoot = h("div", { class: "chart" });
  const keys = h("div", { class: "chart-keys" });
  root.append(plotRoot, keys);
  const state = chartOf(optionsOf());
  /** @type {Due} */
  const due = { rebuild: false, fresh: false, resized: false, redraw: false };
  const sizeNow = () => sizeOf(plotRoot, state);
  const build = () => {
    state.scale = typeScaleOf(plotRoot);
    const built = buildPlot(plotRoot, sizeNow(), state);
    describe(built, state);
    return built;
  };
  let plot = build();

  const paint = life.oncePerFrame(() => {
    if (due.rebuild || due.fresh) showKeys(keys, state);
    if (due.rebuild) {
      plot.destroy();
      plot = build();
    } else renew(plot, state, due, sizeNow);
    due.rebuild = due.fresh = due.resized = due.redraw = false;
  });
  const rebuild = () => {
    due.rebuild = true;
    paint();
  };
  life.onTheme(rebuild);
  life.onLanguage(() => {
    rename(state, optionsOf());
    rebuild();
  });
  life.onResize(root, () => {
    if (typeScaleOf(plotRoot) !== state.scale) return rebuild();
    due.resized = true;
    if (!due.fresh && !due.rebuild) paint();
    else plot.setSize(sizeNow());
  });

  const forgetBeside = wireBeside(root, state, rebuild);

  return {
    /** @param {ChartData} next */
    update(next) {
      take(state, due, next);
      describe(plot, state);
      paint();
    },
    /** What is shown, as a file for a spreadsheet. */
    toCsv: () => csvOf([state.options.x, ...state.lines.map((line) => line.name)], state.shown.columns),
    /** The chart as a picture on the page's card, without its handle. */
    toPng: () => pictureOf(plot.ctx.canvas),
    destroy() {
      life.end();
      forgetBeside();
      plot.destroy();
      plotRoot.remove();
      keys.remove();
    },
  };
}

/**
 * @param {import("../../vendor/uPlot.js")} plot
 * @param {Chart} state
 * @param {Due} due
 * @param {() => {width: number, height: number}} sizeNow
 */
function renew(plot, state, { fresh, resized, redraw }, sizeNow) {
  if (resized) plot.setSize(sizeNow());
  if (fresh) plot.setData(aligned(state.data));
  else if (redraw && !resized) plot.redraw(false);
  else placeHandle(plot, state);
}

/**
 * What lies beside its lines: a curve by hand is done when a run begins, and what that run replaces stays.
 * @param {HTMLElement} root
 * @param {Chart} state
 * @param {() => void} rebuild
 * @returns {() => void} ends it
 */
function wireBeside(root, state, rebuild) {
  const log = () => ({ x: state.options.xScale === "log", y: state.options.yScale === "log" });
  charts.set(root, {
    get log() {
      return log();
    },
    askForGuess(axes) {
      if (!axes && !state.guess) return;
      state.guess = axes && { ...newCurve(axes, log()), open: true };
      rebuild();
    },
    showBundle(axes, bundle, open) {
      state.guess = axes && { ...newCurve(axes, log()), open, bundle };
      rebuild();
    },
  });
  const forget = onBegun(() => {
    if (state.guess) state.guess = { ...state.guess, open: false };
    if (state.options.overSteps) state.before = lookBack(state);
    if (state.guess || state.before) rebuild();
  });
  return () => {
    forget();
    charts.delete(root);
  };
}

/**
 * What a screen reader says of it: its canvas is a picture with a name.
 * @param {import("../../vendor/uPlot.js")} plot
 * @param {Chart} state
 */
function describe({ ctx: { canvas } }, { shown: { summary }, nameY, options }) {
  const words = sentences([t("{y} against {x}.", { y: nameY, x: options.x }), summary]);
  if (canvas.getAttribute("aria-label") === words) return;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words);
}

/** Nothing yet. @param {ChartOptions} options @returns {Chart} */
function chartOf(options) {
  const { lines, bands = [], y } = options;
  const columns = [[], ...lines.map(() => [])];
  const shown = { columns, summary: "" };
  const beside = { guess: null, before: null };
  return { options, lines, bands, nameY: y, shown, data: columns, scale: 1, places: new Map(), ...beside };
}

/**
 * The same chart in another language; names that an update has told are told by the next one.
 * @param {Chart} state
 * @param {ChartOptions} options
 */
function rename(state, options) {
  const { lines, nameY } = state;
  if (lines === state.options.lines) state.lines = options.lines;
  if (nameY === state.options.y) state.nameY = options.y;
  state.options = options;
}

/** @param {HTMLElement} plotRoot */
const typeScaleOf = (plotRoot) => parseFloat(getComputedStyle(plotRoot).fontSize) / TYPE || 1;

const LEAST = 130; // CSS pixels of a chart's height
const MOST = 480;

/** @param {HTMLElement} plotRoot @param {Chart} state */
const sizeOf = (plotRoot, { options, scale }) => ({
  width: Math.max(plotRoot.clientWidth, 200),
  height: roomFor(plotRoot, {
    least: LEAST,
    most: options.most ?? MOST,
    share: ((options.height ?? 190) * scale) / innerHeight,
  }),
});

/**
 * Take what is told anew, and note what has to be drawn for it.
 * @param {Chart} state
 * @param {Due} due
 * @param {ChartData} next
 */
function take(state, due, next) {
  const { options, shown, lines } = state;
  const moved = JSON.stringify([next.rules, next.here]) !== JSON.stringify([shown.rules, shown.here]);
  due.redraw ||= !onlyMoves(state, next);
  if (next.columns !== shown.columns) {
    const columns = /** @type {import("../math/series.js").Column[]} */ (Array.from(next.columns));
    const logs = [options.xScale === "log", options.yScale === "log"];
    state.data = columns.map((column, i) => withGaps(column, Boolean(logs[Math.min(i, 1)])));
    due.fresh = true;
  } else if (moved) due.fresh = true; // the scale may have to grow
  if (next.lines) {
    if (JSON.stringify(next.lines) !== JSON.stringify(lines)) due.rebuild = true;
    if (looksOf(next.lines) !== looksOf(lines)) state.before = null; // of other lines
    state.lines = next.lines;
  }
  if (next.y !== undefined && next.y !== state.nameY) {
    state.nameY = next.y;
    due.rebuild = true;
  }
  if (next.bands) state.bands = next.bands;
  state.shown = next;
}

/** Whether only the handle is elsewhere: it needs no paint. @param {Chart} state @param {ChartData} next */
function onlyMoves({ options, shown }, next) {
  const names = /** @type {(keyof ChartData)[]} */ (Object.keys({ ...shown, ...next }));
  const other = names.filter((name) => next[name] !== shown[name]);
  return Boolean(options.handle) && other.every((name) => name === "marker" || name === "summary");
}

/** Lines, in whatever language they are named. @param {Line[]} lines */
const looksOf = (lines) => JSON.stringify(lines.map(({ name: _, ...look }) => look));

/** @param {HTMLCanvasElement} source @returns {Promise<Blob>} */
function pictureOf(source) {
  const canvas = h("canvas", { width: source.width, height: source.height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.fillStyle = token("--card");
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(source, 0, 0);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error(t("This picture cannot be saved."))))),
  );
}
