import assert from "node:assert/strict";
import { test } from "node:test";
import { cells, curveIn, flatParts, ridge } from "../../static/js/math/ridges.js";

test("cells fill the room beside their names and never touch", () => {
  const [first = [], second = []] = cells({
    width: 230,
    height: 126,
    columns: 2,
    rows: 2,
    left: 30,
    top: 20,
    bottom: 6,
    gap: 10,
  });
  assert.deepEqual(first, [
    { left: 30, top: 20, width: 90, height: 45 },
    { left: 130, top: 20, width: 90, height: 45 },
  ]);
  assert.equal(second[1]?.top, 75);
  assert.equal((second[1]?.top ?? 0) + (second[1]?.height ?? 0), 120);
});

test("the newest ridge stands on the ground, the oldest just fits below the top", () => {
  const box = { left: 10, top: 0, width: 40, height: 100 };
  const newest = ridge(box, [0, 255, 50, 0], 3, 4, 100);
  assert.equal(newest.ground, 100);
  assert.deepEqual(newest.points[0], [15, 100]);
  assert.deepEqual(newest.points[1], [25, 55]); // never higher than a ridge may be
  assert.deepEqual(newest.points[2], [35, 77.5]);
  const oldest = ridge(box, [255], 0, 4, 100);
  assert.equal(oldest.points[0]?.[1], 0);
  assert.equal(ridge(box, [0], 0, 1, 100).ground, 100); // a single moment is the newest
});

test("a function reaches from the bottom of its box to the top", () => {
  const box = { left: 0, top: 10, width: 30, height: 20 };
  assert.deepEqual(curveIn(box, [-1, 0, 1], 2), [
    [5, 30],
    [15, 20],
    [25, 10],
  ]);
  assert.deepEqual(
    curveIn(box, [0, 2, 6], 2).map(([, y]) => y),
    [30, 10, 10],
  );
  assert.deepEqual(
    curveIn(box, [3, 3], 9).map(([, y]) => y),
    [30, 30],
  );
});

test("tanh is flat on both sides, ReLU on one, a line nowhere", () => {
  const xs = Array.from({ length: 40 }, (_, i) => -5.85 + 0.3 * i);
  const parts = flatParts(xs.map(Math.tanh));
  assert.equal(parts.length, 2);
  assert.equal(parts[0]?.[0], 0);
  assert.equal(parts[1]?.[1], 1);
  assert(Math.abs((parts[0]?.[1] ?? 0) + (parts[1]?.[0] ?? 0) - 1) < 1e-9);
  const relu = flatParts(xs.map((x) => Math.max(x, 0)));
  assert.equal(relu.length, 1);
  assert(Math.abs((relu[0]?.[1] ?? 0) - 0.5) < 0.02);
  assert.deepEqual(flatParts(xs), []);
});
