import assert from "node:assert/strict";
import { test } from "node:test";

import { channelSums, dot, greatest, terms } from "../../static/js/labs/rpn/by_hand.js";

test("a window times a filter is the sum of its channels' nine products each", () => {
  const window = Float32Array.from({ length: 27 }, (_, i) => i % 5);
  const filter = Float32Array.from({ length: 27 }, (_, i) => (i % 3) - 1);
  const sums = channelSums(window, filter);
  assert.equal(sums.length, 3);
  assert.equal(
    sums.reduce((a, b) => a + b),
    dot(window, filter),
  );
  assert.equal(sums[1], dot(window.slice(9, 18), filter.slice(9, 18)));
});

test("the largest products come first, whatever their sign", () => {
  assert.deepEqual(
    terms([1, 2, 0, 3], [1, -5, 100, 2], 2).map(({ i }) => i),
    [1, 3],
  );
  assert.equal(greatest([0.5, -3, 2]), 1);
  assert.equal(greatest([]), 0);
});
