/** Curves drawn by hand, and answers stacked as points. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { stacked } from "../../static/js/core/room/presenter_question.js";
import { drawn, moved, newCurve, placeOf, PLACES } from "../../static/js/math/hand_drawn.js";

/** @type {{x: [number, number], y: [number, number]}} */
const AXES = { x: [0, 1000], y: [0.01, 1] };

test("a stroke fills the places between its ends, straight as the eye sees it", () => {
  const curve = newCurve(AXES, { x: false, y: true });
  drawn(curve, { i: 0, y: 1 });
  drawn(curve, { i: PLACES - 1, y: 0.01 });
  assert(curve.heights.every((height) => height !== null));
  assert(Math.abs((curve.heights[16] ?? 0) - 0.1) < 1e-9); // half of the way on a log scale
  assert.equal(placeOf(curve, 16), 500);
});

test("a hand beyond the edge draws along it", () => {
  const curve = newCurve(AXES, { x: false, y: false });
  drawn(curve, { i: 3, y: 99 });
  assert.equal(curve.heights[3], 1);
  assert.deepEqual(moved(curve, [-9, 1]), { i: 0, y: 1 });
});

test("what lies too close to be told apart is stacked, and nothing else", () => {
  assert.deepEqual(stacked([0, 0, 0, 100]), [0, 1, 2, 0]);
  assert.deepEqual(stacked([0, 50, 100]), [0, 0, 0]);
  assert.deepEqual(stacked([]), []);
});
