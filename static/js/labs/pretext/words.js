/** What the `pretext` page says: its tasks, their answers, what goes on. */

import { ApiError } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import { tell } from "../../core/said.js";
import { percent } from "../../parts/percent.js";
import { SHAPES } from "../../parts/shape_names.js";

/** @typedef {import("../../../types/frames.js").PretextFrame} Frame */
/** @typedef {Frame["header"]["task"]} Task */

/** @type {Record<string, () => string>} */
const TASKS = {
  rotation: () => t("rotation"),
  patch: () => t("relative patch"),
  color: () => t("color, as classes"),
  regression: () => t("color, squared error"),
  masked: () => t("masked region"),
  order: () => t("frame order: in order or not"),
  sort: () => t("frame order: 12 orders"),
  speed: () => t("video speed"),
  frame: () => t("masked frame"),
  simclr: () => t("contrastive (SimCLR)"),
  supervised: () => t("supervised: the classes"),
  untrained: () => t("untrained"),
};

/** Tasks whose weights come with Vitrine: `SHIPPED` of models/representation/shipped.py. */
export const SHIPPED = ["rotation", "patch", "color", "regression", "masked", "order", "sort", "speed"];

/** @param {string} task */
export const taskName = (task) => TASKS[task]?.() ?? task;

/** What the network is asked. @type {Record<string, () => string>} */
const ASKED = {
  rotation: () => t("By how much was the picture turned counterclockwise?"),
  patch: () => t("The left patch is the middle. Where does the right one belong?"),
  color: () => t("Which color has each cell of the gray picture?"),
  regression: () => t("Which color has each cell of the gray picture?"),
  masked: () => t("What is behind the gray blocks?"),
  order: () => t("Does the middle frame lie between the two others in time?"),
  sort: () => t("In which order were these frames? A reversed order counts as the same."),
  speed: () => t("How many times faster than normal do these frames go?"),
  frame: () => t("What does the hidden third frame show?"),
  simclr: () => t("Which two views come from the same picture?"),
  supervised: () => t("What is it? A person wrote this answer beside each picture."),
};

/** @param {string} task */
export const questionOf = (task) => ASKED[task]?.() ?? "";

/** Times of the frames shown, as `ORDERS` of models/representation/pretext.py has them. */
export const ORDERS = [0, 1, 2, 3].flatMap((a) =>
  [0, 1, 2, 3].flatMap((b) =>
    [0, 1, 2, 3].flatMap((c) => {
      const d = 6 - a - b - c;
      return new Set([a, b, c, d]).size === 4 && d >= 0 && d < 4 && a < d ? [[a, b, c, d]] : [];
    }),
  ),
);

const ARROWS = ["↖", "↑", "↗", "←", "→", "↙", "↓", "↘"];
/** @type {Record<string, () => string>} */
const THINGS = {
  car: () => t("car"),
  bus: () => t("bus"),
  person: () => t("person"),
  cup: () => t("cup"),
  bottle: () => t("bottle"),
  book: () => t("book"),
  vase: () => t("vase"),
  balloon: () => t("balloon"),
  ...SHAPES,
};

/** @param {string} name of a class, in English */
export const thingName = (name) => THINGS[name]?.() ?? name;

/**
 * The names of a task's answers; none where a picture is answered.
 * @param {{task: string, names: string[], speeds?: number[]}} header
 * @returns {string[]}
 */
export function answersOf({ task, names, speeds = [] }) {
  if (task === "rotation") return ["0°", "90°", "180°", "270°"];
  if (task === "patch") return ARROWS;
  if (task === "order") return [t("not in order"), t("in order")];
  if (task === "sort") return ORDERS.map((order) => order.map((time) => time + 1).join(" "));
  if (task === "speed") return speeds.map((speed) => `${speed}×`);
  return task === "supervised" ? names.map(thingName) : [];
}

/** What a page says of an error. @param {unknown} error */
export const wordsOf = (error) =>
  error instanceof ApiError ? error.message : t("Something went wrong. Please try again.");

/** @param {unknown} error */
export function failed(error) {
  tell($("[data-said]"), () => wordsOf(error));
  if (!(error instanceof ApiError)) throw error;
}

/** Whether accuracy is the share of the variance that is explained. @param {string} task */
export const explains = (task) => ["regression", "masked", "frame"].includes(task);

/** A measure's newest value. @param {Frame} frame @param {"loss" | "accuracy"} name */
export const newest = ({ rows }, name) => rows.history[name].at(-1) ?? NaN;

/** The sentence under the picture. @param {Frame} frame @param {number} chance */
export function saidOf(frame, chance) {
  const { step, task } = frame.header;
  const solved = newest(frame, "accuracy");
  const now = explains(task)
    ? t("Step {step}: the answers explain {share} of the variance of what was hidden.", {
        step: number(step, 0),
        share: percent(Math.max(0, solved), 0),
      })
    : t("Step {step}: {share} of the held-out puzzles are solved; guessing solves {chance}.", {
        step: number(step, 0),
        share: percent(solved, 0),
        chance: percent(chance, 0),
      });
  return sentences([t("Task: {task}.", { task: taskName(task) }), now, probeSaid(frame)]);
}

/** What the newest probe found. @param {Frame} frame */
function probeSaid({ rows: { probes } }) {
  const many = probes.many.at(-1);
  if (many === undefined) return "";
  return t("A linear classifier with 50 labels per class finds {share} of the classes in the features.", {
    share: percent(many, 0),
  });
}
