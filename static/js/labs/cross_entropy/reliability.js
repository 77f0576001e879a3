/** Whether the networks are right as often as they are sure. */

import { $ } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { looks } from "./measured.js";

/** @typedef {import("./measured.js").Live} Live */
/**
 * @typedef {[number, number | null, number | null, number]} Point confidence, how often right by each loss,
 *   confidence
 */

/** @type {import("../../views/shapes.js").Shape[]} */
const SHAPES = ["circle", "square"];

export function reliabilityPart() {
  const view = chart($("[data-reliability]"), () => ({
    x: t("confidence"),
    y: t("how often right"),
    height: 220,
    xRange: [0, 1],
    yRange: [0, 1.02],
    lines: [
      ...looks().map((look, i) => ({ ...look, digits: 3, spanGaps: true, shape: SHAPES[i] ?? "circle" })),
      { name: t("confidence equals accuracy"), color: "--gray-2", dash: [2, 4], digits: 2, width: 1 },
    ],
  }));
  return {
    /** @param {Live} live @param {string} summary */
    show(live, summary) {
      const points = pointsOf(live);
      view.update({
        columns: [0, 1, 2, 3].map((i) => points.map((point) => point[i] ?? null)),
        summary,
      });
      $("[data-counts]").textContent = t("Predictions per confidence bin: {counts}", {
        counts: looks()
          .map(({ name, loss }) => `${name} ${countsOf(live, loss)}`)
          .join(t("; ")),
      });
    },
  };
}

/** @param {Live} live @returns {Point[]} */
function pointsOf({ rows: { confidence, right, counts } }) {
  /** @type {Point[]} */
  const points = [
    [0, null, null, 0],
    [1, null, null, 1],
  ];
  for (const { loss } of looks())
    counts[loss].forEach((count, bin) => {
      const [sure = NaN, often = NaN] = [confidence[loss][bin], right[loss][bin]];
      const [first, second] = loss === "brier" ? [null, often] : [often, null];
      if (count > 0) points.push([sure, first, second, sure]);
    });
  return points.sort((a, b) => a[0] - b[0]);
}

/** @param {Live} live @param {import("./measured.js").Loss} loss */
const countsOf = ({ rows: { counts } }, loss) => Array.from(counts[loss], (n) => number(n, 0)).join(" · ");
