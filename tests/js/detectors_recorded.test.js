import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestRecorded } from "../../static/js/labs/detectors/recorded.js";

const claims = [10, 30, 100, 300].flatMap((proposals) =>
  ["voc", "coco"].map((rule) => ({ proposals, rule })),
);

test("what was recorded with the nearest number of proposals is told, by the rule of the page", () => {
  const found = (/** @type {number} */ n, rule = "voc") => nearestRecorded(claims, n, rule)?.proposals;
  assert.deepEqual(
    [1, 15, 40, 60, 160, 180, 300].map((n) => found(n)),
    [10, 10, 30, 100, 100, 300, 300],
  );
  assert.equal(nearestRecorded(claims, 100, "coco")?.rule, "coco");
  assert.equal(nearestRecorded([], 100, "voc"), null);
});
