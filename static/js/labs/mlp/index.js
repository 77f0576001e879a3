/** The `mlp` lab: the perceptron's rule, and multilayer perceptrons with every unit's response. */

import { configOf, liveNames, markLive, stateOfPage } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { onLanguage, sentences, t } from "../../core/i18n.js";
import { wireLesson } from "../../parts/lesson.js";
import { sayReading, unitsOf } from "../../parts/own_table.js";
import { encodeRows } from "../../math/points.js";
import { runKeys, trainingSession } from "../../core/session/session.js";
import { onChoice, press } from "../../parts/choice_buttons.js";
import { pngOf } from "../../parts/png.js";
import { wireTools } from "../../parts/share.js";
import { chart } from "../../views/chart.js";
import { histograms } from "../../views/histogram.js";
import { matrix } from "../../views/matrix.js";
import { network } from "../../views/network.js";
import { plot } from "../../views/plot.js";
import { runbar } from "../../views/runbar.js";
import { NetworkChooser } from "./chooser.js";
import { Comparison } from "./compare.js";
import { showLoss, showModel } from "./controls.js";
import { biasesPart } from "./biases.js";
import { unitSentence } from "./sum.js";
import { layerEditor, weightForm, writeWires } from "./edit.js";
import { accuracyLines, BANDS, curveColumns, lossLines, mapLayers, pieces, unitLayers } from "./layers.js";
import { ownPoints } from "./own.js";
import { Painter } from "./painter.js";
import { PerceptronView, perceptronSentence, showPerceptronFigures } from "./perceptron.js";
import { classNames, healthWords, mlpSentence, showClasses, showMlpFigures, unitName } from "./words.js";
import { roomFor } from "../../views/room.js";

/** @typedef {import("./layers.js").Mlp} Mlp */

const CORNERS = encodeRows(
  [
    [-0.8, -0.8, 0],
    [-0.8, 0.8, 1],
    [0.8, -0.8, 1],
    [0.8, 0.8, 0],
  ].map(([a = 0, b = 0, label = 0]) => ({ a, b, label, role: 0 })),
);
// An address without settings opens the perceptron, one sample at a time, on points that a line separates.
const FIRST = { model: "perceptron", data: "gaussians", noise: 0.1, speed: 1, fps: 2 };
const LAYERED = { model: "mlp", data: "moons", noise: 0.15, speed: 10, fps: 30 };
const state = stateOfPage(runKeys({ speed: 1 }));
const asked = [...new URLSearchParams(location.search).keys()].filter((name) => name in state.rules);
if (!asked.length) state.set(FIRST);
// Its pace stays in the address, so that no address of a network of layers is empty.
else if (state.values.model === LAYERED.model && !asked.includes("speed"))
  state.set({ speed: LAYERED.speed });
const UNREAD = { axes: "", labels: "", reading: "" }; // which change no training
/** @param {Record<string, any>} values */
const trained = (values) => ({ ...configOf(values), ...UNREAD });
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const isPerceptron = () => state.values.model === "perceptron";
/** @type {any} */
let shown = null;
/** @type {import("../../views/network.js").Unit | null} */
let unit = null;

const SIDE = /** @type {[number, number]} */ ([-1.4, 1.4]);
const square = () => roomFor($("[data-plot]"), { least: 150, most: 640, share: 0.58 });
const view = plot($("[data-plot]"), {
  x: SIDE,
  y: SIDE,
  square: true,
  xLabel: "x₁",
  yLabel: "x₂",
  maxHeight: square,
  onPaint: (x, y, phase) => brush.paint(x, y, phase),
});
const net = network($("[data-network]"), {
  height: () => Math.max(120, square() - 64), // its shapes stand below it
  onUnit: (next) => {
    unit = next;
    drawMap();
    if (shown && shown.header.model !== "perceptron") say(shown);
  },
  onWeight: (weight) => form.show(weight),
});
const losses = chart($("[data-losses]"), () => ({
  x: t("training steps"),
  overSteps: true,
  y: t("loss"),
  height: 220,
  lines: lossLines(),
  bands: BANDS,
}));
const accuracies = chart($("[data-accuracies]"), () => ({
  x: t("training steps"),
  overSteps: true,
  y: t("accuracy"),
  height: 220,
  lines: accuracyLines(),
  yRange: [0, 1.02],
}));
const confusion = matrix($("[data-confusion]"));
const [weights, gradients] = [histograms($("[data-weights]")), histograms($("[data-gradients]"))];
const line = new PerceptronView($("[data-line]"), $("[data-mistakes]"), (x, y, phase) =>
  brush.paint(x, y, phase),
);

const compared = new Comparison({
  state,
  configOf: trained,
  liveNames: liveNames(),
  onDraw: () => shown && drawCurves(shown),
});
const session = trainingSession({
  slug: "mlp",
  state,
  liveNames: liveNames(),
  configOf: trained,
  followers: compared.followers,
  onFrame: (frame) => show(frame),
  onStatus: (status) => {
    bar.update(status);
    markLive(status.live);
  },
});
biasesPart(() => shown?.header);
const bar = runbar($("[data-run]"), { session, pace: state });
const form = weightForm(net, (action) => session.act(action));
const editor = layerEditor($("[data-layers]"), state);
const brush = new Painter({ state, pointsNow: () => shown, onChange: () => showState() });
ownPoints((values) => state.set({ data: "own", ...values }));

/** @param {any} frame */
function show(frame) {
  const first = shown === null;
  const other = shown && shown.header.model !== frame.header.model;
  shown = frame;
  if (first || other) showState();
  if (frame.header.model === "perceptron") {
    line.update(frame, { painting: brush.on, units: units() });
    $("[data-said]").textContent = perceptronSentence(frame);
    showPerceptronFigures(frame, $("[data-figures]"));
  } else showMlp(frame);
  if (first) {
    document.documentElement.dataset.ready = "";
    if (!still && !session.watched && !isPerceptron()) session.play();
  }
}

