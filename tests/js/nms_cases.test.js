import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAt, matchTruths, overlap } from "../../static/js/math/geometry.js";
import { greedyNms } from "../../static/js/math/nms.js";
import { claimingCells, NEIGHBORS, SIX } from "../../static/js/labs/nms/cases.js";

test("the six boxes of the first street have their centers in six cells", () => {
  const cells = claimingCells({ ...SIX, image: null });
  const corners = Array.from({ length: 6 }, (_, i) => cells.slice(4 * i, 4 * i + 4).join());
  assert.equal(cells.length, 24);
  assert.equal(new Set(corners).size, 6);
});

test("where no grid is drawn, no cell claims a box", () => {
  assert.deepEqual(claimingCells({ ...NEIGHBORS, image: null }), []);
});

const { boxes, truths } = NEIGHBORS;
const keptAt = (/** @type {number} */ threshold) =>
  greedyNms(boxes, [0, 1, 2, 3, 4, 5], threshold).kept.map((i) => i + 1);

// @lesson("nms", "One car, six boxes")
test("of six boxes around one car NMS keeps the one with the highest score", () => {
  assert.deepEqual(greedyNms(SIX.boxes, [0, 1, 2, 3, 4, 5], 0.5).kept, [0]);
});

test("the two cars overlap by more than the usual threshold, so hard NMS at 0.5 loses one", () => {
  const { iou } = overlap(boxAt(truths, 0), boxAt(truths, 1));
  assert(Math.abs(iou - 0.56) < 0.005, String(iou));
  assert.deepEqual(keptAt(0.5), [1]);
  assert.equal(matchTruths(boxes, [0], truths, 0.5).recall, 0.5);
});

// @lesson("nms", "Two cars side by side")
test("the second car comes back at 0.57, its worse box at 0.53, duplicates from 0.81 on", () => {
  const at = /** @type {const} */ ([
    [0.52, [1]],
    [0.53, [1, 4]],
    [0.56, [1, 4]],
    [0.57, [1, 2]],
    [0.8, [1, 2]],
    [0.81, [1, 2, 5]],
  ]);
  for (const [threshold, kept] of at) assert.deepEqual(keptAt(threshold), kept, String(threshold));
  assert.equal(matchTruths(boxes, [0, 1], truths, 0.5).f1, 1);
});

// @lesson("nms", "Which way does the threshold work?")
test("of the six boxes a higher threshold keeps no fewer, and at 1 all of them", () => {
  const counts = [0, 0.5, 0.7, 0.8, 0.9, 1].map(
    (at) => greedyNms(SIX.boxes, [0, 1, 2, 3, 4, 5], at).kept.length,
  );
  assert.deepEqual(
    counts,
    counts.toSorted((a, b) => a - b),
  );
  assert.deepEqual([counts[0], counts.at(-1)], [1, 6]);
});

// @lesson("nms", "Step by step")
test("a box that is suppressed suppresses none", () => {
  const { kept, suppressor } = greedyNms(NEIGHBORS.boxes, [0, 1, 2, 3, 4, 5], 0.53);
  assert(suppressor.size > 0);
  for (const by of suppressor.values()) assert(kept.includes(by));
});

test("a higher threshold may keep fewer boxes: one that stays suppresses others", () => {
  const four = Float32Array.from([3.33, 0, 13.33, 10, 0, 0, 10, 10, -2.5, 0, 7.5, 10, 0, 2.5, 10, 12.5]);
  const count = (/** @type {number} */ threshold) => greedyNms(four, [0, 1, 2, 3], threshold).kept.length;
  assert.deepEqual([0.45, 0.55].map(count), [3, 2]);
});
