import assert from "node:assert/strict";
import { test } from "node:test";
import { cellRange, nearest, plane, ticks } from "../../static/js/math/plane.js";

const margins = { left: 50, right: 10, top: 20, bottom: 30 };
/** @type {[number, number]} */
const range = [-2, 2];

test("pixels and data are each other's inverse, and y goes up", () => {
  const on = plane({ x: [-2, 6], y: [0, 1], width: 640, maxHeight: 400, margins });
  for (const [x, y] of /** @type {[number, number][]} */ ([
    [-2, 0],
    [6, 1],
    [1.3, 0.7],
  ])) {
    assert(Math.abs(on.fromX(on.toX(x)) - x) < 1e-9);
    assert(Math.abs(on.fromY(on.toY(y)) - y) < 1e-9);
  }
  assert.equal(on.toX(-2), 50);
  assert.equal(on.toX(6), 630);
  assert.equal(on.toY(1), 20);
  assert(on.toY(0) > on.toY(1));
  assert(on.height <= 400);
  assert.deepEqual(on.clamp(9, -1), [6, 0]);
});

test("a square stays a square in a wide room and in a narrow one", () => {
  for (const width of [320, 640, 2000]) {
    const on = plane({ x: range, y: range, width, maxHeight: 500, margins, square: true });
    assert.equal(on.area.width, on.area.height);
    assert(on.height <= 500 && on.width <= width);
  }
});

test("ticks are round numbers within the range", () => {
  assert.deepEqual(ticks(-2, 2, 4), { values: [-2, -1, 0, 1, 2], digits: 0 });
  assert.deepEqual(ticks(0, 1, 5), { values: [0, 0.2, 0.4, 0.6, 0.8, 1], digits: 1 });
  assert.deepEqual(ticks(3, 3, 5).values, []);
  for (const [low, high] of /** @type {[number, number][]} */ ([
    [-0.3, 17],
    [1e-5, 3e-5],
    [-4e6, 9e6],
  ])) {
    const { values } = ticks(low, high, 6);
    assert(values.length >= 2 && values.length <= 8, `${low} to ${high}: ${values.length}`);
    assert(values.every((v) => v >= low - 1e-12 && v <= high + 1e-12));
  }
});

test("the nearest point is found within reach only", () => {
  const on = plane({ x: [0, 100], y: [0, 100], width: 160, maxHeight: 150, margins, square: true });
  const [xs, ys] = [
    [10, 50, 52],
    [10, 50, 50],
  ];
  assert.equal(nearest(on, xs, ys, on.toX(52), on.toY(50), 14), 2);
  assert.equal(nearest(on, xs, ys, on.toX(10) + 13, on.toY(10), 14), 0);
  assert.equal(nearest(on, xs, ys, on.toX(90), on.toY(90), 14), -1);
  assert.equal(nearest(on, [], [], 0, 0, 14), -1);
});

test("a grid's picture reaches half a cell beyond its outer nodes", () => {
  assert.deepEqual(cellRange([0, 10], 11), [-0.5, 10.5]);
  assert.deepEqual(cellRange([0, 10], 1), [-5, 15]);
});
