/** Eight learning rates or scales of the start at once, each with and without BatchNorm. */

import { configOf } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { number, onLanguage, plain, sentences, t } from "../../core/i18n.js";
import { fillTable } from "../../core/table.js";
import { onChoice, press } from "../../parts/choice_buttons.js";
import { Sweep, withDefaults } from "../../parts/sweep.js";
import { chart } from "../../views/chart.js";
import { PLACES, stepsOf } from "./layers.js";

/** @typedef {import("../../../types/frames.js").SweepFrame} SweepFrame */

const ENOUGH = 1200; // training steps; beyond, hardly any setting arrives that has not
const [NONE, BEFORE] = [0, 1];
/** What a sweep does not depend on. @type {Record<string, string[]>} */
const IDLE = { rate: ["learning_rate"], scale: ["init_scale"] };
const ALWAYS_IDLE = ["layer", "unit", "seeds"];
const looks = () =>
  [PLACES[0], PLACES[1]].map((place, i) => ({
    name: i ? t("with BatchNorm") : t("without BatchNorm"),
    color: place?.color ?? "--ink",
    ...(place?.dash.length && { dash: place.dash }),
    ...(place && { shape: place.shape }),
    digits: 0,
  }));
/** @type {import("../../views/chart.js").Line[]} */
/** @param {ReturnType<typeof looks>} both */
const linesOf = (both) => [
  ...both,
  ...both.map((look) => ({
    ...look,
    name: t("{name}: not yet", { name: look.name }),
    width: 0,
    hollow: true,
  })),
  ...both.flatMap((look) => [
    { ...look, quiet: true },
    { ...look, quiet: true },
  ]),
];

/** What is swept. @param {string} setting */
const nameOf = (setting) => (setting === "rate" ? t("learning rate") : t("initialization scale"));

/**
 * @typedef {{typical: number, first: number, last: number}} Reached after so many steps; Infinity: not yet
 */
/**
 * @typedef {object} Swept what a frame tells
 * @property {number} step
 * @property {string} setting
 * @property {number[]} values
 * @property {[Reached, Reached][]} reached of each value: without and with BatchNorm
 * @property {[number[], number[]]} typical of each: without and with BatchNorm
 */

export class SweepPart {
  /** @type {Swept | null} */
  swept = null;
  charts = $("[data-sweep-charts]");
  said = $("[data-sweep-said]");

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.setting = state.values.setting; // of the chart
    this.steps = this.build(this.setting);
    this.asked = state.values.sweep;
    this.run = this.prepare();
    onChoice("setting", (setting) => this.choose(setting));
    state.subscribe(() => this.follow());
    onLanguage(() => this.draw());
    this.draw();
    if (state.values.sweep) this.run.begin();
  }

  prepare() {
    const button = $("[data-sweep]");
    const run = new Sweep({
      slug: "batchnorm",
      state: this.state,
      button,
      name: () => t("Train all sixteen"),
      enough: ENOUGH,
      liveNames: ["target"],
      configOf: (values) => ({
        ...withDefaults(configOf(values), [...ALWAYS_IDLE, ...(IDLE[values.setting] ?? [])]),
        mode: "sweep",
      }),
      onFrame: (frame) => this.take(frame),
      onRefused: (words) => (this.said.textContent = words),
    });
    button.addEventListener("click", () => run.toggle());
    return run;
  }

  /** @param {SweepFrame} frame */
  take(frame) {
    if (frame.header.setting !== this.state.values.setting) return false;
    this.swept = frame.header.step ? sweptOf(frame) : null;
    this.draw();
    return true;
  }

  /** @param {string} setting */
  choose(setting) {
    if (setting === this.state.values.setting) return;
    this.swept = null;
    this.state.go({ setting });
    this.draw();
  }

  /** The page's state has changed. */
  follow() {
    const { sweep } = this.state.values;
    if (sweep && !this.asked) this.run.begin();
    this.asked = sweep;
    this.draw();
  }

  /** A chart's axis keeps its name, so what is swept now has a chart of its own. @param {string} setting */
  build(setting) {
    return chart($("[data-sweep-steps]"), () => ({
      x: nameOf(setting),
      y: t("training steps"),
      height: 250,
      xScale: "log",
      yScale: "log",
      lines: linesOf(looks()),
      bands: looks().map((look, i) => ({ between: [4 + 2 * i, 5 + 2 * i], color: look.color })),
      onPick: (value) => {
        if (this.swept)
          this.state.set({ [this.swept.setting === "rate" ? "learning_rate" : "init_scale"]: value });
      },
    }));
  }

  /** @param {string} setting */
  chartFor(setting) {
    if (setting !== this.setting) {
      this.steps.destroy();
      this.steps = this.build(setting);
      this.setting = setting;
    }
    return this.steps;
  }

  draw() {
    const { swept } = this;
    this.charts.hidden = !swept;
    press("setting", this.state.values.setting);
    if (!swept) {
      this.said.textContent = t(
        "Eight settings, each with and without BatchNorm, each from several starts, are trained at once on the same batches.",
      );
      return;
    }
    this.said.textContent = sentenceOf(swept, this.state.values.target);
    this.chartFor(swept.setting).update({ columns: columnsOf(swept), summary: this.said.textContent });
    showTable(swept);
  }
}

