/** The `regularization` lab: every weight's path over λ, live, and what two penalties do. */

import { configOf, liveNames, stateOfPage } from "../../core/controls.js";
import { $, h } from "../../core/dom.js";
import { onLanguage, plain, t } from "../../core/i18n.js";
import { runKeys, trainingSession } from "../../core/session/session.js";
import { choiceButtons, press } from "../../parts/choice_buttons.js";
import { wireLesson } from "../../parts/lesson.js";
import { wireTools } from "../../parts/share.js";
import { showControls, showParts } from "../../parts/visibility.js";
import { chart } from "../../views/chart.js";
import { plot } from "../../views/plot.js";
import { runbar } from "../../views/runbar.js";
import {
  bars,
  curveLayers,
  ERROR_BANDS,
  errorLines,
  errorColumns,
  weightHistogramLayers,
  isKnown,
  lambdaMarks,
  pathColumns,
  pathLines,
  pathRange,
} from "./layers.js";
import { nearestLambda } from "./math.js";
import { DecayPart } from "./decay.js";
import { PlanePart } from "./plane.js";
import { ShrinkingPart } from "./shrinking.js";
import { barsSummary, lambdaText, liveFormula, RESTED, saidOf, showFigures, showSurvivors } from "./words.js";

/** @typedef {import("./layers.js").Reg} Reg */

const UNTRAINED = ["one", "planes", "decay"]; // views
const PULLS = ["penalty", "mix", "method", "rate"]; // what makes weights that rest move again

const state = stateOfPage(runKeys({ speed: 2 }));
const trained = h("p", { class: "hint" });
$("[data-control=lam]").append(trained);
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** @type {Reg | null} */
let shown = null;
let lookOfLines = "";
let resting = false;
/** @type {[number, number]} */
let reach = [-1, 1];

const paths = chart($("[data-paths]"), () => ({
  x: "λ",
  y: t("weights"),
  xScale: "log",
  lines: [],
  height: 300,
  most: 680,
  get yRange() {
    return reach;
  },
  onPick: (lam) => state.set({ lam: Number(lam.toPrecision(3)) }),
}));
const errors = chart($("[data-errors]"), () => ({
  x: "λ",
  y: t("mean squared error"),
  height: 250,
  xScale: "log",
  yScale: "log",
  lines: errorLines(),
  bands: ERROR_BANDS,
  onPick: (lam) => state.set({ lam: Number(lam.toPrecision(3)) }),
}));
const weights = plot($("[data-bars]"), {
  x: [0, 17],
  y: [-1, 1],
  get xLabel() {
    return t("feature");
  },
  get yLabel() {
    return t("weight");
  },
});
const histogram = plot($("[data-over-steps]"), {
  x: [0, 1],
  y: [-1, 1],
  get xLabel() {
    return t("training steps");
  },
  get yLabel() {
    return t("weight");
  },
});
const curve = plot($("[data-curve]"), {
  x: [-1.05, 1.05],
  y: [-2.2, 2.2],
  xLabel: "x",
  yLabel: "y",
});

const session = trainingSession({
  slug: "regularization",
  state,
  liveNames: liveNames(),
  configOf,
  onFrame: (frame) => show(/** @type {any} */ (frame)),
  onStatus: (status) => bar.update(status),
});
const bar = runbar($("[data-run]"), { session, pace: state });

/** @param {Reg} frame */
function show(frame) {
  const first = shown === null;
  const other = shown?.header.model !== frame.header.model;
  const leaps = state.values.method === "subgradient" && state.values.penalty !== "l2";
  reach = pathRange(frame, frame.header.step === 0 || other ? [0, 0] : reach, leaps);
  shown = frame;
  if (first || other) showChoices();
  const summary = saidOf(frame);
  $("[data-said]").textContent = summary;
  drawPaths(frame, summary);
  errors.update({
    columns: errorColumns(frame),
    marks: lambdaMarks(frame, false),
    summary,
    rules: frame.header.floor ? [{ y: frame.header.floor, label: t("the noise alone") }] : [],
  });
  drawBelow(frame);
  showFigures($("[data-figures]"), frame);
  liveFormula(frame);
  if (first) {
    showTrained();
    document.documentElement.dataset.ready = "";
    // One or two weights under the penalty alone need no training.
    if (!still && !session.watched && !UNTRAINED.includes(state.values.tab)) session.play();
  }
  rest(frame);
}

