/** Batch against running statistics over time, and what depends on whose are used. */

import { $ } from "../../core/dom.js";
import { brief, number, plain, sentences, t } from "../../core/i18n.js";
import { percent } from "../../parts/percent.js";
import { chart } from "../../views/chart.js";
import { PLACES } from "./layers.js";
import { numbersOf } from "./unit.js";
import { say, showWorked } from "./words.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("./layers.js").Bn} Bn */

const OWN = VARIANTS[3];

/** @param {import("../../core/state.js").State} state */
export function statisticsPart(state) {
  const parts = [runningPart(), batchSizePart(), movedPart()];
  return {
    /** @param {Bn} frame */
    show(frame) {
      for (const part of parts) part.show(frame);
      showUpdate(frame, state.values.momentum);
      say("[data-trials-said]", sentences([sayBatchSize(frame), sayMoved(frame)]));
    },
  };
}

/** Mean and variance of one unit, of the batch and running, over the steps. */
function runningPart() {
  const lines = () => [
    { name: t("of the batch"), color: "--gray-2", digits: 3, width: 1.2 },
    { name: t("running"), color: VARIANTS[0], digits: 3, width: 2.5 },
  ];
  /** @param {string} selector @param {() => string} y */
  const over = (selector, y) =>
    chart($(selector), () => ({
      x: t("training steps"),
      overSteps: true,
      y: y(),
      height: 200,
      lines: lines(),
    }));
  const means = over("[data-means]", () => t("mean"));
  const variances = over("[data-variances]", () => t("variance"));
  return {
    /** @param {Bn} frame */
    show(frame) {
      const found = numbersOf(frame);
      const { statistics } = frame.rows;
      const { seen } = frame.arrays;
      means.update({
        columns: [seen, statistics.mean, statistics["running mean"]],
        summary: t("Running mean {running}, the batch’s {batch}.", {
          running: brief(found.runningMean),
          batch: brief(found.mean),
        }),
      });
      variances.update({
        columns: [seen, statistics.variance, statistics["running variance"]],
        summary: t("Running variance {running}, the batch’s {batch} (unbiased, divided by B − 1).", {
          running: brief(found.runningVar),
          batch: brief(found.unbiased),
        }),
      });
    },
  };
}

/** The next running mean, by two conventions. @param {Bn} frame @param {number} m PyTorch's momentum */
function showUpdate(frame, m) {
  const { mean, runningMean, newMean } = numbersOf(frame);
  const [old, batch] = [`${plain(1 - m)} · ${brief(runningMean)}`, `${plain(m)} · ${brief(mean)}`];
  const sum = `${old} + ${batch} = ${brief(newMean)}`;
  showWorked($("[data-momentum]"), [
    [t("PyTorch, m = {m}", { m: plain(m) }), t("(1 − m) · old + m · batch = {sum}", { sum })],
    [
      t("TensorFlow, momentum = {m}", { m: plain(1 - m) }),
      t("momentum · old + (1 − momentum) · batch = the same"),
    ],
  ]);
  say("[data-live-running]", t("next {sum}", { sum }));
}

/** Test accuracy with their own batch's statistics, by the size of that batch. */
function batchSizePart() {
  const view = chart($("[data-sizes]"), () => ({
    x: t("points in a test batch"),
    y: t("test accuracy"),
    height: 210,
    xScale: "log",
    yRange: [0, 1.02],
    lines: [{ name: t("with their own batch’s statistics"), color: OWN, digits: 3, shape: "diamond" }],
  }));
  return {
    /** @param {Bn} frame */
    show(frame) {
      const { sizes, by_size: right } = frame.header;
      const [running = NaN] = frame.rows.moved.before;
      view.update({
        columns: [sizes, right],
        rules: [{ y: running, label: t("running statistics") }],
        summary: sayBatchSize(frame),
      });
    },
  };
}

/** Test accuracy where the points are moved away from those learned from. */
function movedPart() {
  const names = () => [t("no BatchNorm"), t("before, running statistics"), t("after, running statistics")];
  const view = chart($("[data-moved]"), () => ({
    x: t("moved by"),
    y: t("test accuracy"),
    height: 210,
    yRange: [0, 1.02],
    lines: [
      ...names().map((name, v) => {
        const { color = "--ink", dash = [], shape } = PLACES[v] ?? {};
        return { name, color, digits: 3, ...(dash.length && { dash }), ...(shape && { shape }) };
      }),
      { name: t("before, their own statistics"), color: OWN, digits: 3, shape: "diamond" },
    ],
  }));
  return {
    /** @param {Bn} frame */
    show(frame) {
      const { none, before, after, "before, own statistics": own } = frame.rows.moved;
      const columns = [frame.header.shifts, none, before, after, own];
      view.update({ columns, summary: sayMoved(frame) });
    },
  };
}

/** @param {number | undefined} share */
const shareOf = (share) => percent(share ?? NaN);

/** @param {Bn} frame */
function sayBatchSize(frame) {
  const { sizes, by_size: right } = frame.header;
  return t(
    "Alone, every test point becomes the same, and accuracy is {one}; in pairs it is {two}, in batches of {many} {all}. With running statistics no batch is needed: {running}.",
    {
      one: shareOf(right[0]),
      two: shareOf(right[1]),
      many: sizes.at(-1) ?? 0,
      all: shareOf(right.at(-1)),
      running: shareOf(frame.rows.moved.before[0]),
    },
  );
}

/** @param {Bn} frame */
function sayMoved(frame) {
  return t(
    "Moved by {shift}, accuracy with running statistics is {before}, with statistics of the moved points {own}: their mean takes the shift with it.",
    {
      shift: number(frame.header.shifts.at(-1) ?? 0, 1),
      before: shareOf(frame.rows.moved.before.at(-1)),
      own: shareOf(frame.rows.moved["before, own statistics"].at(-1)),
    },
  );
}
