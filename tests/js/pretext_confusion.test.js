import assert from "node:assert/strict";
import { test } from "node:test";

import { worstOf } from "../../static/js/labs/pretext/confusion.js";

test("the most frequent mistake is the largest number beside the diagonal", () => {
  assert.deepEqual(worstOf([9, 1, 0, 2, 7, 4, 0, 3, 8], 3), [1, 2, 4]);
});

test("where every answer is right there is no mistake", () => {
  assert.equal(worstOf([9, 0, 0, 7], 2), null);
  assert.equal(worstOf([], 0), null);
});
