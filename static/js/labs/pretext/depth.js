/** By depth: what features tell after the stem, each block and the last layer, before this run and now. */

import { $ } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {keyof Frame["rows"]["depth"]["pretext"]} Depth */

/** @type {Depth[]} */
const DEPTHS = ["stem", "first block", "second block", "last layer"];
const NAMES = () => [t("stem"), t("first block"), t("second block"), t("last layer")];

/**
 * The accuracies along the encoder; null where nothing was measured.
 * @param {Record<Depth, number> | undefined} row
 */
const along = (row) => DEPTHS.map((name) => (Number.isFinite(row?.[name]) ? Number(row?.[name]) : null));

export class DepthChart {
  constructor() {
    this.chart = chart($("[data-depth-chart]"), () => ({
      x: t("how deep in the encoder"),
      y: t("test accuracy, class"),
      height: 240,
      xRange: [0.7, 4.3],
      whole: true,
      lines: [
        { name: t("untrained"), color: "--gray-1", dash: [2, 4], shape: "cross", digits: 2 },
        { name: t("this run"), color: VARIANTS[1], dash: [6, 4], shape: "square", digits: 2 },
      ],
    }));
  }

  /** @param {Frame | null} frame */
  draw(frame) {
    const depth = frame?.rows.depth;
    this.chart.update({
      columns: [[1, 2, 3, 4], along(depth?.untrained), along(depth?.pretext)],
      marks: NAMES().map((label, i) => ({ x: i + 1, label, color: "--gray-2", dash: [2, 4] })),
      summary: depthSaid(frame),
    });
  }
}

/** What the depths say, once they were measured. @param {Frame | null} frame */
export function depthSaid(frame) {
  const now = along(frame?.rows.depth.pretext);
  const found = now.filter((value) => value !== null);
  if (found.length < DEPTHS.length)
    return t("“Measure this run” asks the features at four depths for the class, with 50 labels each.");
  const best = now.indexOf(Math.max(...found));
  const values = {
    name: NAMES()[best] ?? "",
    share: number(found[best] ?? NaN, 2),
    last: number(found[3] ?? NaN, 2),
  };
  return best === DEPTHS.length - 1
    ? t("The last layer tells the class best: {last}.", values)
    : t(
        "The features after “{name}” tell the class best, {share}; those of the last layer, next to the pretext head, {last}.",
        values,
      );
}
