import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, logTicks, tick, unbiased, withGaps } from "../../static/js/math/series.js";

test("ticks are short, and far from 1 a power of ten", () => {
  const shown = [0, 1, 0.1, 0.001, 1e-4, 2.5e-7, 1e5, -1e6, -0.5, 12345].map(tick);
  assert.deepEqual(shown, ["0", "1", "0.1", "0.001", "10⁻⁴", "2.5·10⁻⁷", "10⁵", "−10⁶", "−0.5", "12345"]);
});

test("a log axis has a few ticks within its range, however wide or narrow it is and wherever it lies", () => {
  assert.deepEqual(logTicks(0.001, 100), [0.001, 0.01, 0.1, 1, 10, 100]);
  assert.deepEqual(logTicks(0.05, 2), [0.05, 0.1, 0.2, 0.5, 1, 2]);
  assert.deepEqual(logTicks(2, 9), [2, 3, 4, 5, 6, 7, 8, 9]);
  assert.deepEqual(logTicks(0.31, 0.39), [0.32, 0.34, 0.36, 0.38]);
  for (const low of [1e-300, 1.9e-30, 1e-16, 3e-7, 0.2, 1, 4e12]) {
    for (const factor of [1.0001, 1.05, 1.3, 2, 5, 10, 99, 1e3, 1e5, 1e9, 1e15]) {
      const ticks = logTicks(low, low * factor);
      assert(
        ticks.length >= 2 && ticks.length <= 12,
        `${ticks.length} ticks from ${low} to ${factor} times it`,
      );
      assert(
        ticks.every((v, i) => v >= low * 0.999999 && v <= low * factor * 1.000001 && v > (ticks[i - 1] ?? 0)),
      );
    }
  }
});

test("what a scale cannot show is a gap", () => {
  assert.deepEqual(withGaps([1, NaN, null, Infinity, 0, -1], false), [1, null, null, null, 0, -1]);
  assert.deepEqual(withGaps(Float32Array.of(1, NaN, 0, -1), true), [1, null, null, null]);
});

test("a file of the columns has a row a point, and gaps are empty", () => {
  assert.equal(csvOf(["x", 'a "b", c'], [[0, 1], Float64Array.of(0.5, NaN)]), 'x,"a ""b"", c"\n0,0.5\n1,\n');
});

test("the unbiased variance is divided by one less: twice as large for two values", () => {
  assert.equal(unbiased(0.5, 2), 1);
  assert.equal(unbiased(0.5, 32), 16 / 31);
  assert.equal(unbiased(0, 1), 0);
});
