/** The curves of a detector that learns: its losses, and what held-out scenes say. */

import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { LOSSES, lossName, sayTraining } from "./learner_words.js";

/** @typedef {import("../../../types/frames.js").DetectorsFrame} Frame */

const MOST = 240; // CSS pixels of a chart's height: the scenes have the rest
const DASHES = [[], [8, 4], [2, 3], [8, 3, 2, 3]];

/** @param {string} form */
const linesOf = (form) =>
  (LOSSES[form] ?? []).map((name, i) => ({
    name: lossName(name),
    color: VARIANTS[i % VARIANTS.length] ?? "--accent",
    dash: DASHES[i] ?? [],
    digits: 3,
  }));

/** @param {HTMLElement} root @param {string} first the form before there is a frame */
export function learnerCurves(root, first) {
  let form = first;
  const losses = chart($("[data-train-losses]", root), () => ({
    x: t("training steps"),
    y: t("loss"),
    overSteps: true,
    most: MOST,
    yScale: "log",
    lines: linesOf(form),
  }));
  const learned = chart($("[data-learned]", root), () => ({
    x: t("training steps"),
    y: t("share"),
    overSteps: true,
    most: MOST,
    yRange: [0, 1.02],
    lines: [
      { name: t("AP50"), color: "--accent", digits: 2, shape: "circle" },
      { name: t("objects found"), color: VARIANTS[1] ?? "", digits: 2, dash: [8, 4] },
      { name: t("objects that a proposal covers"), color: VARIANTS[2] ?? "", digits: 2, dash: [2, 3] },
    ],
  }));
  return {
    /** @param {Frame} frame @param {boolean} past */
    show(frame, past) {
      const { header, rows, arrays } = frame;
      const marker = past ? header.step : null;
      const summary = sayTraining(frame);
      const history = /** @type {Record<string, Float32Array>} */ (rows.history);
      const columns = [arrays.steps, ...(LOSSES[header.form] ?? []).map((name) => history[name])];
      const lines = form === header.form ? {} : { lines: linesOf(header.form) };
      form = header.form;
      losses.update({ columns, marker, summary, ...lines });
      const { ap50, recall, proposals } = rows.scores;
      learned.update({ columns: [arrays.score_steps, ap50, recall, proposals], marker, summary });
    },
    toCsv: () => losses.toCsv(),
  };
}
