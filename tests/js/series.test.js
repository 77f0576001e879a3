import assert from "node:assert/strict";
import { test } from "node:test";
import { csvOf, tick, withGaps } from "../../static/js/core/series.js";

test("ticks are short, and far from 1 a power of ten", () => {
  const shown = [0, 1, 0.1, 0.001, 1e-4, 2.5e-7, 1e5, -1e6, -0.5, 12345].map(tick);
  assert.deepEqual(shown, ["0", "1", "0.1", "0.001", "10⁻⁴", "2.5·10⁻⁷", "10⁵", "−10⁶", "−0.5", "12345"]);
});

test("what a scale cannot show is a gap", () => {
  assert.deepEqual(withGaps([1, NaN, null, Infinity, 0, -1], false), [1, null, null, null, 0, -1]);
  assert.deepEqual(withGaps(Float32Array.of(1, NaN, 0, -1), true), [1, null, null, null]);
});

test("a file of the columns has a row a point, and gaps are empty", () => {
  assert.equal(csvOf(["x", 'a "b", c'], [[0, 1], Float64Array.of(0.5, NaN)]), 'x,"a ""b"", c"\n0,0.5\n1,\n');
});
