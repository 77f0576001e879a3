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
