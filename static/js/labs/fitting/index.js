/** The `fitting` lab: the fitted curve, its errors while it learns, and error against capacity. */

import { configOf, liveNames, stateOfPage } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { onLanguage, t } from "../../core/i18n.js";
import { wireLesson } from "../../parts/lesson.js";
import { sayReading, unitsOf } from "../../parts/own_table.js";
import { encodeHeights, encodeRows, heightsOf } from "../../math/points.js";
import { runKeys, trainingSession } from "../../core/session/session.js";
import { pngOf } from "../../parts/png.js";
import { wireTools } from "../../parts/share.js";
import { chart } from "../../views/chart.js";
import { plot } from "../../views/plot.js";
import { runbar } from "../../views/runbar.js";
import { CapacityPart } from "./capacity.js";
import { errorColumns, ERROR_BANDS, errorLines, fitLayers, marksOf, oneLayers, rulesOf } from "./layers.js";
import { ownPoints } from "./own.js";
import { fitSentence, liveFormulas, oneSentence, showErrors, showFigures, summaryOf } from "./words.js";

const CURVES = ["sine", "step", "polynomial", "drawn"];
// A gentle wave, for whoever chooses "the one you draw" before drawing.
const FIRST_DRAWING = encodeHeights(Array.from({ length: 33 }, (_, i) => 0.7 * Math.cos(i / 5)));

const state = stateOfPage(runKeys({ speed: 5 }));
const UNREAD = { axes: "", reading: "" }; // which change no training
/** @type {import("./layers.js").Fit | null} */
let shown = null;
let selected = -1;
let drawing = false; // the finger draws a curve now, instead of dragging points
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;

const view = plot($("[data-plot]"), {
  x: [-1.08, 1.08],
  y: [-1.75, 1.75],
  xLabel: "x",
  yLabel: "y",
  onSelect: (index) => {
    selected = index;
    redraw();
  },
  onDrag: movePoint,
  onStroke: takeStroke,
});
const errors = chart($("[data-errors]"), () => ({
  x: t("training steps"),
  overSteps: true,
  y: t("mean squared error"),
  height: 250,
  yScale: "log",
  lines: errorLines(),
  bands: ERROR_BANDS,
}));

const session = trainingSession({
  slug: "fitting",
  state,
  liveNames: liveNames(),
  configOf: (values) => ({ ...configOf(values), ...UNREAD, mode: "fit" }),
  onFrame: (frame) => show(/** @type {any} */ (frame)),
  onStatus: (status) => bar.update(status),
});
const bar = runbar($("[data-run]"), { session, pace: state });

/** @param {import("./layers.js").Fit} frame */
function show(frame) {
  const first = shown === null;
  shown = frame;
  redraw();
  sayFit(frame);
  errors.update({
    columns: errorColumns(frame),
    marks: marksOf(frame),
    rules: rulesOf(frame),
    summary: fitSentence(frame, state.values),
  });
  liveFormulas(frame);
  capacity.follow(state.values.width, frame);
  if (first) {
    document.documentElement.dataset.ready = "";
    if (!still && !session.watched) session.play();
  }
}

const isOne = () => state.values.tab === "one";

/** What its view says of a fit, in a sentence and in numbers. @param {import("./layers.js").Fit} frame */
function sayFit(frame) {
  $("[data-said]").textContent = isOne()
    ? oneSentence(frame, state.values.show_test)
    : fitSentence(frame, state.values);
  showFigures($("[data-figures]"), frame);
  showErrors($("[data-one-figures]"), frame, state.values.show_test);
}

function redraw() {
  if (!shown) return;
  const { singles, show_test: tested } = state.values;
  view.update({
    layers: isOne()
      ? oneLayers(shown, { tested, selected, drawing })
      : fitLayers(shown, { singles, selected, drawing }),
    summary: summaryOf(shown),
    free: drawing,
    units: state.values.data === "own" ? unitsOf(state.values.axes, ["x", "y"]) : null,
  });
  $("[data-key-truth]").hidden = state.values.data === "own";
}

// --- Points and curves ---------------------------------------------------------------------------

/**
 * A point that is moved makes all of them the visitor's own.
 * @param {number} index @param {number} x @param {number} y
 */
function movePoint(index, x, y) {
  if (!shown || session.watched) return;
  const { arrays } = shown;
  const rows = Array.from(arrays.x, (a, i) => ({
    a,
    b: arrays.y[i] ?? 0,
    label: 0,
    role: arrays.role[i] ?? 0,
  }));
  const row = rows[index];
  if (!row) return;
  [row.a, row.b] = [x, y];
  [arrays.x[index], arrays.y[index]] = [x, y]; // at once under the finger; the run follows
  state.set({ ...(state.values.data !== "own" && UNREAD), data: "own", points: encodeRows(rows) });
  redraw();
}

/** @param {number[]} flat */
function takeStroke(flat) {
  if (session.watched) return;
  const heights = heightsOf(flat.flatMap((x, i) => (i % 2 ? [] : [{ x, y: flat[i + 1] ?? 0 }])));
  if (heights.length) state.set({ data: "drawn", drawn: encodeHeights(heights) });
  drawing = false;
  showSource();
}

for (const name of CURVES) {
  $(`[data-curve=${name}]`).addEventListener("click", () => {
    drawing = name === "drawn";
    if (drawing && !state.values.drawn) state.set({ drawn: FIRST_DRAWING });
    state.go({ data: name, ...UNREAD });
    showSource();
  });
}
ownPoints((values) => {
  drawing = false;
  state.set({ data: "own", ...values });
});

const switches = /** @type {const} */ (["singles", "show_test"]).map((name) => {
  const input = /** @type {HTMLInputElement} */ ($(`[data-${name.replace("_", "-")}]`));
  input.addEventListener("change", () => state.set({ [name]: input.checked }));
  return () => (input.checked = state.values[name]);
});

function showSource() {
  for (const press of switches) press();
  $("[data-key-test]").hidden = isOne() && !state.values.show_test;
  sayReading($("[data-own-read]"), state.values);
  for (const name of CURVES)
    $(`[data-curve=${name}]`).setAttribute("aria-pressed", String(state.values.data === name));
  $("[data-own]").setAttribute("aria-pressed", String(state.values.data === "own"));
  // A control that has no say now would only confuse.
  for (const name of ["data", "train", "noise", "validation", "data_seed"]) {
    $(`[data-control="${name}"]`).hidden = name === "data" || state.values.data === "own";
  }
  $('[data-control="patience"]').hidden = !state.values.early_stopping;
  if (drawing)
    $("[data-said]").textContent = t("Draw a curve with the mouse or a finger, from left to right.");
  else if (shown) sayFit(shown);
  redraw();
}
state.subscribe(showSource);
onLanguage(showSource);

// --- Error against capacity ----------------------------------------------------------------------

const capacity = new CapacityPart({
  state,
  configOf: (values) => ({ ...configOf(values), mode: "capacity" }),
  onWidth: (width) => state.set({ width }),
});

wireLesson(state, () => {
  drawing = false;
  session.reset();
  if (!still) session.play();
});
wireTools({
  slug: "fitting",
  state,
  session,
  exports: {
    png: () => pngOf(view.snapshot()),
    csv: errors.toCsv,
    json: () => JSON.stringify({ config: configOf(state.values), result: shown?.header }, null, 1),
  },
});
showSource();
