import assert from "node:assert/strict";
import { test } from "node:test";

import { signSentence, sumOf, unitSentence } from "../../static/js/labs/mlp/sum.js";

/** Two inputs, three hidden units, one output. */
const frame = /** @type {any} */ ({
  header: { layers: [2, 3, 1] },
  arrays: {
    weights: Float32Array.of(1, 2, 3, -4, 5, 6, 0.5, -0.25, 2),
    biases: Float32Array.of(0.1, -0.2, 0.3, 7),
  },
});
const plain = { activation: "tanh", batchnorm: "none" };

test("a hidden unit is the bent sum of its inputs, each with a weight of its own", () => {
  assert.equal(
    unitSentence(frame, { layer: 1, unit: 0 }, plain),
    "Here unit 1 of hidden layer 1 is tanh(1.00 x₁ − 4.00 x₂ + 0.10).",
  );
});

test("every activation but the identity is named", () => {
  const said = ["identity", "sign", "sigmoid", "tanh", "relu"].map((activation) =>
    unitSentence(frame, { layer: 1, unit: 0 }, { ...plain, activation }),
  );
  const names = said.map((sentence) => /is (.*?)\(?1\.00 x₁/.exec(sentence)?.[1]);
  assert.deepEqual(names, ["", "sign", "σ", "tanh", "ReLU"]);
});

test("an output is a sum that nothing bends", () => {
  assert.equal(
    unitSentence(frame, { layer: 2, unit: 0 }, plain),
    "Here output 1 is 0.50 a₁ − 0.25 a₂ + 2.00 a₃ + 7.00.",
  );
});

test("where BatchNorm stands between, nothing is claimed of a hidden unit", () => {
  assert.equal(unitSentence(frame, { layer: 1, unit: 1 }, { ...plain, batchnorm: "before" }), "");
});

test("long sums say that terms are left out", () => {
  assert.equal(sumOf([[1, "x"], null, [-2, ""]]), "1.00 x + … − 2.00");
});

test("the perceptron's sum is told with its numbers and its sign", () => {
  assert.equal(
    signSentence([1, -2, 0.5], [0.5, -0.25]),
    "w · x = 1.00 · 0.50 − 2.00 · (−0.25) + 0.50 = 1.50: its sign, the output, is +1.",
  );
  assert.equal(signSentence([1, -2, 0.5], null), "");
});
