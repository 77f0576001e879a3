/** The sentence under the picture, for any number of boxes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sentenceOf } from "../../static/js/labs/nms/words.js";

/**
 * The sentence where all is decided.
 * @param {number} all boxes that take part @param {number[]} curve counts at each threshold
 * @param {Record<string, any>} [values] @param {boolean} [soft]
 */
function said(all, curve, values = {}, soft = false) {
  const takingPart = Array.from({ length: all }, (_, i) => i);
  const kept = takingPart.slice(0, curve[Math.round((values.iou_threshold ?? 0.5) * 100)]);
  const problem = /** @type {any} */ ({
    boxes: new Float64Array(all * 4),
    scores: new Float64Array(all),
    labels: Int32Array.from(takingPart),
    truths: [],
  });
  const result = {
    kept,
    suppressed: takingPart.slice(kept.length),
    suppressor: new Int32Array(all).fill(-1),
    takingPart,
  };
  return sentenceOf(
    {
      problem,
      result,
      values: { iou_threshold: 0.5, step: -1, class_aware: false, ...values },
      soft,
      scoreOf: () => 0,
      curve,
    },
    { kept, pending: [] },
    -1,
  );
}

/** @param {(threshold: number) => number} count */
const curveOf = (count) => Array.from({ length: 101 }, (_, i) => count(i / 100));
const APART = "No two of them overlap by more than IoU 0.50.";

/** @type {[string, string, string][]} */
const SENTENCES = [
  [
    "one box",
    said(
      1,
      curveOf(() => 1),
    ),
    "Boxes that stay: 1 of 1.",
  ],
  [
    "boxes that nothing suppresses",
    said(
      3,
      curveOf(() => 3),
    ),
    `Boxes that stay: 3 of 3. ${APART}`,
  ],
  [
    "boxes of which more stay higher up",
    said(
      5,
      curveOf((at) => (at < 0.7 ? 2 : 5)),
    ),
    `Boxes that stay: 2 of 5. ${APART} A higher threshold usually keeps more boxes; at 1 all 5 stay.`,
  ],
  [
    "boxes of which fewer stay a little higher",
    said(
      5,
      curveOf((at) => (at === 1 ? 5 : at > 0.6 ? 2 : 3)),
    ),
    `Boxes that stay: 3 of 5. ${APART} At threshold 1, all 5 would stay.`,
  ],
  [
    "boxes of which fewer stay again far higher",
    said(
      5,
      curveOf((at) => (at === 1 ? 5 : at > 0.8 ? 3 : at > 0.6 ? 4 : 3)),
    ),
    `Boxes that stay: 3 of 5. ${APART} At threshold 1, all 5 would stay.`,
  ],
  [
    "one of several",
    said(
      2,
      curveOf((at) => (at < 0.9 ? 1 : 2)),
    ),
    "Boxes that stay: 1 of 2. A higher threshold usually keeps more boxes; at 1 all 2 stay.",
  ],
  [
    "the highest threshold",
    said(
      2,
      curveOf(() => 2),
      { iou_threshold: 1 },
    ),
    "Boxes that stay: 2 of 2. No two of them overlap by more than IoU 1.00.",
  ],
  [
    "classes",
    said(
      3,
      curveOf(() => 3),
      { class_aware: true },
    ),
    "Boxes that stay: 3 of 3. Within a class, no two of them overlap by more than IoU 0.50.",
  ],
  [
    "Soft-NMS of one box",
    said(
      1,
      curveOf(() => 1),
      {},
      true,
    ),
    "Boxes that stay: 1 of 1.",
  ],
  [
    "Soft-NMS",
    said(
      2,
      curveOf(() => 2),
      {},
      true,
    ),
    "Boxes that stay: 2 of 2. Soft-NMS lowers the score of a box that overlaps a better one.",
  ],
];
for (const [what, found, sentence] of SENTENCES) {
  test(`only what the numbers bear is said: ${what}`, () => assert.equal(found, sentence));
}
