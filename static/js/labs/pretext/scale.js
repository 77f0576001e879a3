/** Scale: what the features tell, by the number of pictures without labels and the size of the encoder. */

import { $ } from "../../core/dom.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { fillTable } from "../../core/table.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { fillFigures } from "../../parts/figures.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { cellOf, LABELS, scaleGains, widthName } from "./recorded.js";
import { questionName } from "./transfer.js";

/** @typedef {import("../../../types/frames.js").ScaleFrame} Frame */
/** @typedef {import("./recorded.js").Scale & Record<string, any>} Scale */

/** The settings that a run on more and more pictures follows. */
export const OWN = ["width", "seed"];
/** @type {(import("../../views/chart.js").Line["shape"])[]} */
const SHAPES = ["circle", "square", "triangle"];

export class ScalePart {
  /** @type {Frame | null} */
  frame = null;
  /** @type {Scale | null} */
  recorded = null;

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.showChoice = choiceButtons(state, ["question", "labels"], $('[data-view-of="scale"]'));
    this.chart = chart($("[data-scale-chart]"), () => ({
      x: t("pictures without labels"),
      y: t("test accuracy"),
      height: 260,
      xScale: "log",
      lines: this.lines(),
    }));
    state.subscribe((changed) => {
      if (["question", "labels", "tab"].some((name) => changed.has(name))) this.draw();
    });
    onLanguage(() => this.draw());
    this.draw();
  }

  /** @param {Scale} scale as recorded; empty where nothing was */
  setRecorded(scale) {
    this.recorded = scale.cells ? scale : null;
    this.draw();
  }

  /** @param {Frame} frame */
  show(frame) {
    const other =
      frame.header.done !== this.frame?.header.done || frame.header.width !== this.frame?.header.width;
    this.frame = frame;
    if (other) this.draw();
    this.tell();
  }

  /**
   * Of each size mean, worst and best seed; then this run.
   * @returns {import("../../views/chart.js").Line[]}
   */
  lines() {
    const { recorded } = this;
    const sizes = recorded?.times ?? [];
    return [
      ...sizes.flatMap((times, i) => {
        const color = VARIANTS[i] ?? "--ink";
        const [name, shape] = [sizeName(recorded, times), SHAPES[i] ?? /** @type {const} */ ("cross")];
        const edge = { name, color, quiet: true };
        return [{ name, color, shape, digits: 2, ...(i && { dash: [6, 2 + 2 * i] }) }, edge, edge];
      }),
      { name: t("this run"), color: "--accent", shape: /** @type {const} */ ("cross"), digits: 2 },
    ];
  }

  /** @param {number[]} counts @returns {(number | null)[][]} a column for each line of a recorded size */
  columns(counts) {
    const { recorded } = this;
    const { question, labels } = this.state.values;
    if (!recorded) return [];
    return recorded.times.flatMap((times) => {
      const along = counts.map((count) => cellOf(recorded, widthName(times), count, question, labels));
      return [
        along.map((range) => range?.mean ?? null),
        along.map((range) => range?.low ?? null),
        along.map((range) => range?.high ?? null),
      ];
    });
  }

  draw() {
    this.showChoice();
    const { recorded, frame } = this;
    const counts = recorded?.counts ?? frame?.header.counts ?? [];
    this.chart.update({
      columns: [counts, ...this.columns(counts), this.ofRun(counts.length)],
      bands: (recorded?.times ?? []).map((_, i) => ({
        between: [3 * i + 1, 3 * i + 2],
        color: VARIANTS[i] ?? "--ink",
        alpha: 0.15,
      })),
      lines: this.lines(),
      summary: this.sentence(),
    });
    this.drawTable(counts);
    $("[data-scale-from]").textContent = recorded
      ? `${recorded.command} · ${recorded.commit} · ${recorded.date}`
      : t("Nothing was recorded yet.");
    this.tell();
  }

  /** This run’s accuracies; it asks for the class alone. @param {number} counts */
  ofRun(counts) {
    const { question, labels } = this.state.values;
    const at = LABELS.indexOf(labels);
    return Array.from({ length: counts }, (_, i) => {
      const value = question === "class" ? this.frame?.arrays.accuracy[i * LABELS.length + at] : undefined;
      return value !== undefined && Number.isFinite(value) ? value : null;
    });
  }

  /** @param {number[]} counts */
  drawTable(counts) {
    const { recorded } = this;
    const { question, labels } = this.state.values;
    if (!recorded) return;
    const told = (/** @type {number} */ times, /** @type {number} */ count) =>
      number(cellOf(recorded, widthName(times), count, question, labels)?.mean ?? NaN, 2);
    fillTable(
      $("[data-scale-table]"),
      [
        t("pictures \\ weights"),
        ...recorded.times.map((times) => number(recorded.parameters[widthName(times)] ?? NaN, 0)),
      ],
      counts.map((count) => [number(count, 0), ...recorded.times.map((times) => told(times, count))]),
    );
  }

  tell() {
    if (this.state.values.tab !== "scale") return;
    $("[data-scale-said]").textContent = this.sentence();
    const { header } = this.frame ?? {};
    fillFigures($("[data-figures]"), [
      [
        t("trainings done"),
        t("{done} of {all}", { done: header?.done ?? 0, all: header?.counts.length ?? 4 }),
      ],
      [t("steps of each"), number(header?.each ?? this.recorded?.steps ?? NaN, 0)],
      [t("seeds recorded"), number(this.recorded?.seeds ?? NaN, 0)],
      [t("labels used for training"), "0"],
    ]);
  }

  sentence() {
    const { recorded } = this;
    if (!recorded) return t("Nothing was recorded yet.");
    const { question, labels } = this.state.values;
    const { data, size } = scaleGains(recorded, question, labels);
    return sentences([
      t(
        "Question “{question}”: from the fewest to the most pictures, accuracy clearly rises for {better} of {all} sizes and falls for {worse}.",
        { question: questionName(question), ...data },
      ),
      t(
        "From the smallest to the largest encoder, it clearly rises for {better} of {all} numbers of pictures and falls for {worse}.",
        size,
      ),
      verdict(data, size),
    ]);
  }

  toCsv() {
    return this.chart.toCsv();
  }
}

/** @param {Scale | null} recorded @param {number} times */
const sizeName = (recorded, times) =>
  t("{count} weights", { count: number(recorded?.parameters[widthName(times)] ?? NaN, 0) });

/** @typedef {ReturnType<typeof scaleGains>["data"]} Gains */

/** @param {Gains} data @param {Gains} size */
function verdict(data, size) {
  const held = (/** @type {Gains} */ { better, worse, all }) => better === all && worse === 0 && all > 0;
  if (held(data) && held(size)) return t("Here the statement holds, for data and for size.");
  if (held(data)) return t("Here the statement holds for data, and not for size.");
  if (held(size)) return t("Here the statement holds for size, and not for data.");
  return t("Here the statement fails: neither more data nor a larger encoder helps in every case.");
}
