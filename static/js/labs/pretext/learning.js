/** Learning: the loss, how well the task is solved, and what the features are worth meanwhile. */

import { $, h } from "../../core/dom.js";
import { number, onLanguage, t } from "../../core/i18n.js";
import { fillFigures } from "../../parts/figures.js";
import { percent, shareText } from "../../parts/percent.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { FIRST, modeOf } from "./beside.js";
import { picture } from "./tiles.js";
import { explains, newest, taskName, thingName } from "./words.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {import("./puzzles.js").Puzzles} Puzzles */

const NEAR = 5;
const COUNT = 16; // pictures to choose from

export class LearningPart {
  /** @type {Frame | null} */
  frame = null;
  /** @type {Puzzles | null} */
  of = null;
  /** @type {number | null} */
  score = null;

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.losses = chart($("[data-losses]"), () => ({
      x: t("training steps"),
      overSteps: true,
      y: t("loss"),
      height: 200,
      lines: [{ name: t("loss of the batch"), color: "--accent", digits: 3 }],
    }));
    this.accuracies = chart($("[data-accuracies]"), () => ({
      x: t("training steps"),
      overSteps: true,
      y: t("accuracy"),
      height: 260,
      yRange: [0, 1.02],
      lines: [
        { name: t("pretext task, held out"), color: VARIANTS[0], digits: 2 },
        {
          name: t("probe: class, 50 labels each"),
          color: VARIANTS[1],
          digits: 2,
          shape: "circle",
          spanGaps: true,
        },
        {
          name: t("probe: class, labels as set"),
          color: VARIANTS[2],
          digits: 2,
          shape: "square",
          spanGaps: true,
          dash: [6, 4],
        },
      ],
    }));
    state.subscribe((changed) => changed.has("picture") && this.drawNeighbors());
    onLanguage(() => {
      if (this.of) this.offer(this.of);
      this.drawNeighbors();
      if (this.frame) this.fillFigures(this.frame);
    });
  }

  /** @param {Frame} frame @param {Puzzles} of @param {boolean} past */
  show(frame, of, past) {
    const chosen = of !== this.of;
    this.frame = frame;
    this.of = of;
    const marker = past ? frame.header.step : null;
    const { steps } = frame.arrays;
    const { loss } = frame.rows.history;
    this.losses.update({ columns: [steps, loss], marker, summary: this.sayLoss(frame) });
    this.accuracies.update({
      columns: columnsOf(frame),
      marker,
      rules: this.rules(of),
      summary: this.sayAccuracy(frame),
    });
    if (chosen) this.offer(of);
    this.drawNeighbors();
    this.fillFigures(frame);
  }

  /** Those of the view on show. @param {Frame} frame */
  fillFigures(frame) {
    if (modeOf(this.state.values) === FIRST) fillFigures($("[data-figures]"), figuresOf(frame));
  }

  /** @param {number | null} score the visitor's */
  setScore(score) {
    this.score = score;
  }

  /** Chance, a known ceiling, and the visitor. @param {Puzzles} of */
  rules({ header }) {
    const { chance, ceiling } = header;
    return [
      { y: chance, label: t("guessing"), dash: [2, 4] },
      ...(ceiling === null ? [] : [{ y: ceiling, label: t("the most that is possible"), dash: [8, 4] }]),
      ...(this.score === null ? [] : [{ y: this.score, label: t("you"), color: "--accent" }]),
    ];
  }

  /** @param {Frame} frame */
  sayLoss(frame) {
    return t("Loss at step {step}: {loss}", {
      step: frame.header.step,
      loss: number(newest(frame, "loss"), 3),
    });
  }

  /** @param {Frame} frame */
  sayAccuracy(frame) {
    return t("Pretext accuracy {solved}, probe accuracy {probe} at step {step}", {
      solved: number(newest(frame, "accuracy"), 2),
      probe: number(frame.rows.probes.many.at(-1) ?? NaN, 2),
      step: frame.header.step,
    });
  }

  // --- Nearest neighbors ----------------------------------------------------------------------------

  /** @param {Puzzles} of */
  offer(of) {
    $("[data-pictures]").replaceChildren(
      ...of.pictures.slice(0, COUNT).map((tile, i) =>
        h(
          "button",
          {
            type: "button",
            "aria-label": t("Picture {number}", { number: i + 1 }),
            onclick: () => this.state.set({ picture: i }),
          },
          picture(tile),
        ),
      ),
    );
  }

  drawNeighbors() {
    const { frame, of } = this;
    if (!frame || !of) return;
    const chosen = Math.min(this.state.values.picture, of.pictures.length - 1);
    [...$("[data-pictures]").children].forEach((one, i) =>
      one.setAttribute("aria-pressed", String(i === chosen)),
    );
    for (const [root, rows] of /** @type {[string, Uint8Array][]} */ ([
      ["[data-neighbors-before]", frame.arrays.neighbors_before],
      ["[data-neighbors-now]", frame.arrays.neighbors],
    ])) {
      const near = rows.slice(chosen * NEAR, chosen * NEAR + NEAR);
      $(root).replaceChildren(...[...near].map((i) => neighborOf(of, chosen, i)));
    }
  }

  toCsv() {
    return this.accuracies.toCsv();
  }
}

/** @param {Puzzles} of @param {number} chosen @param {number} i */
function neighborOf(of, chosen, i) {
  const same = of.labels.length > 0 && of.labels[i] === of.labels[chosen];
  const name = of.labels.length ? thingName(of.header.names[Number(of.labels[i])] ?? "") : "";
  return h("li", { class: same ? "same" : "" }, picture(of.pictures[i], name), h("span", {}, name));
}

/** The probes' points among the steps of the history. @param {Frame} frame */
function columnsOf({ arrays, rows }) {
  const all = [...new Set([...arrays.steps, ...arrays.probe_steps])].sort((a, b) => a - b);
  const along = (/** @type {ArrayLike<number>} */ steps, /** @type {ArrayLike<number>} */ values) => {
    const found = new Map(Array.from(steps, (step, i) => [step, values[i]]));
    return all.map((step) => found.get(step) ?? null);
  };
  const solved = along(
    arrays.steps,
    Float32Array.from(rows.history.accuracy, (v) => Math.max(0, v)),
  );
  const { many, few } = rows.probes;
  return [all, solved, along(arrays.probe_steps, many), along(arrays.probe_steps, few)];
}

/** @param {Frame} frame */
function figuresOf(frame) {
  const { header } = frame;
  const solved = newest(frame, "accuracy");
  const name = explains(header.task) ? t("variance explained") : t("pretext accuracy");
  return [
    [t("task"), taskName(header.task)],
    [t("loss"), number(newest(frame, "loss"), 3)],
    [name, percent(Math.max(0, solved), 0)],
    [t("probe, 50 labels"), shareText(frame.rows.probes.many.at(-1), 0)],
    [t("labels used for training"), header.task === "supervised" ? t("all") : "0"],
  ];
}
