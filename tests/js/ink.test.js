import assert from "node:assert/strict";
import { test } from "node:test";

import { densityOf, heatRamp, linesWithin } from "../../static/js/math/ink.js";
import { seeded } from "./random.js";

const FRAME = { x: 0, y: 0, width: 80, height: 60 };
const upTo = (/** @type {number} */ n) => Array.from({ length: n }, (_, i) => i);

test("lines are drawn for the best boxes, as long as there is room for their ink", () => {
  const boxes = [0, 0, 10, 10, 0, 0, 20, 20, 0, 0, 5, 5];
  assert.deepEqual(linesWithin(boxes, [0, 1, 2], 1, 125), { count: 2, left: 5 });
  assert.deepEqual(linesWithin(boxes, [2, 1, 0], 1, 19), { count: 0, left: 19 });
  assert.equal(linesWithin(boxes, [0, 1, 2], 0.5, 125).count, 3);
});

test("the density counts the boxes over each cell, also of those that reach beyond the picture", () => {
  const { counts, rows, columns } = densityOf(
    [10, 10, 30, 20, 20, 0, 40, 60, -50, -50, 900, 900],
    upTo(3),
    FRAME,
  );
  assert.deepEqual([rows, columns], [60, 80]);
  const at = (/** @type {number} */ x, /** @type {number} */ y) => counts[y * columns + x];
  assert.deepEqual([at(0, 0), at(12, 12), at(25, 15), at(25, 40), at(79, 59)], [1, 2, 3, 2, 1]);
});

test("the density agrees with counting each cell by itself", () => {
  const next = seeded(5);
  const boxes = upTo(200).flatMap(() => {
    const [x, y] = [Math.floor(next() * 70), Math.floor(next() * 50)];
    return [x, y, x + 1 + Math.floor(next() * 30), y + 1 + Math.floor(next() * 30)];
  });
  const { counts, columns } = densityOf(boxes, upTo(200), FRAME);
  for (const [x, y] of [
    [3, 3],
    [40, 30],
    [79, 59],
    [0, 59],
    [61, 7],
  ]) {
    const over = upTo(200).filter((i) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = boxes.slice(4 * i, 4 * i + 4);
      return x1 <= (x ?? 0) && (x ?? 0) < x2 && y1 <= (y ?? 0) && (y ?? 0) < y2;
    });
    assert.equal(counts[(y ?? 0) * columns + (x ?? 0)], over.length);
  }
});

test("heat is strong in no more than its share of the picture, and the denser the stronger", () => {
  for (const counts of [upTo(1000), upTo(1000).map((i) => Math.min(i, 500)), upTo(1000).map(() => 7)]) {
    const ramp = heatRamp(Int32Array.from(counts));
    const opacities = counts.map(ramp);
    assert(opacities.filter((v) => v > 0.1).length <= 180);
    assert(opacities.every((v, i) => v >= 0 && v <= 0.6 && (i === 0 || v >= (opacities[i - 1] ?? 0))));
  }
  assert.equal(heatRamp(new Int32Array(4))(0), 0);
});
