import assert from "node:assert/strict";
import { test } from "node:test";
import * as info from "../../static/js/core/information.js";

const near = (/** @type {number} */ a, /** @type {number} */ b) => assert(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("a dragged bar takes its share, the others keep their proportions, and all sum to 1", () => {
  const p = info.withShare([0.5, 0.3, 0.2], 0, 0.75);
  near(info.sum(p), 1);
  near(/** @type {number} */ (p[1]) / /** @type {number} */ (p[2]), 1.5);
  assert.deepEqual(info.withShare([0.5, 0.3, 0.2], 1, 9), [0, 1, 0]);
  assert.deepEqual(info.withShare([0, 1, 0], 1, 0), [0.5, 0, 0.5]);
});

test("outcomes come and go, and it stays a distribution", () => {
  for (const count of [2, 3, 7, 10]) near(info.sum(info.resized([0.5, 0.5, 0], count)), 1);
  assert.deepEqual(info.resized([0, 0, 1], 2), [0.5, 0.5]);
  assert.deepEqual(info.binomial(3), [0.25, 0.5, 0.25]);
});

test("what q denies costs infinitely much, and nothing is ever NaN", () => {
  assert.deepEqual(info.denied([0.5, 0.5, 0], [1, 0, 0]), [1]);
  assert.equal(info.crossEntropy([0.5, 0.5, 0], [1, 0, 0]), Infinity);
  assert.equal(info.kl([0.5, 0.5, 0], [1, 0, 0]), Infinity);
  assert.equal(info.entropy([0, 1, 0]), 0);
});

test("far logits break the naive softmax alone", () => {
  assert(info.naiveSoftmax([800, 801]).every(Number.isNaN));
  near(info.sum(info.softmax([800, 801])), 1);
  assert(Number.isNaN(info.naiveLoss([800, 801], [1, 0])));
  near(info.naiveLoss([1, -2, 3], [0.2, 0.3, 0.5], 2), info.lossOfLogits([1, -2, 3], [0.2, 0.3, 0.5], 2));
});

test("an address that is no distribution is refused", () => {
  for (const text of ["", "1", "a,b", "0.5,", "2,-1", "0.1,".repeat(10) + "0"]) assert.equal(info.decode(text, 0, 1), null);
});
