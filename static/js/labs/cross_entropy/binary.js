/** One logit of two classes under two losses. */

import { $ } from "../../core/dom.js";
import { number, t } from "../../core/i18n.js";
import * as info from "../../math/information.js";
import { chart } from "../../views/chart.js";
import { slider } from "./slider.js";
import { VARIANTS } from "../../views/marks.js";

const PLACES = Array.from({ length: 201 }, (_, i) => (i - 100) / 10);
const BOTH = [info.binaryCrossEntropy, info.binarySquared].map((loss) => PLACES.map(loss));
const columnsOf = (/** @type {"loss" | "slope"} */ what) => [
  PLACES,
  ...BOTH.map((row) => row.map((v) => v[what])),
];
const [LOSSES, SLOPES] = [columnsOf("loss"), columnsOf("slope")];
const lines = () => [
  { name: t("cross-entropy"), color: VARIANTS[0], digits: 5 },
  { name: t("squared error"), color: VARIANTS[1], dash: [6, 4], digits: 5 },
];

/** @param {string} selector @param {() => string} y */
const chartOf = (selector, y) =>
  chart($(selector), () => ({ x: t("logit z"), y: y(), height: 230, lines: lines() }));

export class BinaryPart {
  losses = chartOf("[data-binary-loss]", () => t("loss"));
  slopes = chartOf("[data-binary-slope]", () => t("slope"));

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.showSlider = slider(state, "logit", { digits: 1 });
  }

  draw() {
    const z = this.state.values.logit;
    const { loss, slope } = info.binaryCrossEntropy(z);
    const summary = sentenceOf(z);
    this.showSlider();
    this.losses.update({ columns: LOSSES, marker: z, here: { x: z, y: loss }, summary });
    this.slopes.update({ columns: SLOPES, marker: z, here: { x: z, y: slope }, summary });
    $("[data-binary-said]").textContent = summary;
  }
}

/** @param {number} z */
function sentenceOf(z) {
  const [log, square] = [info.binaryCrossEntropy(z), info.binarySquared(z)];
  return t(
    "The right class has logit {z}, so probability {share}. Cross-entropy {loss}, slope {slope}; squared error {square}, slope {flat}. The slope of cross-entropy is {times} times as steep.",
    {
      z: number(z, 1),
      share: fine(info.sigmoid(z)),
      loss: fine(log.loss),
      slope: fine(log.slope),
      square: fine(square.loss),
      flat: fine(square.slope),
      times: number(log.slope / square.slope, 1),
    },
  );
}

/** @param {number} value a small number is told by its power of ten */
const fine = (value) =>
  value !== 0 && Math.abs(value) < 1e-4 ? value.toExponential(1).replaceAll("-", "−") : number(value, 4);
