/** What the page says of a detector that learns, from the numbers of a frame. No DOM here. */

import { number, sentences, t } from "../../core/i18n.js";
import { percent } from "../../parts/percent.js";

/** @typedef {import("../../../types/frames.js").DetectorsFrame} Frame */

/** The losses that each form has, in the order of the curves. @type {Record<string, string[]>} */
export const LOSSES = {
  two: ["rpn class", "rpn box", "head class", "head box"],
  ssd: ["class", "box"],
  yolo: ["class", "box", "object", "nothing"],
};

/** @type {Record<string, () => string>} */
const LOSS_NAMES = {
  "rpn class": () => t("RPN: object or not"),
  "rpn box": () => t("RPN: box"),
  "head class": () => t("second stage: class"),
  "head box": () => t("second stage: box"),
  class: () => t("class"),
  box: () => t("box"),
  object: () => t("confidence, object"),
  nothing: () => t("confidence, nothing"),
};

/** @param {string} name */
export const lossName = (name) => LOSS_NAMES[name]?.() ?? name;

/** @type {(() => string)[]} */
const PARTS = [
  () => t("RPN and second stage are trained at once."),
  () => t("Step 1 of 4: the RPN learns, with the shared layers."),
  () => t("Step 2 of 4: the second stage learns from the RPN’s proposals, with layers of its own."),
  () => t("Step 3 of 4: on the layers of the second stage, which now stay, only the RPN’s own layers learn."),
  () => t("Step 4 of 4: the second stage learns on the shared layers, which stay."),
];

/** @type {Record<string, () => string>} */
const FORMS = {
  ssd: () => t("Each anchor is a default box: it gets a class and four deltas at once."),
  yolo: () =>
    t("The cell that holds an object’s center is responsible for it, with the better of its two boxes."),
};

/** @param {Frame} frame @param {"ap50" | "recall" | "proposals"} name */
export const newest = (frame, name) => frame.rows.scores[name].at(-1);

/** The sentence under the pictures. @param {Frame} frame @returns {string} */
export function sayTraining(frame) {
  const { header } = frame;
  return sentences([
    (header.form === "two" ? PARTS[header.part] : FORMS[header.form])?.() ?? "",
    header.easy >= 0 ? sayEasy(frame) : "",
    sayScores(frame),
  ]);
}

/** @param {Frame} frame */
function sayEasy({ header }) {
  return t(
    "Easy background: {count} anchors are background with a probability of at least 0.9. They make up {plain} of the cross-entropy over all anchors but the ignored ones; with the weights of focal loss, {focal}.",
    {
      count: number(header.easy, 0),
      plain: percent(header.easy_plain, 0),
      focal: percent(header.easy_focal, 0),
    },
  );
}

/** @param {Frame} frame */
function sayScores(frame) {
  const ap50 = newest(frame, "ap50");
  if (ap50 === undefined) return "";
  return t(
    "On {count} held-out scenes, AP50 is {ap50}, and {recall} of the objects are found with a score of 0.02 or more.",
    {
      count: frame.header.tested,
      ap50: number(ap50, 2),
      recall: percent(newest(frame, "recall") ?? 0, 0),
    },
  );
}

/** The few numbers below the view. @param {Frame} frame @returns {(string | number)[][]} */
export function figuresOf(frame) {
  const { header } = frame;
  const shared = (/** @type {number | undefined} */ share) => (share === undefined ? "–" : percent(share, 0));
  const ap50 = newest(frame, "ap50");
  return [
    [t("AP50, held out"), ap50 === undefined ? "–" : number(ap50, 2)],
    [t("objects found, score ≥ 0.02"), shared(newest(frame, "recall"))],
    ...(header.form === "two"
      ? [[t("objects that a proposal covers"), shared(newest(frame, "proposals"))]]
      : []),
    ...(header.easy >= 0 ? [[t("easy background in the focal loss"), percent(header.easy_focal, 0)]] : []),
    [t("scenes to learn from"), header.scenes],
  ];
}
