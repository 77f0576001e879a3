/** Transfer: one encoder, its head comes off, and the same features are asked several questions. */

import { $, h } from "../../core/dom.js";
import { number, onLanguage, sentences, t } from "../../core/i18n.js";
import { AsksInParts } from "../../parts/asks_in_parts.js";
import { choiceButtons } from "../../parts/choice_buttons.js";
import { showOnly } from "../../parts/visibility.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { DepthChart, depthSaid } from "./depth.js";
import { LABELS, QUESTIONS, WITHOUT_LABELS, askedOf, bestOf, helps, placeOf } from "./recorded.js";
import { TuningChart, canTune, tunedOf, tuningSaid } from "./tuning.js";
import { taskName } from "./words.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {import("./recorded.js").Tasks} Tasks */
/** @typedef {import("./recorded.js").Question} Question */
/** @typedef {import("./recorded.js").How} How */

const BESIDE = 400; // where “all labels” stands on the axis
const AXIS = [1, 5, 10, 100, BESIDE];

/** @type {Record<Question, () => string>} */
const NAMES = {
  class: () => t("class"),
  place: () => t("place"),
  size: () => t("size"),
  count: () => t("number"),
  cells: () => t("cells"),
};

/** @param {string} question */
export const questionName = (question) => NAMES[/** @type {Question} */ (question)]?.() ?? question;

export class TransferPart {
  /** @type {Frame | null} */
  frame = null;
  /** @type {Tasks} */
  tasks = {};

  /**
   * @param {import("../../core/state.js").State} state
   * @param {import("../../core/session/session.js").Session} session
   */
  constructor(state, session) {
    this.state = state;
    const root = $('[data-view-of="transfer"]');
    this.showChoice = choiceButtons(state, ["question", "labels", "along"], root);
    this.depth = new DepthChart();
    this.tuning = new TuningChart(AXIS, () => t("labels per answer"));
    this.chart = chart($("[data-asked-chart]"), () => ({
      x: t("labels per answer"),
      y: t("test accuracy"),
      height: 240,
      xScale: "log",
      xRange: [0.9, 500],
      yRange: [0, 1.02],
      lines: this.lines(),
    }));
    const buttons = ["[data-ask]", "[data-tune]"].map((of) => /** @type {HTMLButtonElement} */ ($(of)));
    this.asks = new AsksInParts(buttons, {
      session,
      kindOf: (button) => ("tune" in button.dataset ? "tune" : "ask"),
      works: [
        ["ask", "asked_parts"],
        ["tune", "tuned_parts"],
      ],
      more: (kind) => (kind === "tune" ? { question: this.state.values.question } : {}),
      untrained: () => true,
      possible: (kind) => kind === "ask" || canTune(this.frame, this.state.values.question),
      onBegin: () => undefined,
    });
    state.subscribe(() => this.draw());
    onLanguage(() => this.draw());
    this.draw();
  }

  /** @param {Tasks} tasks as recorded */
  setRecorded(tasks) {
    this.tasks = tasks;
    this.draw();
  }

  /** @param {Frame} frame @param {boolean} fresh */
  show(frame, fresh) {
    this.asks.take(frame, fresh);
    const other =
      frame.header.asked_at !== this.frame?.header.asked_at ||
      ["asked_parts", "tuned_parts"].some(
        (parts) => String(/** @type {any} */ (frame.header)[parts]) !== String(this.header?.[parts]),
      );
    this.frame = frame;
    if (other) this.draw();
    this.asks.goOn(frame, fresh);
  }

  /** The newest frame's. @returns {Record<string, any> | undefined} */
  get header() {
    return this.frame?.header;
  }

  end() {
    this.asks.end();
  }

  /** What the table is about: the probe, or fine-tuning. @returns {How} */
  get how() {
    return this.state.values.along === "tuning" ? "tuned" : "asked";
  }

  lines() {
    const { task } = this.state.values;
    return [
      {
        name: t("untrained, recorded"),
        color: "--gray-1",
        dash: [2, 4],
        shape: /** @type {const} */ ("cross"),
        digits: 2,
      },
      {
        name: t("{task}, recorded", { task: taskName(task) }),
        color: VARIANTS[0],
        shape: /** @type {const} */ ("circle"),
        digits: 2,
      },
      {
        name: t("supervised, recorded"),
        color: VARIANTS[2],
        dash: [8, 3, 2, 3],
        shape: /** @type {const} */ ("triangle"),
        digits: 2,
      },
      {
        name: t("this run"),
        color: VARIANTS[1],
        dash: [6, 4],
        shape: /** @type {const} */ ("square"),
        digits: 2,
      },
    ];
  }

  draw() {
    const { along: shown, question, labels, task } = this.state.values;
    this.showChoice();
    const along = (/** @type {string} */ of) =>
      LABELS.map((count) => askedOf(this.tasks, of, question, count)?.mean ?? null);
    this.chart.update({
      columns: [AXIS, along("untrained"), along(task), along("supervised"), this.ofRun(question)],
      lines: this.lines(),
      marks: [{ x: BESIDE, label: t("all") }],
      summary: this.sentence(),
    });
    this.depth.draw(this.frame);
    this.tuning.draw(this.frame, this.tasks, this.state.values);
    showOnly("over", (one) => one === shown);
    $("[data-ask]").hidden = shown === "tuning"; // which measures the probe beside, by itself
    this.asks.refresh();
    this.drawTable(question, labels, task);
    $("[data-transfer-said]").textContent = this.sentence();
  }

