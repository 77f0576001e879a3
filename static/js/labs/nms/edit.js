/** Boxes after an edit: new values, nothing changed in place. No DOM here. */

import { edited } from "../../views/box_editor.js";

/** @typedef {import("./cases.js").Problem} Problem */

/** What a box drawn by hand starts with. */
const NEW_SCORE = 0.7;
const NEW_LABEL = 1; // of a file's classes: the first

/** @param {Problem} problem @param {number} index @param {number[] | null} box @returns {Problem} */
export function withBox(problem, index, box) {
  const scores = Array.from(problem.scores);
  const labels = Array.from(problem.labels ?? new Int32Array(scores.length));
  if (!box) {
    scores.splice(index, 1);
    labels.splice(index, 1);
  } else if (index < 0) {
    scores.push(NEW_SCORE);
    labels.push(problem.classes ? 0 : NEW_LABEL);
  }
  return {
    ...problem,
    boxes: Float64Array.from(edited(problem.boxes, index, box)),
    scores: Float64Array.from(scores),
    labels: Int32Array.from(labels),
  };
}

/**
 * A truth that is drawn by hand has no class.
 * @param {Problem} problem
 * @param {number} index
 * @param {number[] | null} box
 * @returns {Problem}
 */
export function withTruth(problem, index, box) {
  const labels = problem.truthLabels && Array.from(problem.truthLabels);
  if (!box) labels?.splice(index, 1);
  else if (index < 0) labels?.push(-1);
  return {
    ...problem,
    truths: edited(problem.truths, index, box),
    truthLabels: labels ? Int32Array.from(labels) : null,
  };
}

/**
 * @param {Problem} problem
 * @param {number} index
 * @param {number} score
 * @param {number} label
 * @returns {Problem}
 */
export function withValues(problem, index, score, label) {
  const scores = problem.scores.slice();
  const labels = (problem.labels ?? new Int32Array(scores.length)).slice();
  scores[index] = score;
  labels[index] = label;
  return { ...problem, scores, labels };
}
