/** Which detector led at half a training and at its end, as the training recorded it. No DOM here. */

import { number, sentences, t } from "../../core/i18n.js";

/** @typedef {{step: number, one_stage: Record<string, number>, two_stage: Record<string, number>}} Point */
/**
 * @typedef {object} Course
 * @property {string} pictures
 * @property {number} steps of the whole training
 * @property {Point[]} points in the order of their steps
 * @property {string} command
 * @property {string} commit
 * @property {string} date
 */

/**
 * The point that is nearest to half of the training, and the last one.
 * @param {Course} course
 * @returns {{half: Point, end: Point} | null} null where there is one point only
 */
export function halfAndEnd({ points, steps }) {
  const [first, ...rest] = points;
  const end = rest.at(-1);
  if (!first || !end) return null;
  const far = (/** @type {Point} */ { step }) => Math.abs(step - steps / 2);
  const half = points.slice(0, -1).reduce((best, point) => (far(point) < far(best) ? point : best), first);
  return { half, end };
}

/** How much more two stages have. @param {Point} point @param {string} name AP50 or AP75 */
export const lead = ({ one_stage: one, two_stage: two }, name) => (two[name] ?? NaN) - (one[name] ?? NaN);

const NAMES = ["AP50", "AP75"];

/** The numbers at half the training, and whether its end has the same order. @param {Course} course */
export function sayCourse(course) {
  const pair = halfAndEnd(course);
  if (!pair) return "";
  const { half, end } = pair;
  const flipped = NAMES.filter((name) => Math.sign(lead(half, name)) !== Math.sign(lead(end, name)));
  return sentences([
    t("Another training at its half ({half} of {end} steps): {list}.", {
      half: number(half.step, 0),
      end: number(end.step, 0),
      list: NAMES.map((name) => `${name} ${both(half, name)}`).join(t(", ")),
    }),
    flipped.length
      ? t("At its end the order is another one: {list}.", {
          list: flipped.map((name) => `${name} ${both(end, name)}`).join(t(", ")),
        })
      : t("At its end the order is the same."),
  ]);
}

/** One stage | two stages. @param {Point} point @param {string} name */
const both = ({ one_stage: one, two_stage: two }, name) =>
  `${number(one[name] ?? NaN)} | ${number(two[name] ?? NaN)}`;

// --- The small detectors of "Train it" ------------------------------------------------------------------

/** @typedef {Record<string, Record<string, number>>} Points AP50 and AP75 by step */
/**
 * @typedef {object} FormsCourse
 * @property {number} steps of the whole training
 * @property {number} seeds
 * @property {Record<string, Points>} forms
 * @property {string} command
 * @property {string} commit
 * @property {string} date
 */

/** @type {Record<string, () => string>} */
const FORM_NAMES = { two: () => t("two stages"), ssd: () => "SSD", yolo: () => "YOLO" };

/**
 * The forms by their AP50 after so many steps, the best first.
 * @param {FormsCourse} course
 * @param {number} step
 * @returns {{form: string, ap50: number}[]}
 */
export const rankedAt = ({ forms }, step) =>
  Object.entries(forms)
    .map(([form, points]) => ({ form, ap50: points[step]?.AP50 ?? NaN }))
    .sort((a, b) => b.ap50 - a.ap50);

/** The last recorded step at which one stage leads; null where it never does. @param {FormsCourse} course */
export function lastLeadOfOne(course) {
  const steps = Object.keys(course.forms.two ?? {}).map(Number);
  return steps.filter((step) => rankedAt(course, step)[0]?.form !== "two").sort((a, b) => b - a)[0] ?? null;
}

/**
 * Who leads at half of a small training, at its end, and when one stage leads last.
 * @param {FormsCourse} course
 */
export function sayForms(course) {
  const { steps, seeds } = course;
  const listed = (/** @type {number} */ step) =>
    rankedAt(course, step)
      .map(({ form, ap50 }) => `${FORM_NAMES[form]?.() ?? form} ${number(ap50)}`)
      .join(t(", "));
  const last = lastLeadOfOne(course);
  return sentences([
    t("“Train it”, AP50 of {seeds} seeds: at half {half}; at the end {end}.", {
      seeds,
      half: listed(steps / 2),
      end: listed(steps),
    }),
    last === null
      ? t("Two stages lead at every recorded step.")
      : last === steps
        ? t("One stage leads at the end.")
        : t("One stage leads last at step {step} of {steps}.", { step: last, steps }),
  ]);
}
