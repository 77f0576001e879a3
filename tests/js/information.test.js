import assert from "node:assert/strict";
import { test } from "node:test";
import * as info from "../../static/js/math/information.js";

const near = (/** @type {number} */ a, /** @type {number} */ b) =>
  assert(Math.abs(a - b) < 1e-12, `${a} is not ${b}`);

test("a dragged bar takes its share, the others keep their proportions, and all sum to 1", () => {
  const p = info.withShare([0.5, 0.3, 0.2], 0, 0.75);
  near(info.sum(p), 1);
  near(/** @type {number} */ (p[1]) / /** @type {number} */ (p[2]), 1.5);
  assert.deepEqual(info.withShare([0.5, 0.3, 0.2], 1, 9), [0, 1, 0]);
  assert.deepEqual(info.withShare([0, 1, 0], 1, 0), [0.5, 0, 0.5]);
});

test("a hand that takes everything and gives it back leaves the others as they were", () => {
  const move = info.grip();
  const start = "0.125,0.5,0.3,0.075";
  let row = start;
  for (const share of [0.4, 0.99, 1, 1, 0.6]) row = move(row, 0, share);
  const [, b = 0, c = 0] = info.decode(row, 0, 1) ?? [];
  assert(Math.abs(b / c - 0.5 / 0.3) < 1e-3);
  row = move(row, 0, 0.13); // the step of a bar that is nearest to the start
  assert.equal(row, start);
  assert.equal(move(row, 0, 1), "1,0,0,0");
  assert.equal(move("1,0,0,0", 1, 0), "1,0,0,0"); // another bar: from where it is
  assert.equal(move("0,0,1,0", 2, 0.4), "0.2,0.2,0.4,0.2"); // somebody else set the row
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
  assert.equal(info.naiveTrouble([800, 801], [1, 0]), "overflow");
  assert.equal(info.naiveLoss([800, 0], [0, 1]), Infinity);
  assert.equal(info.naiveTrouble([-800, -801], [1, 0]), "vanished");
  near(info.naiveLoss([1, -2, 3], [0.2, 0.3, 0.5], 2), info.lossOfLogits([1, -2, 3], [0.2, 0.3, 0.5], 2));
});

test("an exponential that became 0 costs infinitely much, but only where it is a target", () => {
  const z = [-70, -90, -80];
  assert.equal(info.naiveLoss(z, [1, 0, 0], 0.1), 0);
  assert.equal(info.naiveTrouble(z, [1, 0, 0], 0.1), null);
  assert.equal(info.naiveLoss(z, [0, 1, 0], 0.1), Infinity);
  assert.equal(info.naiveTrouble(z, [0, 1, 0], 0.1), "underflow");
  near(info.lossOfLogits(z, [0, 1, 0], 0.1), 200);
});

test("an address that is no distribution is refused", () => {
  for (const text of ["", "1", "a,b", "0.5,", "2,-1", "0.1,".repeat(10) + "0"])
    assert.equal(info.decode(text, 0, 1), null);
});

test("informations add for independent events, and only for them", () => {
  const bits = (/** @type {number} */ given, /** @type {number} */ otherwise) =>
    info.twoEvents({ event: 0.5, given, otherwise }, Math.LN2);
  assert.deepEqual({ ...bits(0.5, 0.5), shares: 0 }, { a: 1, b: 1, both: 2, shares: 0 });
  const copied = bits(1, 0);
  assert.deepEqual([copied.a, copied.b, copied.both], [1, 1, 1]);
  assert.equal(bits(0, 1).both, Infinity); // they never happen together
});
