/** The chosen outcome: its information, and the entropy of the question whether it happens. */

import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import * as info from "../../math/information.js";
import { chart } from "../../views/chart.js";
import { NAMES, sayEntropy, toUnit, unitName } from "./words.js";

/** @typedef {import("./distributions.js").Two} Two */

const PLACES = Array.from({ length: 401 }, (_, i) => i / 400);
const LEAST = 0.002; // below, information is off the chart

/** @param {string} unit */
const curvesOf = (unit) => ({
  information: [PLACES, PLACES.map((v) => (v < LEAST ? null : toUnit(info.information(v), unit)))],
  question: [PLACES, PLACES.map((v) => toUnit(info.entropy([v, 1 - v]), unit))],
});
const CURVES = { nats: curvesOf("nats"), bits: curvesOf("bits") };

/** @param {string} unit in words */
const axisNames = (unit) => ({
  information: t("information ({unit})", { unit }),
  entropy: t("entropy ({unit})", { unit }),
});

export class ChosenPart {
  /** @param {() => string} unit in words */
  constructor(unit) {
    const axis = () => axisNames(unit());
    this.information = chartOf("[data-information]", () => axis().information, "I = −log P");
    this.question = chartOf("[data-question]", () => axis().entropy, "H");
  }

  /** @param {Two} two */
  show({ p, unit, chosen }) {
    const share = p[chosen] ?? 0;
    const name = NAMES[chosen] ?? "";
    const words = unitName(unit);
    const axis = axisNames(words);
    const curves = CURVES[/** @type {keyof typeof CURVES} */ (unit)];
    const information = toUnit(info.information(share), unit);
    const entropy = toUnit(info.entropy([share, 1 - share]), unit);
    const said = sayInformation(name, share, information, words);
    this.information.update({
      y: axis.information,
      columns: curves.information,
      here: share >= LEAST ? { x: share, y: information, label: name } : null,
      summary: said,
    });
    this.question.update({
      y: axis.entropy,
      columns: curves.question,
      here: { x: share, y: entropy, label: name },
      summary: t("{name} or not: {entropy} {unit}.", { name, entropy: number(entropy, 3), unit: words }),
    });
    $("[data-live-information]").textContent = said;
    $("[data-information-said]").textContent = sentences([said, sayEntropy(p, unit)]);
  }
}

/** @param {string} selector @param {() => string} y @param {string} name of the line */
const chartOf = (selector, y, name) =>
  chart($(selector), () => ({
    x: t("probability"),
    y: y(),
    height: 220,
    xRange: [0, 1],
    lines: [{ name, color: "--accent", digits: 3 }],
  }));

/** @param {string} name @param {number} share @param {number} information @param {string} unit in words */
const sayInformation = (name, share, information, unit) =>
  share > 0
    ? t("Outcome {name} has probability {share}: {information} {unit} of information.", {
        name,
        share: number(share, 3),
        information: number(information, 3),
        unit,
      })
    : t("Outcome {name} never happens: its information would be infinite.", { name });