  /**
   * What this run’s encoder tells, with each number of labels.
   * @param {string} question @param {How} [how]
   */
  ofRun(question, how = "asked") {
    if (how === "tuned") return LABELS.map((_, i) => tunedOf(this.frame, "tuned", question, i)?.mean ?? null);
    const rows = this.frame?.rows.asked.pretext[/** @type {Question} */ (question)];
    return LABELS.map((_, i) => {
      const mean = rows?.[3 * i + 1] ?? NaN;
      return Number.isFinite(mean) ? mean : null;
    });
  }

  /** @param {string} question @param {string} labels @param {string} task */
  drawTable(question, labels, task) {
    const rows = ["untrained", ...WITHOUT_LABELS, "supervised"].filter((name) => this.tasks[name]);
    const at = LABELS.indexOf(labels);
    const { how } = this;
    const from = { tuned: t("fine-tuned from"), asked: t("features of") };
    $("[data-asked-table]").replaceChildren(
      h("caption", { class: "visually-hidden" }, t("Test accuracy by task and question")),
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, from[how]),
          ...QUESTIONS.map((one) =>
            h("th", { scope: "col", class: one === question ? "chosen" : "" }, questionName(one)),
          ),
          h("th", { scope: "col", title: sayHelps() }, t("helps")),
        ),
      ),
      h(
        "tbody",
        {},
        h(
          "tr",
          { class: "this-run" },
          h("th", { scope: "row" }, t("this run, live")),
          ...QUESTIONS.map((one) => h("td", {}, number(this.ofRun(one, how)[at] ?? NaN, 2))),
          h("td"),
        ),
        ...rows.map((name) =>
          h(
            "tr",
            { class: name === task ? "chosen" : "" },
            h("th", { scope: "row" }, taskName(name)),
            ...QUESTIONS.map((one) =>
              cellOf(this.tasks, name, one, labels, { how, chosen: one === question }),
            ),
            helped(this.tasks, name, labels, how),
          ),
        ),
      ),
    );
  }

  sentence() {
    const going = this.asks?.underway(this.frame);
    if (going) return t("Measuring: {done} of {all} parts are done.", going);
    const { along, labels } = this.state.values;
    if (along === "tuning") return tuningSaid(this.frame, this.tasks, this.state.values);
    return sentences([
      along === "depth" ? depthSaid(this.frame) : claimOf(this.tasks, labels),
      this.sayRun(),
    ]);
  }

  sayRun() {
    const at = this.frame?.header.asked_at ?? -1;
    return at < 0 ? "" : t("This run was measured at step {step}.", { step: number(at, 0) });
  }
}

const sayHelps = () =>
  t(
    "“Helps” counts the questions in which a task’s worst seed is above the best untrained one: with 1 of 5 it is a one-task model.",
  );

/**
 * For how many of the questions a task's encoder is better than the untrained, with every seed.
 * @param {Tasks} tasks @param {string} name @param {string} labels @param {How} how
 */
function helped(tasks, name, labels, how) {
  if (name === "untrained") return h("td", {}, "");
  const found = helps(tasks, name, labels, how);
  const text = t("{n} of 5", { n: found.length });
  return h("td", { class: found.length === 1 ? "one" : "", title: found.map(questionName).join(", ") }, text);
}

/**
 * @param {Tasks} tasks @param {string} name @param {string} question @param {string} labels
 * @param {{how: How, chosen: boolean}} shown of the chosen question the range over seeds is shown, too
 */
function cellOf(tasks, name, question, labels, { how, chosen }) {
  const [own, none] = [name, "untrained"].map((one) => askedOf(tasks, one, question, labels, how));
  if (!own || !none) return h("td", {}, "–");
  const gain = own.mean - none.mean;
  const spread = `${number(own.low, 2)}–${number(own.high, 2)}`;
  const look = own.low > none.high ? "gains" : own.high < none.low ? "loses" : "";
  const cell = h("td", { class: look, title: spread }, number(own.mean, 2));
  if (chosen) cell.append(h("small", {}, ` ${spread}`));
  cell.style.setProperty("--share", `${Math.round(Math.min(85, Math.max(0, gain * 250)))}%`);
  return cell;
}

/**
 * Whether contrastive learning is weak where details count, by these numbers.
 * @param {Tasks} tasks @param {string} labels
 */
function claimOf(tasks, labels) {
  const all = bestOf(tasks, "class", labels)?.all.length ?? 0;
  if (!placeOf(tasks, "simclr", "class", labels)) return t("Nothing was recorded yet.");
  const rank = (/** @type {string} */ question) =>
    number(placeOf(tasks, "simclr", question, labels) ?? NaN, 0);
  const best = QUESTIONS.map((question) => bestOf(tasks, question, labels));
  const clear = best.filter((one) => one?.clear).length;
  return sentences([
    t(
      "Among {all} tasks without labels, SimCLR is number {class} for the class, {place} for the place, {size} for the size, {count} for the number, {cells} for the cells.",
      {
        all,
        class: rank("class"),
        place: rank("place"),
        size: rank("size"),
        count: rank("count"),
        cells: rank("cells"),
      },
    ),
    t(
      "In {clear} of 5 questions the best task is above all others with every seed; elsewhere the ranges overlap.",
      { clear },
    ),
  ]);
}