/** @param {SweepFrame} frame @returns {Swept} */
function sweptOf({ header, arrays, rows, shapes }) {
  const starts = shapes.reached[2] ?? 0;
  const of = (/** @type {"none" | "before"} */ place, /** @type {number} */ k) =>
    stepsOf(rows.reached[place].subarray(k * starts, (k + 1) * starts));
  const reached = Array.from(
    arrays.values,
    (_, k) => /** @type {[Reached, Reached]} */ ([of("none", k), of("before", k)]),
  );
  return {
    step: header.step,
    setting: header.setting,
    values: Array.from(arrays.values),
    reached,
    typical: [reached.map(([none]) => none.typical), reached.map(([, before]) => before.typical)],
  };
}

/** Of the chart, in the order of its lines. @param {Swept} swept */
function columnsOf({ step, values, reached, typical }) {
  const late = typical.map((row) => row.map((n) => (Number.isFinite(n) ? null : step)));
  const bounds = [NONE, BEFORE].flatMap((v) => [
    reached.map((row) => row[v]?.first ?? NaN),
    reached.map((row) => row[v]?.last ?? NaN),
  ]);
  return [values, ...typical, ...late, ...bounds];
}

/** @param {Swept} swept */
function showTable({ setting, values, reached }) {
  const text = (/** @type {number} */ n) => (Number.isFinite(n) ? number(n, 0) : t("not yet"));
  fillTable(
    $("[data-sweep-table]"),
    [nameOf(setting), t("without"), t("with"), t("times sooner")],
    reached.map(([none, before], k) => {
      const ratio = none.typical / before.typical;
      const sooner = Number.isFinite(ratio) ? number(ratio, 1) : "–";
      return [plain(values[k] ?? NaN), text(none.typical), text(before.typical), sooner];
    }),
  );
}

/** How many, and from which to which. @param {number[]} values */
function counted(values) {
  if (!values.length) return "0";
  const [low = NaN, high = NaN] = [values[0], values.at(-1)];
  const ends = values.length > 1 ? t("{low} to {high}", { low: plain(low), high: plain(high) }) : plain(low);
  return `${values.length} (${ends})`;
}

/** @param {Swept} swept @param {number} target */
function sentenceOf({ step, values, typical }, target) {
  const [slow, fast] = typical;
  const there = (/** @type {number[]} */ row) => counted(values.filter((_, k) => Number.isFinite(row[k])));
  const ratios = slow
    .map((n, k) => n / (fast[k] ?? NaN))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  const arrived = t(
    "After {step} steps, of {all} settings those that reached a loss of {target}: {without} without BatchNorm, {within} with it.",
    {
      step: number(step, 0),
      all: values.length,
      target: number(target, 2),
      without: there(slow),
      within: there(fast),
    },
  );
  const [low = NaN, high = NaN] = [ratios[0], ratios.at(-1)];
  const sooner = t("Where both do, it takes {low} to {high} times as many steps without.", {
    low: number(low, 1),
    high: number(high, 1),
  });
  return sentences([arrived, ratios.length > 1 ? sooner : "", t("Click a setting to load it above.")]);
}
