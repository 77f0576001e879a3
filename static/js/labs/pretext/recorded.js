/** The recorded comparison of all tasks, read: means and ranges over seeds, gains, and a claim. */

/** @typedef {"class" | "place" | "size" | "count" | "cells"} Question */
/**
 * @typedef {object} Row one training, of one seed
 * @property {number | null} own how well its own task was solved
 * @property {number} steps
 * @property {Record<string, Record<string, number>>} asked by question and labels per answer, of a probe
 * @property {Record<string, Record<string, number>>} [tuned] the same, of the encoder fine-tuned
 */
/** @typedef {"asked" | "tuned"} How */
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

/**
 * @param {Tasks} tasks @param {string} task @param {string} question @param {string} labels
 * @param {How} [how]
 */
export const askedOf = (tasks, task, question, labels, how = "asked") =>
  rangeOf(
    Object.values(tasks[task] ?? {})
      .map((row) => row[how]?.[question]?.[labels] ?? NaN)
      .filter(Number.isFinite),
  );

/** How well a task was solved itself. @param {Tasks} tasks @param {string} task */
export const ownOf = (tasks, task) =>
  rangeOf(Object.values(tasks[task] ?? {}).flatMap((row) => (row.own === null ? [] : [row.own])));

/**
 * Questions for which a task's encoder is better than the untrained one with every seed: its worst is above
 * the best of that.
 * @param {Tasks} tasks @param {string} task @param {string} labels @param {How} [how]
 */
export const helps = (tasks, task, labels, how) =>
  QUESTIONS.filter((question) => {
    const [own, none] = [
      askedOf(tasks, task, question, labels, how),
      askedOf(tasks, "untrained", question, labels, how),
    ];
    return own !== null && none !== null && own.low > none.high;
  });

/**
 * The task without labels that is best at a question, and whether its worst seed is above the best seed of
 * every other.
 * @param {Tasks} tasks @param {string} question @param {string} labels @param {How} [how]
 */
export function bestOf(tasks, question, labels, how) {
  const found = WITHOUT_LABELS.flatMap((task) => {
    const range = askedOf(tasks, task, question, labels, how);
    return range ? [{ task, range }] : [];
  }).sort((a, b) => b.range.mean - a.range.mean);
  const [first, ...rest] = found;
  if (!first) return null;
  return { task: first.task, clear: rest.every(({ range }) => range.high < first.range.low), all: found };
}

/**
 * The place of a task among those without labels, from 1.
 * @param {Tasks} tasks @param {string} task @param {string} question @param {string} labels
 * @param {How} [how]
 */
export function placeOf(tasks, task, question, labels, how) {
  const at = bestOf(tasks, question, labels, how)?.all.findIndex((one) => one.task === task) ?? -1;
  return at < 0 ? null : at + 1;
}

// --- Scale: more pictures without labels, larger encoders ----------------------------------------------

/** @typedef {Record<string, Record<string, Record<string, Row>>>} Cells by width, pictures and seed */
/**
 * @typedef {object} Scale as `python -m models.train.pretext_scale` wrote it
 * @property {number[]} counts of pictures
 * @property {number[]} times how wide the encoders are
 * @property {Record<string, number>} parameters by width
 * @property {Cells} cells
 */

/**
 * What the recorded trainings of one width and number of pictures gave, over seeds.
 * @param {Scale} scale @param {string} width @param {number} count @param {string} question
 * @param {string} labels
 */
export const cellOf = (scale, width, count, question, labels) =>
  rangeOf(
    Object.values(scale.cells[width]?.[count] ?? {})
      .map((row) => row.asked[question]?.[labels] ?? NaN)
      .filter(Number.isFinite),
  );

/**
 * How often more gives more: of all pairs of cells that differ in one thing alone, first and last, those
 * whose worst seed with more is above the best seed with less, and those where it is the other way round.
 * @param {(Range | null)[][]} lines each from less to more
 * @returns {{better: number, worse: number, all: number}}
 */
export function gains(lines) {
  const ends = lines.flatMap((line) => {
    const [first, last] = [line[0], line.at(-1)];
    return first && last ? [{ first, last }] : [];
  });
  return {
    better: ends.filter(({ first, last }) => last.low > first.high).length,
    worse: ends.filter(({ first, last }) => last.high < first.low).length,
    all: ends.length,
  };
}

/** Both directions. @param {Scale} scale @param {string} question @param {string} labels */
export function scaleGains(scale, question, labels) {
  const at = (/** @type {number} */ times, /** @type {number} */ count) =>
    cellOf(scale, widthName(times), count, question, labels);
  return {
    data: gains(scale.times.map((times) => scale.counts.map((count) => at(times, count)))),
    size: gains(scale.counts.map((count) => scale.times.map((times) => at(times, count)))),
  };
}

/** A width as the file names it: Python writes 1.0. @param {number} times */
export const widthName = (times) => (Number.isInteger(times) ? times.toFixed(1) : String(times));
