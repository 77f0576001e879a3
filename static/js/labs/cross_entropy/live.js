/** The two trainings: curves, reliability, and the worst digits with their probabilities. */

import { onChoice } from "../../parts/choice_buttons.js";
import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { csvOf } from "../../math/series.js";
import { percent } from "../../parts/percent.js";
import { chart } from "../../views/chart.js";
import { accuracyOf, bandOf, lengthOf, looks, normsOf } from "./measured.js";
import { reliabilityPart } from "./reliability.js";
import { showWorst } from "./worst.js";

/** @typedef {import("../../../types/frames.js").CrossEntropyFrame} CrossEntropyFrame */

/** @typedef {import("./measured.js").Live} Live */

/** Each loss with its band. @param {number} digits */
const banded = (digits) => ({
  lines: looks().flatMap((look) => [
    { ...look, name: `${look.name} 10 %`, quiet: true },
    { ...look, digits },
    { ...look, name: `${look.name} 90 %`, quiet: true },
  ]),
  bands: looks().map((look, i) => ({
    between: /** @type {[number, number]} */ ([3 * i, 3 * i + 2]),
    color: look.color,
  })),
});
/** @param {string} y */
const overSteps = (y) => ({ x: t("training steps"), y, height: 220, overSteps: true });

export class LivePart {
  /** @type {Live | null} */
  shown = null;
  /** @type {number | null} */
  marker = null;
  accuracies = chart($("[data-accuracies]"), () => ({
    ...overSteps(t("accuracy")),
    yRange: [0, 1.02],
    ...banded(3),
  }));
  losses = chart($("[data-losses]"), () => ({ ...overSteps(t("nats")), yScale: "log", ...banded(3) }));
  norms = chart($("[data-norms]"), () => ({
    ...overSteps(t("length")),
    yScale: "log",
    lines: looks().map((look) => ({ ...look, digits: 5 })),
  }));
  reliability = reliabilityPart();

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    onChoice("look", (look) => state.go({ look }));
    addEventListener("themechange", () => this.draw());
  }

  /** @param {CrossEntropyFrame} frame @param {boolean} past */
  show(frame, past) {
    this.shown = frame;
    this.marker = past ? frame.header.step : null;
    this.draw();
  }

  draw() {
    const { shown, marker } = this;
    if (!shown) return;
    const summary = sentenceOf(shown);
    this.accuracies.update({ columns: bandOf(shown, "accuracy"), summary, marker });
    this.losses.update({ columns: bandOf(shown, "nats"), summary, marker });
    this.norms.update({ columns: [shown.arrays.steps, ...normsOf(shown)], summary, marker });
    this.reliability.show(shown, summary);
    showWorst(shown, this.state.values.look);
    $("[data-live-said]").textContent = summary;
    showFigures(shown);
  }

  get header() {
    return this.shown?.header ?? null;
  }

  toPng() {
    return this.accuracies.toPng();
  }

  toCsv() {
    if (!this.shown) return "";
    const columns = [
      ...bandOf(this.shown, "accuracy"),
      ...bandOf(this.shown, "nats").slice(1),
      ...normsOf(this.shown),
    ];
    return csvOf([t("training steps"), ...columnNames()], columns);
  }
}

/** @param {Live} live */
function showFigures(live) {
  /** @type {[string, string][]} */
  const figures = looks().flatMap(({ name, loss }, i) => [
    [t("accuracy, {loss}", { loss: name }), percent(accuracyOf(live, loss))],
    [t("calibration error"), number(live.header.calibration[i] ?? NaN, 3)],
  ]);
  figures.push([t("parameters"), number(live.header.parameters, 0)]);
  fillFigures($("[data-figures]"), figures);
}

/** @param {Live} live */
function sentenceOf(live) {
  const { header } = live;
  return sentences([
    t(
      "After {step} steps, of {tested} test digits networks recognize {first} with cross-entropy and {second} with squared error.",
      {
        step: number(header.step, 0),
        tested: header.tested,
        first: percent(accuracyOf(live, "cross-entropy")),
        second: percent(accuracyOf(live, "brier")),
      },
    ),
    header.step > 0
      ? t("Their last gradients have lengths {first} and {second}.", {
          first: number(lengthOf(live, "cross-entropy"), 4),
          second: number(lengthOf(live, "brier"), 4),
        })
      : "",
    t("Confidence and accuracy differ by {first} (cross-entropy) and {second} (squared error) on average.", {
      first: percent(header.calibration[0] ?? NaN),
      second: percent(header.calibration[1] ?? NaN),
    }),
  ]);
}

/** Of the file: each measure of both losses, with its tenth and ninetieth percentile. */
function columnNames() {
  const lengths = t("gradient norm"); // the extractor reads no t() in a template literal
  return [
    ...[t("test accuracy"), t("cross-entropy on test digits, nats")].flatMap((measure) =>
      looks().flatMap((look) =>
        ["10 %", "", "90 %"].map((part) => `${measure}, ${look.name}${part && `, ${part}`}`),
      ),
    ),
    ...looks().map((look) => `${lengths}, ${look.name}`),
  ];
}