/** @param {Mlp} frame */
function showMlp(frame) {
  drawMap();
  drawNetwork(frame);
  drawCurves(frame);
  const { header, arrays } = frame;
  const names = classNames(state.values, header.classes ?? 0);
  showClasses($("[data-classes]"), header.classes === null ? [] : names);
  $("[data-confusion]").hidden = header.classes === null;
  if (header.classes !== null)
    confusion.update({
      cells: arrays.confusion,
      names,
      caption: t("Points of each class and what network {number} takes them for", {
        number: state.values.shown + 1,
      }),
    });
  const layers = pieces(frame, "weights");
  weights.update(layers.map((values, i) => ({ name: String(i + 1), values })));
  gradients.update(pieces(frame, "gradients").map((values, i) => ({ name: String(i + 1), values })));
  $("[data-health]").textContent = healthWords(frame);
  say(frame);
  showMlpFigures($("[data-figures]"), frame);
  showLoss(state.values.loss, header.classes);
  writeWires($("[data-wires]"), net.columns, header);
  form.refresh();
}

/** How it does, and what the chosen unit computes, or the first. @param {Mlp} frame */
function say(frame) {
  const one = unitSentence(frame, unit ?? { layer: 1, unit: 0 }, state.values);
  $("[data-said]").textContent = sentences([mlpSentence(frame), one]);
}

/** What the columns of the visitor's own table were called and counted in. */
function units() {
  const own = state.values.data === "own" ? unitsOf(state.values.axes, ["", ""]) : null;
  if (!own) return null;
  const [x, y] = own;
  return /** @type {typeof own} */ ([
    { ...x, name: named("x₁", x.name) },
    { ...y, name: named("x₂", y.name) },
  ]);
}
/** @param {string} symbol @param {string} name */
const named = (symbol, name) => (name ? `${symbol}: ${name}` : symbol);

function drawMap() {
  if (!shown || shown.header.model === "perceptron") return;
  const { all } = chooser;
  const layers = unit ? unitLayers(shown, unit) : mapLayers(shown, { look: state.values.look, all });
  $("[data-map-name]").textContent = unit
    ? t("Response of {unit}: orange above zero, blue below", { unit: unitName(unit, shown.header.layers) })
    : all
      ? t("Mean of all networks")
      : t("Network {number}", { number: state.values.shown + 1 });
  view.update({ layers, summary: mlpSentence(shown), free: brush.on, units: units() });
}

/** @param {Mlp} frame */
function drawNetwork({ header, arrays }) {
  net.update({
    layers: header.layers,
    weights: arrays.weights,
    biases: arrays.biases,
    responses: /** @type {any} */ (arrays.responses),
    side: Math.round(Math.sqrt(arrays.responses.length / arrays.tops.length)),
    inputs: ["x₁", "x₂"],
    summary: t(
      "A network of {layers} units. Arrow keys choose a unit, [ and ] its weights, Enter its bias.",
      { layers: header.layers.join(" – ") },
    ),
  });
}

/** @param {Mlp} frame */
function drawCurves(frame) {
  if (frame.header.model === "perceptron") return;
  const other = compared.frame;
  const marker = session.status.share === null ? null : frame.header.step;
  losses.update({ ...curveColumns(frame, "loss", other), marker, summary: mlpSentence(frame) });
  accuracies.update({ ...curveColumns(frame, "accuracy", other), marker, summary: mlpSentence(frame) });
  $("[data-accuracies]").parentElement?.toggleAttribute("hidden", frame.header.classes === null);
}

// --- Which network, which view -------------------------------------------------------------------

const chooser = new NetworkChooser(state, drawMap);
onChoice("look", (look) => state.go({ look }));
$("[data-model=mlp]").addEventListener("click", () => {
  const { data, noise, ...rest } = LAYERED;
  state.go({ ...rest, ...(state.values.data === FIRST.data && { data, noise }) });
});
// One sample at a time, on data that a line can separate.
$("[data-model=perceptron]").addEventListener("click", () => {
  session.pause();
  state.go({
    model: "perceptron",
    speed: 1,
    fps: 2,
    ...(state.values.data !== "own" && { data: "gaussians", noise: 0.1, classes: 2 }),
  });
});
$("[data-corners]").addEventListener("click", () => state.set({ data: "own", points: CORNERS, ...UNREAD }));
$("[data-compare]").addEventListener("click", () => compared.toggle());
$("[data-next-mistake]").addEventListener("click", async () => {
  session.pause();
  for (let i = 0; i < 500; i++) {
    const frame = await session.advance(1);
    if (!frame || frame.header.wrong || frame.header.converged) return;
  }
});

function showState() {
  const { model, look } = state.values;
  press("look", look);
  press("model", model);
  showModel(state.values, shown?.header.model ?? model);
  chooser.show();
  editor.show();
  brush.show();
  sayReading($("[data-own-read]"), state.values);
  drawMap();
}
state.subscribe(showState);
onLanguage(showState);

wireLesson(state, (step) => {
  if (!("speed" in step)) state.set({ speed: LAYERED.speed, fps: LAYERED.fps });
  session.reset();
  if (!still) session.play();
});
wireTools({
  slug: "mlp",
  state,
  session,
  exports: {
    png: () => pngOf(isPerceptron() ? line.snapshot() : view.snapshot()),
    csv: () => (isPerceptron() ? line.toCsv() : losses.toCsv()),
    json: () => JSON.stringify({ config: configOf(state.values), result: shown?.header }, null, 1),
  },
});
showState();
