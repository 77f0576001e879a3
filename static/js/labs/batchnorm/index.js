/** The `batchnorm` lab: the same networks with and without BatchNorm, side by side and inside. */

import { configOf, liveNames, stateOfPage } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { runKeys, trainingSession } from "../../core/session/session.js";
import { wireLesson } from "../../parts/lesson.js";
import { wireTools } from "../../parts/share.js";
import { chart } from "../../views/chart.js";
import { ridges } from "../../views/ridges.js";
import { runbar } from "../../views/runbar.js";
import {
  layerLines,
  layerColumns,
  LOSS_BANDS,
  lossLines,
  lossColumns,
  PLACES,
  reachedMarks,
  ridgesOf,
} from "./layers.js";
import { NormsPart } from "./norms.js";
import { statisticsPart } from "./statistics.js";
import { SurfacesPart } from "./surfaces.js";
import { SweepPart } from "./sweep.js";
import { UnitPart } from "./unit.js";
import { layersSummary, ridgesSummary, saidOf, showFigures } from "./words.js";
import { roomFor } from "../../views/room.js";

/** @typedef {import("./layers.js").Bn} Bn */

const state = stateOfPage(runKeys({ speed: 5 }));
const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
/** @type {Bn | null} */
let shown = null;

const tall = () => roomFor($("[data-ridges]"), { least: 150, most: 640, share: 0.5 });
const losses = chart($("[data-losses]"), () => ({
  x: t("training steps"),
  overSteps: true,
  y: t("training loss"),
  yScale: "log",
  lines: lossLines(),
  bands: LOSS_BANDS,
  most: 640,
}));
const histograms = ridges($("[data-ridges]"), {
  height: tall,
  onRow: (row) => state.set({ layer: row + 1 }),
});
const saturated = chart($("[data-saturated]"), () => ({
  x: t("layer"),
  y: t("share"),
  height: 200,
  whole: true,
  yRange: [-0.02, 1.02],
  lines: layerLines(),
}));
const slopes = chart($("[data-slopes]"), () => ({
  x: t("layer"),
  y: t("length"),
  height: 200,
  whole: true,
  yScale: "log",
  lines: layerLines(),
}));

const session = trainingSession({
  slug: "batchnorm",
  state,
  liveNames: liveNames(),
  configOf: (values) => ({ ...configOf(values), mode: "train", setting: "rate" }),
  onFrame: (frame) => show(/** @type {any} */ (frame)),
  onStatus: (status) => bar.update(status),
});
const bar = runbar($("[data-run]"), { session, pace: state });
const unit = new UnitPart(state);
const statistics = statisticsPart(state);
new SweepPart(state);
new NormsPart(state);
new SurfacesPart(state);

/** @param {Bn} frame */
function show(frame) {
  const first = shown === null;
  shown = frame;
  const { target, activation } = state.values;
  const summary = saidOf(frame, target);
  $("[data-said]").textContent = summary;
  losses.update({
    columns: lossColumns(frame),
    marks: reachedMarks(frame),
    rules: [{ y: target, label: t("loss to reach") }],
    summary,
  });
  histograms.update(ridgesOf(frame, ridgesSummary(frame)));
  $("[data-saturated-title]").textContent =
    activation === "relu"
      ? t("Dead units: 0 for every point")
      : t("Share of saturated values (activation almost flat)");
  saturated.update({ columns: layerColumns(frame, "saturated"), summary: layersSummary(frame, "saturated") });
  slopes.update({ columns: layerColumns(frame, "slopes"), summary: layersSummary(frame, "slopes") });
  showFigures($("[data-figures]"), frame, target);
  unit.show(frame);
  statistics.show(frame);
  if (first) {
    document.documentElement.dataset.ready = "";
    // The first view, one unit on one batch, waits for its reader.
    if (!still && !session.watched && state.values.tab !== "unit") session.play();
  }
}

wireLesson(state, (step) => {
  session.reset();
  if (!still) session.play();
  if (step.sweep) requestAnimationFrame(() => $("[data-sweep-part]").scrollIntoView({ block: "start" }));
});
wireTools({
  slug: "batchnorm",
  state,
  session,
  exports: {
    png: losses.toPng,
    csv: losses.toCsv,
    json: () =>
      JSON.stringify(
        {
          config: configOf(state.values),
          result: shown?.header,
          reached: PLACES.map(({ place }) => Array.from(shown?.rows.reached[place] ?? [])),
        },
        null,
        1,
      ),
  },
});
