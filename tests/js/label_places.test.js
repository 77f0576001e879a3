import assert from "node:assert/strict";
import { test } from "node:test";
import { bestPlace, sampleLine, within } from "../../static/js/math/label_places.js";

const box = (/** @type {number} */ x, /** @type {number} */ y) => ({ x, y, width: 40, height: 10 });

test("a label goes where it hides the least of a line", () => {
  /** @type {number[]} */
  const points = [];
  sampleLine(
    [
      [0, 5],
      [100, 5],
    ],
    4,
    points,
  );
  assert.equal(bestPlace([box(0, 0), box(0, 20)], points, []), 1);
  assert.equal(bestPlace([box(0, 20), box(0, 40)], points, []), 0);
});

test("it would rather hide a line than another label", () => {
  const points = [5, 5, 10, 5, 15, 5, 20, 5];
  assert.equal(bestPlace([box(0, 20), box(0, 0)], points, [box(10, 25)]), 1);
});

test("it stays where it was unless another place is clearly better", () => {
  assert.equal(bestPlace([box(0, 0), box(0, 20)], [5, 25], [], 1), 1);
  assert.equal(bestPlace([box(0, 0), box(0, 20)], [5, 25, 6, 25, 7, 25, 8, 25], [], 1), 0);
});

test("a line is sampled between its corners, and not across a gap", () => {
  /** @type {number[]} */
  const points = [];
  sampleLine([[0, 0], [10, 0], null, [50, 0]], 5, points);
  assert.deepEqual(points, [0, 0, 5, 0, 10, 0, 50, 0]);
});

test("a box is moved into its area", () => {
  const area = { x: 10, y: 10, width: 100, height: 50 };
  assert.deepEqual(within(box(90, 0), area), box(70, 10));
  assert.deepEqual(within({ ...box(0, 90), width: 200 }, area), { x: 10, y: 50, width: 200, height: 10 });
});
