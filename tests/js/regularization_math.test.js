import assert from "node:assert/strict";
import { test } from "node:test";
import { heights, lossSurface } from "../../static/js/math/loss_surface.js";
import {
  cost,
  decays,
  histogramGrid,
  nearestLambda,
  roundedUp,
  zerosOf,
} from "../../static/js/labs/regularization/math.js";

test("the soft threshold arrives at zero and stays, the sub-gradient leaps over it, L2 never arrives", () => {
  const { soft, sub, square } = decays(1, 0.3, 40);
  assert.deepEqual(
    soft.slice(0, 6).map((v) => Math.round(1e9 * v) / 1e9),
    [1, 0.7, 0.4, 0.1, 0, 0],
  );
  assert(soft.slice(4).every((v) => v === 0));
  assert(sub.every((v) => v !== 0));
  assert(sub.slice(4).every((v) => Math.abs(v) <= 0.3));
  assert((sub[10] ?? 0) * (sub[11] ?? 0) < 0);
  square.forEach((v, i) => assert(Math.abs(v - 0.4 ** i) < 1e-12));
  assert(square.every((v) => v > 0));
});

test("rounding keeps nothing away from zero, and a sub-gradient whose steps fit lands there, too", () => {
  const { soft, sub } = decays(1, 0.2, 8);
  assert.deepEqual([soft.indexOf(0), sub.indexOf(0)], [5, 5]);
  assert(sub.slice(5).every((v) => v === 0));
});

test("a start below zero is the mirror image, and zero stays zero", () => {
  const [up, down] = [decays(0.5, 0.07, 30), decays(-0.5, 0.07, 30)];
  for (const name of /** @type {const} */ (["soft", "sub", "square"]))
    assert.deepEqual(
      down[name].map((v) => 0 - v),
      up[name].map((v) => v + 0),
    );
  for (const row of Object.values(decays(0, 0.1, 5))) assert(row.every((v) => Object.is(Math.abs(v), 0)));
});

test("a histogram's column holds every weight once, and those beyond the end in the last bin", () => {
  const grid = histogramGrid([-1, 0, 0, 1, 9, 9, 9, -9], 4, 1, 5);
  assert.deepEqual([grid.rows, grid.columns], [5, 2]);
  const share = (/** @type {number} */ bin, /** @type {number} */ moment) =>
    ((grid.values[bin * 2 + moment] ?? 0) / 255) ** 2;
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((bin) => Math.round(4 * share(bin, 0))),
    [1, 0, 2, 0, 1],
  );
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((bin) => Math.round(4 * share(bin, 1))),
    [1, 0, 0, 0, 3],
  );
});

test("one moment alone fills the picture", () => {
  const { values, columns } = histogramGrid([0.5], 1, 1, 3);
  assert.equal(columns, 2);
  assert.deepEqual([...values], [0, 0, 0, 0, 255, 255]);
});

test("a loss surface is zero at its best, grows by half the quadratic form, and sits on the grid", () => {
  const height = lossSurface(
    [
      [4, 1],
      [1, 2],
    ],
    [1, -1],
  );
  assert.equal(height(1, -1), 0);
  assert.equal(height(2, 1), 0.5 * (4 * 1 + 2 * 1 * 1 * 2 + 2 * 4));
  const grid = heights([0, 2], [-2, 0], 3, height);
  assert.equal(grid[4], 0); // the middle is the best
  assert.equal(grid[2], height(2, -2));
  assert.equal(grid[6], height(0, 0));
});

test("a penalty of two weights is the diamond, the disc, or between", () => {
  assert.equal(cost(1)(3, -4), 7);
  assert.equal(cost(0)(3, -4), 25);
  assert.equal(cost(0.25)(3, -4), 0.25 * 7 + 0.75 * 25);
});

test("a weight is zero over ranges of λ, up to the end, or only in passing", () => {
  const lambdas = [1, 2, 4, 8, 16];
  const zeros = zerosOf(lambdas, [
    [2, 1],
    [0, -1],
    [0, 3],
    [-1, 0],
    [-1, 0],
  ]);
  assert.deepEqual(
    zeros.map(({ weight, passes, stays }) => [weight, passes, stays]),
    [
      [1, true, false],
      [0, false, false],
      [1, true, false],
      [1, false, true],
    ],
  );
  assert.deepEqual(
    zeros.map(({ first }) => first),
    [Math.SQRT2, 2, 2 * 2 ** 0.25, 8],
  );
  assert.deepEqual(
    zeros.map(({ last }) => last),
    [Math.SQRT2, 4, 2 * 2 ** 0.25, 16],
  );
  assert.deepEqual(
    zerosOf(
      lambdas,
      lambdas.map(() => [1, -1]),
    ),
    [],
  );
});

test("the nearest λ is nearest by ratio, and round numbers are not below", () => {
  assert.equal(nearestLambda([1, 10, 100], 3), 0);
  assert.equal(nearestLambda([1, 10, 100], 3.3), 1);
  assert.equal(nearestLambda([1, 10, 100], 1e9), 2);
  for (const [value, up] of [
    [1, 1],
    [1.01, 1.2],
    [0.0701, 0.08],
    [83, 100],
    [25, 25],
  ]) {
    assert(Math.abs(roundedUp(value ?? 0) - (up ?? 0)) < 1e-9 * (up ?? 1), `${value}`);
  }
});
