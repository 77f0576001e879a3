/** Where the views lie on the sphere: similarities, alignment and uniformity, the collapse meter. */

import { $ } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { newest } from "./words.js";
import { SIGN, VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").ContrastiveFrame} Frame */

/** How similarities are distributed. */
export function histogramPart() {
  const histogram = chart($("[data-histogram]"), () => ({
    x: t("cosine similarity"),
    y: t("share"),
    height: 220,
    xRange: [-1, 1],
    lines: [
      { name: t("same picture"), color: SIGN.positive, digits: 3 },
      { name: t("different pictures"), color: SIGN.negative, dash: [6, 4], digits: 3 },
    ],
  }));
  return {
    /** @param {Frame} frame */
    show({ rows: { histograms }, header }) {
      const bins = histograms.positive.length;
      const centers = Array.from({ length: bins }, (_, b) => -1 + (2 * b + 1) / bins);
      histogram.update({
        columns: [centers, histograms.positive, histograms.negative],
        summary: t("How similarities of the last step’s batch are distributed, at step {step}.", {
          step: header.step,
        }),
      });
    },
  };
}

/** Alignment and uniformity over the steps. */
export function alignmentPart() {
  const alignment = chart($("[data-alignment]"), () => ({
    x: t("training steps"),
    overSteps: true,
    y: t("value"),
    height: 200,
    lines: [
      { name: t("alignment"), color: VARIANTS[0], digits: 3 },
      { name: t("uniformity"), color: VARIANTS[1], dash: [6, 4], digits: 3 },
    ],
  }));
  return {
    /** @param {Frame} frame @param {number | null} marker */
    show(frame, marker) {
      alignment.update({
        columns: [frame.arrays.steps, frame.rows.history.alignment, frame.rows.history.uniformity],
        marker,
        summary: t("At step {step}: alignment {alignment}, uniformity {uniformity}.", {
          step: frame.header.step,
          alignment: number(newest(frame, "alignment"), 3),
          uniformity: number(newest(frame, "uniformity"), 3),
        }),
      });
    },
  };
}

/** The collapse meter: the deviation of z over the steps. */
export function spreadPart() {
  const spread = chart($("[data-spread]"), () => ({
    x: t("training steps"),
    overSteps: true,
    y: t("deviation"),
    height: 200,
    lines: [{ name: t("deviation"), color: "--accent", digits: 4 }],
  }));
  return {
    /** @param {Frame} frame @param {number | null} marker */
    show(frame, marker) {
      const { header, arrays } = frame;
      const even = 1 / Math.sqrt(header.width);
      spread.update({
        columns: [arrays.steps, frame.rows.history.spread],
        marker,
        rules: [{ y: even, label: "1 / √d" }, { y: 0 }],
        summary: t("Deviation of the normalized z: {value}, against {even} where it is spread evenly.", {
          value: number(newest(frame, "spread"), 4),
          even: number(even, 4),
        }),
      });
      $("[data-spread-said]").textContent = t(
        "Evenly spread, each of the {d} numbers of z deviates by 1/√d = {even}. At 0 all pictures have become one.",
        { d: header.width, even: number(even, 3) },
      );
    },
  };
}