/** Only some λ are trained: which of them the control's value stands for. */
function showTrained() {
  const lambdas = shown?.arrays.lambdas;
  if (lambdas)
    trained.textContent = t("Nearest trained λ: {lambda}", {
      lambda: plain(lambdas[nearestLambda(lambdas, state.values.lam)] ?? NaN),
    });
}

/** @param {Reg} frame @param {string} summary */
function drawPaths(frame, summary) {
  const lines = pathLines(frame);
  const look = JSON.stringify(lines);
  const changed = look !== lookOfLines;
  lookOfLines = look;
  paths.update({
    columns: pathColumns(frame),
    marks: lambdaMarks(frame, true),
    summary,
    ...(changed && { lines }),
  });
}

/** @param {Reg} frame */
function drawBelow(frame) {
  const { model } = frame.header;
  $("[data-bars-title]").textContent =
    model === "mlp"
      ? t("How much each input is used: the length of its weights")
      : t("Weights at the chosen λ");
  weights.update({ ...bars(frame), summary: barsSummary(frame) });
  histogram.update({
    ...weightHistogramLayers(frame),
    summary: t("How the weights at λ = {lambda} are distributed, from the start to step {step}.", {
      lambda: lambdaText(frame.arrays.lambdas[frame.header.at] ?? NaN),
      step: frame.header.step,
    }),
  });
  if (isKnown(frame)) showSurvivors(frame);
  if (frame.arrays.x.length) {
    curve.update({
      layers: curveLayers(frame),
      summary: t("The points, the sine they were drawn from, and the curve at the chosen λ."),
    });
  }
}

/**
 * Minima do not move: what changes nothing need not run on, unless its setting just changed.
 * @param {Reg} frame
 */
function rest(frame) {
  if (
    frame.header.step === 0 ||
    frame.header.moved >= RESTED ||
    session.status.phase !== "running" ||
    !session.current
  )
    return;
  resting = true;
  session.pause();
}
state.subscribe((changed) => {
  if (resting && PULLS.some((name) => changed.has(name))) {
    resting = false;
    session.play();
  }
  showChoices();
  showTrained();
});

// --- Buttons, and what has no say now --------------------------------------------------------------

choiceButtons(state, ["penalty", "method"], $(".stage"));

function showChoices() {
  const { penalty, method, model } = state.values;
  press("penalty", penalty, $(".stage"));
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (
    document.querySelectorAll(".toolbar [data-method]")
  )) {
    button.setAttribute(
      "aria-pressed",
      String((button.dataset.method === "subgradient") === (method === "subgradient")),
    );
    button.hidden = penalty === "l2";
  }
  const known = model === "features" || model === "mlp";
  const onShow = shown?.header.model ?? model; // the parts are of the frame, the controls of what is chosen
  const knownOnShow = onShow === "features" || onShow === "mlp";
  /** @type {Record<string, boolean>} */
  const parts = {
    known: knownOnShow,
    unknown: !knownOnShow,
    curve: !knownOnShow,
    table: onShow === "features",
    mlp: onShow === "mlp",
    l1: penalty === "l1",
    l2: penalty === "l2",
    elastic: penalty === "elastic",
  };
  showParts(parts);
  /** @type {Record<string, boolean>} */
  const controls = { mix: penalty === "elastic", useful: known, correlation: known, hidden: model === "mlp" };
  showControls(controls);
}

onLanguage(showTrained);
new PlanePart(state);
new ShrinkingPart(state);
new DecayPart(state);
wireLesson(state, () => {
  resting = false;
  session.reset(); // what only changes the penalty begins at least squares, too
  if (!still) session.play();
});
wireTools({
  slug: "regularization",
  state,
  session,
  exports: {
    png: paths.toPng,
    csv: paths.toCsv,
    json: () =>
      JSON.stringify(
        {
          config: configOf(state.values),
          result: shown?.header,
          lambdas: Array.from(shown?.arrays.lambdas ?? []),
          test: Array.from(shown?.arrays.test ?? []),
        },
        null,
        1,
      ),
  },
});
showChoices();
