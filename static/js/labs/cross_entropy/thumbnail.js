/** The `cross-entropy` lab on the home page: the probabilities of the worst test digit. */

import { number, t } from "../../core/i18n.js";
import { runThumbnail } from "../../parts/thumbnail.js";

/** @typedef {import("../../views/plot.js").Layer} Layer */

export const thumbnail = runThumbnail({
  slug: "cross-entropy",
  steps: 100,
  range: { x: [-0.7, 9.7], y: [-0.3, 1.05] },
  draw: ({ header, arrays }) => ({
    layers: Array.from(arrays.probabilities.subarray(0, 10), (share, digit) =>
      barOf(digit, Number(share), digit === arrays.labels[0]),
    ),
    note: () =>
      t(
        "The worst of {tested} test digits is a {label}: its ten probabilities after {step} steps, trained for this picture",
        { tested: header.tested, label: arrays.labels[0], step: number(header.step, 0) },
      ),
  }),
});

/** @param {number} digit @param {number} share @param {boolean} right @returns {Layer} */
const barOf = (digit, share, right) => ({
  type: "line",
  xs: [digit, digit],
  ys: [0, share],
  width: 14,
  color: right ? "--accent" : "--gray-2",
});
