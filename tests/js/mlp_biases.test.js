import assert from "node:assert/strict";
import { test } from "node:test";

import { sentence } from "../../static/js/labs/mlp/biases.js";

const added = { samples: 20, inputs: 2, outputs: 6, shape: "column" };

test("what torch refuses is said in its words", () => {
  const refused = { output: null, error: "The size of tensor a (20) …", each_its_own: false };
  assert(/Plus 6 × 1: torch refuses: “The size of tensor a \(20\) …”/.test(sentence(added, refused)));
});

test("a sum of another shape than the layer's output is no success", () => {
  const grown = { output: [6, 6], error: null, each_its_own: false };
  assert(/makes 6 × 6 of it, but the samples are 1/.test(sentence({ ...added, samples: 1 }, grown)));
});

test("as many samples as outputs hide the mistake", () => {
  const hidden = { output: [6, 6], error: null, each_its_own: false };
  assert(/does not complain/.test(sentence({ ...added, samples: 6 }, hidden)));
});

test("a row is added to every row", () => {
  const right = { output: [20, 6], error: null, each_its_own: true };
  assert(/Plus 1 × 6: 20 × 6, and every row got the same/.test(sentence({ ...added, shape: "row" }, right)));
});
