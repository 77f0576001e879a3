import assert from "node:assert/strict";
import { test } from "node:test";
import { meansOf } from "../../static/js/labs/contrastive/words.js";

test("mean similarities are of pairs, and of all others but a view with itself", () => {
  const rows = [
    [1, 0.1, 0.8, 0.2],
    [0.1, 1, 0.3, 0.6],
    [0.8, 0.3, 1, 0.4],
    [0.2, 0.6, 0.4, 1],
  ];
  const { positive, negative } = meansOf(Float32Array.from(rows.flat()));
  assert(Math.abs(positive - 0.7) < 1e-6);
  assert(Math.abs(negative - 0.25) < 1e-6);
});
