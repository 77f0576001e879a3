import assert from "node:assert/strict";
import { test } from "node:test";

import { histogram } from "../../static/js/labs/batchnorm/strip.js";

/** Heights above the line, a bin each. @param {number[]} row */
const heights = (row) => {
  const layer = histogram(Float64Array.from(row), 1);
  assert(layer.type === "band");
  return Array.from({ length: layer.hi.length / 2 }, (_, i) => (layer.hi[2 * i] ?? 0) - 1);
};

test("two groups of values are two peaks with nothing between them, however they are scaled", () => {
  const row = [-1, -1, -0.98, 1, 0.98, 1];
  const peaks = heights(row);
  assert.equal(peaks[0], 0.75);
  assert.equal(peaks.at(-1), 0.75);
  assert(peaks.slice(1, -1).every((height) => height === 0));
  assert.deepEqual(heights(row.map((v) => 7 * v - 3)), peaks);
});

test("values that are all the same stand in one bin", () => {
  assert.deepEqual(heights([2, 2, 2]).filter(Boolean), [0.75]);
});
