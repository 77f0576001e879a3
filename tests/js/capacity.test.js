import assert from "node:assert/strict";
import { test } from "node:test";

import { networksOf, polynomialsOf } from "../../static/js/labs/fitting/capacity_curves.js";

/**
 * Errors of two widths and of the degrees 0 to 3, one sample each.
 * @param {{tested: number, points?: number, training?: number[], test?: number[]}} how
 */
function frame({ tested, points = 3, training = [0.5, 0.2, 0, 0], test: errors = [0.4, 0.1, 0.7, 0.6] }) {
  const missing = (/** @type {number[]} */ row) => new Float32Array(tested ? row : row.map(() => NaN));
  return /** @type {any} */ ({
    header: { step: 10, widths: [1, 2], points, tested, floor: null },
    arrays: {
      training: new Float32Array([0.5, 0.4]),
      test: missing([0.6, 0.3]),
      polynomial_training: new Float32Array(training),
      polynomial_test: missing(errors),
    },
    shapes: { training: [2, 1], test: [2, 1], polynomial_training: [4, 1], polynomial_test: [4, 1] },
  });
}

test("without test points no capacity is called the best", () => {
  for (const { summary, marks } of [
    networksOf(frame({ tested: 0 }), null),
    polynomialsOf(frame({ tested: 0 })),
  ]) {
    assert.equal(summary, "There are no test points, so nobody can say which capacity is best.");
    assert(!marks.some(({ label }) => label === "best"));
  }
  assert(polynomialsOf(frame({ tested: 0 })).columns[1]?.every(Number.isFinite));
});

test("of few test points it is said that they are too few, of many nothing", () => {
  for (const tested of [1, 4, 5, 50])
    for (const summary of [
      networksOf(frame({ tested }), null).summary,
      polynomialsOf(frame({ tested })).summary,
    ]) {
      assert.equal(summary.includes(`Only ${tested} of the points are for testing`), tested < 5);
      assert(!summary.includes("NaN"));
    }
});

test("a polynomial goes through all points only where that was computed", () => {
  const says = (/** @type {any} */ how) => polynomialsOf(frame({ tested: 50, ...how })).summary;
  assert(says({}).includes("From degree 2 on, the polynomial goes through all 3 points."));
  for (const how of [{ points: 1000 }, { training: [0.5, 0.2, 0.1, 0.1] }])
    assert.equal(says(how), "Least test error 0.100 at degree 1.");
});

test("a worst error below 1 is not told as 0", () => {
  const { summary } = polynomialsOf(frame({ tested: 50, test: [0.4, 0.01, 0.45, 0.02] }));
  assert(summary.includes("There the error is greatest, 0.45"));
});
