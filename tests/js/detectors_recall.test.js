import assert from "node:assert/strict";
import { test } from "node:test";
import { counts, firstCovering, meanBestIou, MOST, recallAt } from "../../static/js/labs/detectors/recall.js";

const truth = [
  [0, 0, 10, 10],
  [20, 20, 40, 40],
];

test("an object is covered from the first proposal on that overlaps it by a half", () => {
  const proposals = [
    [0, 0, 10, 4.9], // IoU 0.49
    [0, 0, 10, 5], // exactly 0.5
    [0, 0, 10, 10],
  ];
  assert.deepEqual(firstCovering(proposals, truth), [2, Infinity]);
  assert.deepEqual(firstCovering([], truth), [Infinity, Infinity]);
});

test("recall never falls with more proposals, and counts each object once", () => {
  const firsts = [2, 5, Infinity, 2];
  assert.deepEqual(
    [0, 1, 2, 4, 5, 1000].map((n) => recallAt(firsts, n)),
    [0, 0, 0.5, 0.5, 0.75, 0.75],
  );
});

test("the mean of the best IoUs is over all objects, also those that nothing overlaps", () => {
  const proposals = [
    [0, 0, 10, 5],
    [0, 0, 10, 10],
  ];
  assert.equal(meanBestIou(proposals, truth, 1), 0.25);
  assert.equal(meanBestIou(proposals, truth, 2), 0.5);
  assert.equal(meanBestIou(proposals, truth, 0), 0);
});

test("the curve's numbers are whole, rising, and reach from 1 to the most", () => {
  const all = counts();
  assert.equal(all[0], 1);
  assert.equal(all.at(-1), MOST);
  assert.equal(
    all.every((n, i) => Number.isInteger(n) && (i === 0 || n > (all[i - 1] ?? 0))),
    true,
  );
});
