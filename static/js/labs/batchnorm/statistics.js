/** Batch against running statistics over time, and what depends on whose are used. */

import { $ } from "../../core/dom.js";
import { brief, number, plain, sentences, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { PLACES, rowOf } from "./layers.js";
import { numbersOf } from "./unit.js";
import { say, showWorked } from "./words.js";

/** @typedef {import("./layers.js").Bn} Bn */

const OWN = "--role-validation";

/** @param {{state: import("../../core/state.js").State}} options */
export function statisticsPanel({ state }) {
  const lines = [
    { name: t("of the batch"), color: "--gray-2", digits: 3, width: 1.2 },
    { name: t("running"), color: "--class-point-0", digits: 3, width: 2.5 },
  ];
  const means = chart($("[data-means]"), { x: t("training steps"), y: t("mean"), height: 200, lines });
  const variances = chart($("[data-variances]"), {
    x: t("training steps"),
    y: t("variance"),
    height: 200,
    lines,
  });
  const sizes = chart($("[data-sizes]"), {
    x: t("points in a test batch"),
    y: t("test accuracy"),
    height: 210,
    xScale: "log",
    yRange: [0, 1.02],
    lines: [{ name: t("with their own batch’s statistics"), color: OWN, digits: 3, shape: "diamond" }],
  });
  const moved = chart($("[data-moved]"), {
    x: t("moved by"),
    y: t("test accuracy"),
    height: 210,
    yRange: [0, 1.02],
    lines: [
      ...[t("no BatchNorm"), t("before, running statistics"), t("after, running statistics")].map(
        (name, v) => {
          const { color = "--ink", dash = [], shape } = PLACES[v] ?? {};
          return { name, color, digits: 3, ...(dash.length && { dash }), ...(shape && { shape }) };
        },
      ),
      { name: t("before, their own statistics"), color: OWN, digits: 3, shape: "diamond" },
    ],
  });

  return {
    /** @param {Bn} frame */
    show(frame) {
      const found = numbersOf(frame);
      const m = state.values.momentum;
      const [mean, variance, runningMean, runningVar] = [0, 1, 2, 3].map((row) =>
        rowOf(frame, "statistics", row),
      );
      const { seen } = frame.arrays;
      means.update({
        columns: [seen, mean, runningMean],
        summary: t("Running mean {running}, the batch’s {batch}.", {
          running: brief(found.runningMean),
          batch: brief(found.mean),
        }),
      });
      variances.update({
        columns: [seen, variance, runningVar],
        summary: t("Running variance {running}, the batch’s {batch}.", {
          running: brief(found.runningVar),
          batch: brief(found.variance),
        }),
      });
      const sum = `${plain(1 - m)} · ${brief(found.runningMean)} + ${plain(m)} · ${brief(found.mean)} = ${brief(found.newMean)}`;
      showWorked($("[data-momentum]"), [
        [t("PyTorch, m = {m}", { m: plain(m) }), t("(1 − m) · old + m · batch = {sum}", { sum })],
        [
          t("TensorFlow, momentum = {m}", { m: plain(1 - m) }),
          t("momentum · old + (1 − momentum) · batch = the same"),
        ],
      ]);
      say("[data-live-running]", t("next {sum}", { sum }));
      drawTrials(frame);
    },
  };

  /** @param {Bn} frame */
  function drawTrials(frame) {
    const { sizes: counts, by_size: right, shifts } = frame.header;
    const [none, before, after, own] = [0, 1, 2, 3].map((row) => rowOf(frame, "moved", row));
    const percent = (/** @type {number | undefined} */ share) => `${number(100 * (share ?? NaN), 1)} %`;
    const size = t(
      "Alone, every test point becomes the same, and accuracy is {one}; in pairs it is {two}, in batches of {many} {all}. With running statistics no batch is needed: {running}.",
      {
        one: percent(right[0]),
        two: percent(right[1]),
        many: counts.at(-1) ?? 0,
        all: percent(right.at(-1)),
        running: percent(before?.[0]),
      },
    );
    const far = t(
      "Moved by {shift}, accuracy with running statistics is {before}, with statistics of the moved points {own}: their mean takes the shift with it.",
      {
        shift: number(shifts.at(-1) ?? 0, 1),
        before: percent(before?.at(-1)),
        own: percent(own?.at(-1)),
      },
    );
    say("[data-trials-said]", sentences([size, far]));
    sizes.update({
      columns: [counts, right],
      rules: [{ y: before?.[0] ?? NaN, label: t("running statistics") }],
      summary: size,
    });
    moved.update({ columns: [shifts, none, before, after, own], summary: far });
  }
}
