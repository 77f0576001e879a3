import assert from "node:assert/strict";
import { test } from "node:test";

import { chanceOfQueue, positiveOf, pushOf, queryOf, rowOf } from "../../static/js/math/contrast.js";
import { rgba } from "../../static/js/core/pixels.js";
import { seeded } from "./random.js";

/** Cosines of random unit vectors. @param {number} count */
function cosines(count) {
  const draw = seeded(7);
  const rows = Array.from({ length: count }, () => Array.from({ length: 5 }, () => draw() - 0.5));
  const unit = rows.map((row) => row.map((v) => v / Math.hypot(...row)));
  return Float64Array.from(
    unit.flatMap((a) => unit.map((b) => a.reduce((sum, v, k) => sum + v * (b[k] ?? 0), 0))),
  );
}

test("views of one picture are each other's positive", () => {
  for (let i = 0; i < 10; i++) assert.equal(positiveOf(positiveOf(i, 10), 10), i);
  assert.equal(positiveOf(2, 10), 7);
});

test("where all views are alike the loss is log(2N − 1), at any temperature", () => {
  const alike = new Float64Array(64).fill(1);
  for (const tau of [0.01, 0.5, 10]) assert(Math.abs(rowOf(alike, 3, tau).loss - Math.log(7)) < 1e-9);
});

test("a row is the softmax over all others, and its pulls sum to 0", () => {
  const all = cosines(8);
  for (const tau of [0.05, 0.2, 2]) {
    const { positive, negatives, loss } = rowOf(all, 1, tau);
    const every = [positive, ...negatives];
    assert.equal(every.length, 7);
    assert(Math.abs(every.reduce((sum, one) => sum + one.share, 0) - 1) < 1e-9);
    assert(Math.abs(every.reduce((sum, one) => sum + one.pull, 0)) < 1e-9);
    assert(Math.abs(loss + Math.log(positive.share)) < 1e-9);
    assert(positive.pull < 0 && negatives.every((one) => one.pull > 0));
    for (let k = 1; k < negatives.length; k++)
      assert((negatives[k - 1]?.similarity ?? 0) >= (negatives[k]?.similarity ?? 0));
  }
});

test("a pull is the loss's slope by that similarity", () => {
  const all = cosines(6);
  const tau = 0.3;
  const { positive, negatives } = rowOf(all, 2, tau);
  for (const one of [positive, ...negatives]) {
    const nudged = Float64Array.from(all);
    const at = 2 * 6 + one.at;
    nudged[at] = (nudged[at] ?? 0) + 1e-6;
    const slope = (rowOf(nudged, 2, tau).loss - rowOf(all, 2, tau).loss) / 1e-6;
    assert(Math.abs(slope - one.pull) < 1e-4);
  }
});

test("the push falls to the negatives as their slopes do, and half of it to as many as it takes", () => {
  for (const tau of [0.05, 0.5, 10]) {
    const { negatives } = rowOf(cosines(16), 3, tau);
    const all = negatives.reduce((sum, one) => sum + one.pull, 0);
    const { similarities, shares, half } = pushOf(negatives, tau);
    assert.deepEqual(
      similarities,
      similarities.toSorted((a, b) => a - b),
    );
    shares
      .reverse()
      .forEach((share, k) => assert(Math.abs(share - (negatives[k]?.pull ?? NaN) / all) < 1e-9));
    const of = (/** @type {number} */ n) => shares.slice(0, n).reduce((sum, share) => sum + share, 0);
    assert(of(half) >= 0.5 - 1e-9 && of(half - 1) < 0.5);
  }
});

test("the push is even where all negatives are alike, and known where its slopes are too small", () => {
  const alike = rowOf(new Float64Array(100).fill(1), 0, 0.2);
  assert.equal(pushOf(alike.negatives, 0.2).half, 4);
  const won = queryOf(1, [-1, -0.9, -1], 0.001);
  assert.equal(won.negatives[0]?.pull, 0);
  assert.deepEqual(pushOf(won.negatives, 0.001).shares.map(Math.round), [0, 0, 1]);
  assert.equal(pushOf([], 0.2).half, 0);
});

test("a positive that is hopelessly far gives a large loss, not infinity", () => {
  const two = Float64Array.from([1, 1, -1, 1, 1, 1, -1, -1, -1, -1, 1, 1, 1, -1, 1, 1]);
  assert(Math.abs(rowOf(two, 0, 0.001).loss - 2000 - Math.log(2)) < 1e-6);
});

test("a query against a queue is the row of a matrix that holds the same similarities", () => {
  const all = cosines(8);
  const positive = positiveOf(1, 8);
  const others = [...all.subarray(8, 16)].filter((_, j) => j !== 1 && j !== positive);
  const [row, query] = [rowOf(all, 1, 0.2), queryOf(all[8 + positive] ?? NaN, others, 0.2)];
  assert(Math.abs(row.loss - query.loss) < 1e-12);
  assert.deepEqual(
    query.negatives.map((one) => one.pull),
    row.negatives.map((one) => one.pull),
  );
  assert.deepEqual(
    query.negatives.map((one) => others[one.at]),
    query.negatives.map((one) => one.similarity),
  );
});

test("a query against an empty queue has no loss and nothing to pull", () => {
  const { positive, negatives, loss } = queryOf(0.3, [], 0.2);
  assert.deepEqual([negatives.length, loss, positive.share, positive.pull], [0, 0, 1, 0]);
});

test("one picture alone has no negatives and no loss", () => {
  const { negatives, loss, positive } = rowOf(Float64Array.from([1, 0.2, 0.2, 1]), 0, 0.5);
  assert.deepEqual([negatives.length, loss, positive.share], [0, 0, 1]);
});

test("the chance loss rises while the queue fills, and then stays", () => {
  assert.equal(chanceOfQueue(1, 64, 256), 0);
  assert.equal(chanceOfQueue(3, 64, 256), Math.log(129));
  assert.equal(chanceOfQueue(500, 64, 256), Math.log(257));
});

test("channels become pixels", () => {
  const bytes = Uint8Array.from([
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 10, 20, 30, 40, 100, 110, 120, 130,
  ]);
  assert.deepEqual(
    [...rgba(bytes, 2, 1)],
    [1, 10, 100, 255, 2, 20, 110, 255, 3, 30, 120, 255, 4, 40, 130, 255],
  );
});
