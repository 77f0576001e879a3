import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boxAt,
  boxAtEdge,
  boxUnder,
  clipBox,
  decodeBox,
  fit,
  matchTruths,
  overlap,
} from "../../static/js/math/geometry.js";
import { randomBoxes, seeded } from "./random.js";

/** @param {number} actual @param {number} expected */
const near = (actual, expected, tolerance = 1e-9) =>
  assert(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

test("two unit squares shifted by half share a third", () => {
  const { intersection, union, iou } = overlap([0, 0, 1, 1], [0.5, 0, 1.5, 1]);
  assert.deepEqual([intersection, union], [0.5, 1.5]);
  near(iou, 1 / 3);
});

test("boxes that only touch, lie apart or have no area have an IoU of 0", () => {
  assert.equal(overlap([0, 0, 1, 1], [1, 0, 2, 1]).iou, 0);
  assert.equal(overlap([0, 0, 1, 1], [5, 5, 6, 6]).iou, 0);
  assert.equal(overlap([3, 3, 3, 3], [3, 3, 3, 3]).iou, 0);
});

test("the IoU of integer boxes is what counting pixels gives", () => {
  const random = seeded(1);
  const whole = () => Math.floor(random() * 12);
  for (let round = 0; round < 200; round++) {
    const corners = Array.from({ length: 4 }, () => [whole(), whole()].sort((p, q) => p - q));
    const [ax = [0, 0], ay = [0, 0], bx = [0, 0], by = [0, 0]] = corners;
    const a = [ax[0] ?? 0, ay[0] ?? 0, ax[1] ?? 0, ay[1] ?? 0];
    const b = [bx[0] ?? 0, by[0] ?? 0, bx[1] ?? 0, by[1] ?? 0];
    const inside = (
      /** @type {number[]} */ [x1 = 0, y1 = 0, x2 = 0, y2 = 0],
      /** @type {number} */ x,
      /** @type {number} */ y,
    ) => x >= x1 && x < x2 && y >= y1 && y < y2;
    let [both, either] = [0, 0];
    for (let x = 0; x < 12; x++) {
      for (let y = 0; y < 12; y++) {
        both += Number(inside(a, x, y) && inside(b, x, y));
        either += Number(inside(a, x, y) || inside(b, x, y));
      }
    }
    near(overlap(a, b).iou, either ? both / either : 0);
  }
});

test("zero deltas give the anchor back", () => {
  assert.deepEqual(decodeBox([10, 20, 30, 60], [0, 0, 0, 0]).box, [10, 20, 30, 60]);
});

test("deltas shift by the anchor's size and stretch exponentially", () => {
  const { box, x, y, w, h } = decodeBox([0, 0, 10, 20], [0.5, -0.25, Math.log(2), Math.log(0.5)]);
  assert.deepEqual([x, y], [10, 5]);
  near(w, 20);
  near(h, 10);
  [0, 0, 20, 10].forEach((expected, i) => near(box[i] ?? NaN, expected));
});

test("an absurd stretch is capped at 1000 / 16, as torchvision caps it", () => {
  near(decodeBox([0, 0, 16, 16], [0, 0, 100, 0]).w, 1000, 1e-6);
});

test("clipping keeps what is inside and pulls in what is not", () => {
  assert.deepEqual(clipBox([-5, 2, 50, 99], 40, 30), [0, 2, 40, 30]);
  assert.deepEqual(clipBox([1, 2, 3, 4], 40, 30), [1, 2, 3, 4]);
});

test("the finger means the smallest box beneath it", () => {
  const boxes = [0, 0, 100, 100, 10, 10, 30, 30, 12, 12, 60, 60];
  assert.equal(boxUnder(boxes, [0, 1, 2], 15, 15), 1);
  assert.equal(boxUnder(boxes, [0, 2], 15, 15), 2);
  assert.equal(boxUnder(boxes, [1, 2], 99, 99), -1);
});

test("a picture is fitted without changing its shape", () => {
  assert.deepEqual(fit(200, 100, 50, 500), { scale: 0.25, width: 50, height: 25 });
  assert.deepEqual(fit(200, 100, 500, 50), { scale: 0.5, width: 100, height: 50 });
});

test("a second box on the same truth is a false positive", () => {
  const truth = [0, 0, 10, 10];
  const match = matchTruths([0, 0, 10, 10, 0, 0, 10, 9], [0, 1], truth, 0.5);
  assert.deepEqual([match.hits, match.precision, match.recall], [1, 0.5, 1]);
  near(match.f1, 2 / 3);
});

test("no box and no truth divide by nothing", () => {
  assert.equal(matchTruths([], [], [], 0.5).f1, 0);
  assert.equal(matchTruths([0, 0, 1, 1], [0], [], 0.5).precision, 0);
});

test("matching never finds more than there are truths or boxes, and agrees with its own list", () => {
  const random = seeded(3);
  for (let round = 0; round < 50; round++) {
    const [boxes, truths] = [randomBoxes(random, 20), randomBoxes(random, 6)];
    const indices = Array.from({ length: 20 }, (_, i) => i);
    const { found, hits } = matchTruths(boxes, indices, truths, 0.3);
    const pairs = [...found.entries()].filter(([, box]) => box >= 0);
    assert.equal(pairs.length, hits);
    assert.equal(new Set(pairs.map(([, box]) => box)).size, hits);
    for (const [t, b] of pairs) assert(overlap(boxAt(boxes, b), boxAt(truths, t)).iou >= 0.3);
  }
});

test("a box is found by its line, from both sides of it, the smallest first", () => {
  const boxes = [0, 0, 100, 100, 40, 40, 60, 60];
  assert.equal(boxAtEdge(boxes, [0, 1], 3, 50, 5), 0);
  assert.equal(boxAtEdge(boxes, [0, 1], -3, 50, 5), 0);
  assert.equal(boxAtEdge(boxes, [0, 1], 42, 50, 5), 1);
  assert.equal(boxAtEdge(boxes, [0, 1], 20, 50, 5), -1);
});
