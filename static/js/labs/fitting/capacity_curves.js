/** Errors against capacity as a chart is updated with them, and what they say. No DOM here. */

import { number, sentences, t } from "../../core/i18n.js";
import { median } from "../../math/series.js";
import { ROLES } from "../../views/marks.js";
import { brief } from "./words.js";

/** @typedef {import("../../../types/frames.js").CapacityFrame} CapacityFrame */

const PERFECT = 1e-6; // a training error that is but rounding
const FEW = 5; // fewer test points say nothing about others
const MUCH = 1000; // times below the least test error, errors are drawn no lower

/** @returns {import("../../views/chart.js").Line[]} */
export const capacityLines = () => [
  { name: t("training error"), color: ROLES.train.color, digits: 4, shape: "circle" },
  {
    name: t("test error (estimates the generalization error)"),
    color: ROLES.test.color,
    dash: ROLES.test.dash,
    digits: 4,
    shape: "circle",
    hollow: true,
  },
  ...["train", "train", "test", "test"].map((role) => ({ name: role, color: `--role-${role}`, quiet: true })),
];
/** @type {import("../../views/chart.js").Band[]} */
export const CAPACITY_BANDS = [
  { between: [2, 3], color: ROLES.train.color, alpha: 0.18 },
  { between: [4, 5], color: ROLES.test.color, alpha: 0.18 },
];

/** @param {ArrayLike<number>} values @param {number} share */
function quantile(values, share) {
  const sorted = Array.from(values).sort((a, b) => a - b);
  return sorted[Math.round(share * (sorted.length - 1))] ?? NaN;
}

/**
 * @typedef {{middle: number[], low: number[], high: number[]}} Spread median, and 10 to 90 %, of each
 *   capacity
 */

/** @param {Float32Array} matrix a row a capacity @param {number[]} shape @returns {Spread} */
function spreadOf(matrix, [rows = 0, columns = 0]) {
  const each = Array.from({ length: rows }, (_, i) => matrix.subarray(i * columns, (i + 1) * columns));
  return {
    middle: each.map(median),
    low: each.map((row) => quantile(row, 0.1)),
    high: each.map((row) => quantile(row, 0.9)),
  };
}

/** Where the test error is least; none without test points. @param {number} x */
const bestMark = (x) => (x >= 0 ? [{ x, label: t("best"), color: ROLES.test.color, dash: [5, 4] }] : []);
/** @param {CapacityFrame["header"]} header */
const noiseRules = ({ floor }) => (floor ? [{ y: floor, label: t("the noise alone") }] : []);

/**
 * @param {CapacityFrame} frame
 * @param {{width: number, test: number} | null} here the visitor's own network
 */
export function networksOf({ header, arrays, shapes }, here) {
  const training = spreadOf(arrays.training, shapes.training);
  const test = spreadOf(arrays.test, shapes.test);
  const best = test.middle.indexOf(Math.min(...test.middle));
  const width = header.widths[best] ?? NaN;
  return {
    columns: columnsOf(header.widths, training, test),
    marks: bestMark(width),
    rules: noiseRules(header),
    here:
      here && Number.isFinite(here.test) ? { x: here.width, y: here.test, label: t("you are here") } : null,
    summary: header.tested
      ? sentences([
          t(
            "After {step} steps the least test error, {error}, is at {width} units per layer. Click a width to load it.",
            { step: header.step, error: brief(test.middle[best] ?? NaN), width },
          ),
          sayTested(header.tested),
        ])
      : sayTested(0),
  };
}

/** What so many test points are good for; nothing to say of many. @param {number} count */
function sayTested(count) {
  if (count === 0) return t("There are no test points, so nobody can say which capacity is best.");
  if (count >= FEW) return "";
  return t("Only {count} of the points are for testing, too few to say how it does on new ones.", { count });
}

/** In the order of the lines. @param {number[]} xs @param {Spread} training @param {Spread} test */
const columnsOf = (xs, training, test) => [
  xs,
  training.middle,
  test.middle,
  training.low,
  training.high,
  test.low,
  test.high,
];

/** @param {CapacityFrame} frame */
export function polynomialsOf({ header, arrays, shapes }) {
  const training = spreadOf(arrays.polynomial_training, shapes.polynomial_training);
  const test = spreadOf(arrays.polynomial_test, shapes.polynomial_test);
  const least = Math.min(...test.middle);
  const best = test.middle.indexOf(least);
  const degrees = test.middle.map((_, degree) => degree);
  const through = header.points - 1;
  const mark = { x: through, label: t("as many coefficients as points"), color: "--gray-2", dash: [2, 3] };
  return {
    columns: columnsOf(degrees, noLower(training, (least || PERFECT) / MUCH), test),
    marks: [...bestMark(best), ...(through < degrees.length ? [mark] : [])],
    rules: noiseRules(header),
    summary: header.tested
      ? sentences([sayPolynomials(training.middle, test.middle, header.points), sayTested(header.tested)])
      : sayTested(0),
  };
}

/**
 * A perfect fit's error is rounding, 1e-28; drawn as it is it would flatten all the rest.
 * @param {Spread} training
 * @param {number} floor
 * @returns {Spread}
 */
function noLower({ middle, low, high }, floor) {
  const raised = (/** @type {number[]} */ row) => row.map((v) => Math.max(v, floor));
  return { middle: raised(middle), low: raised(low), high: raised(high) };
}

/** Whole, if that says enough. @param {number} value */
const rounded = (value) => (value < 10 ? brief(value) : number(value, 0));

/** @param {number[]} training @param {number[]} test by degree @param {number} points */
function sayPolynomials(training, test, points) {
  const least = Math.min(...test);
  const best = test.indexOf(least);
  const worst = test.indexOf(Math.max(...test));
  const through = points - 1;
  // Of two points above each other no polynomial takes both; and of a higher degree nobody knows.
  const hits = (training[through] ?? NaN) < PERFECT;
  if (!hits) return t("Least test error {error} at degree {best}.", { error: brief(least), best });
  const again = worst === through && worst < test.length - 1 && (test.at(-1) ?? 0) < (test[worst] ?? 0) / 10;
  return sentences([
    t(
      "Least test error {error} at degree {best}. From degree {through} on, the polynomial goes through all {points} points.",
      { error: brief(least), best, through, points },
    ),
    again
      ? t(
          "There the error is greatest, {worst}. Beyond, many polynomials are perfect; the one with the least sum of squared Legendre coefficients is taken, and the error falls again: double descent.",
          { worst: rounded(test[worst] ?? NaN) },
        )
      : "",
  ]);
}
