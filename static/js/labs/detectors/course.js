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

/** @param {Course} course @returns {string} */
export function sayCourse(course) {
  const pair = halfAndEnd(course);
  if (!pair) return "";
  return sentences(
    ["AP50", "AP75"].map((name) => sayOrder(name, lead(pair.half, name), lead(pair.end, name))),
  );
}

/** @param {string} name @param {number} half @param {number} end */
function sayOrder(name, half, end) {
  const values = { name, half: number(Math.abs(half), 3), end: number(Math.abs(end), 3) };
  if (half < 0 && end > 0)
    return t(
      "{name}: at half the training one stage led by {half}, at its end two stages by {end}: the order flipped.",
      values,
    );
  if (half > 0 && end < 0)
    return t(
      "{name}: at half the training two stages led by {half}, at its end one stage by {end}: the order flipped.",
      values,
    );
  if (half > 0 && end > 0)
    return t(
      "{name}: two stages led by {half} at half the training and by {end} at its end: the order stayed.",
      values,
    );
  if (half < 0 && end < 0)
    return t(
      "{name}: one stage led by {half} at half the training and by {end} at its end: the order stayed.",
      values,
    );
  return t("{name}: at half the training or at its end both are equal.", values);
}
