/** The recorded comparison of all tasks, read: means and ranges over seeds, gains, and a claim. */

/** @typedef {"class" | "place" | "size" | "count" | "cells"} Question */
/**
 * @typedef {object} Row one training, of one seed
 * @property {number | null} own how well its own task was solved
 * @property {number} steps
 * @property {Record<string, Record<string, number>>} asked by question and labels per answer
 */
/** @typedef {Record<string, Record<string, Row>>} Tasks by task, then seed */
/** @typedef {{mean: number, low: number, high: number}} Range over seeds */

/** @type {Question[]} */
export const QUESTIONS = ["class", "place", "size", "count", "cells"];
export const LABELS = ["1", "5", "10", "100", "all"];
/** Tasks that learn without any label. */
export const WITHOUT_LABELS = [
  "rotation", "patch", "color", "regression", "masked", "order", "sort", "speed", "frame", "simclr",
]; // prettier-ignore

/** @param {number[]} values @returns {Range | null} none of no values */
export function rangeOf(values) {
  if (!values.length) return null;
  const mean = values.reduce((sum, v) => sum + v, 0) / values.length;
  return { mean, low: Math.min(...values), high: Math.max(...values) };
}

/** @param {Tasks} tasks @param {string} task @param {string} question @param {string} labels */
export const askedOf = (tasks, task, question, labels) =>
  rangeOf(
    Object.values(tasks[task] ?? {})
      .map((row) => row.asked[question]?.[labels] ?? NaN)
      .filter(Number.isFinite),
  );

/** How well a task was solved itself. @param {Tasks} tasks @param {string} task */
export const ownOf = (tasks, task) =>
  rangeOf(Object.values(tasks[task] ?? {}).flatMap((row) => (row.own === null ? [] : [row.own])));

/**
 * Questions for which a task's features are better than the untrained ones with every seed: its worst is
 * above the best of theirs.
 * @param {Tasks} tasks @param {string} task @param {string} labels
 */
export const helps = (tasks, task, labels) =>
  QUESTIONS.filter((question) => {
    const [own, none] = [
      askedOf(tasks, task, question, labels),
      askedOf(tasks, "untrained", question, labels),
    ];
    return own !== null && none !== null && own.low > none.high;
  });

/**
 * The task without labels that is best at a question, and whether its worst seed is above the best seed of
 * every other.
 * @param {Tasks} tasks @param {string} question @param {string} labels
 */
export function bestOf(tasks, question, labels) {
  const found = WITHOUT_LABELS.flatMap((task) => {
    const range = askedOf(tasks, task, question, labels);
    return range ? [{ task, range }] : [];
  }).sort((a, b) => b.range.mean - a.range.mean);
  const [first, ...rest] = found;
  if (!first) return null;
  return { task: first.task, clear: rest.every(({ range }) => range.high < first.range.low), all: found };
}

/**
 * The place of a task among those without labels, from 1.
 * @param {Tasks} tasks @param {string} task @param {string} question @param {string} labels
 */
export function placeOf(tasks, task, question, labels) {
  const at = bestOf(tasks, question, labels)?.all.findIndex((one) => one.task === task) ?? -1;
  return at < 0 ? null : at + 1;
}
