import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAt, overlap } from "../../static/js/math/geometry.js";
import {
  NEGATIVE,
  NEUTRAL,
  POSITIVE,
  anchorIndex,
  assign,
  crossing,
  decoded,
  fateOf,
  heatOf,
  locate,
  outcome,
  recall,
} from "../../static/js/labs/rpn/math.js";
import { randomBoxes, seeded } from "./random.js";

/** @param {number} anchor_count @param {number} first @param {number} width @param {number} height */
const map = (anchor_count, first, width, height) => ({
  channels: 8,
  height,
  width,
  anchors_per_location: anchor_count,
  first_anchor: first,
});

/** Six anchors in a row, the best four of which entered NMS. */
function output() {
  const anchors = Float32Array.from([
    0, 0, 10, 10, 1, 0, 11, 10, 20, 0, 30, 10, 40, 0, 50, 10, 60, 0, 61, 1, 70, 0, 80, 10,
  ]);
  const anchorOf = Int32Array.from([0, 1, 2, 3]);
  const suppressedBy = new Int16Array(101 * 4).fill(-1);
  for (let t = 0; t <= 80; t++) suppressedBy[t * 4 + 1] = 0; // IoU of the first two: 9 / 11
  return {
    image: { width: 75, height: 10 },
    maps: [map(1, 0, 6, 1)],
    spec: null,
    outputs: 2,
    anchors,
    logits: new Float32Array(12),
    deltas: new Float32Array(24),
    objectness: Float32Array.from([0.9, 0.8, 0.7, 0.6, 0.99, 0.2]),
    largeEnough: Uint8Array.from([1, 1, 1, 1, 0, 1]),
    boxes: anchors.slice(0, 16),
    scores: Float32Array.from([0.9, 0.8, 0.7, 0.6]),
    anchorOf,
    suppressedBy,
  };
}

test("an anchor's index and its place are each other's inverse, on every map", () => {
  const maps = [map(3, 0, 5, 4), map(3, 60, 3, 2), map(9, 78, 2, 2)];
  for (let anchor = 0; anchor < 78 + 36; anchor++) {
    const at = locate(maps, anchor);
    assert.equal(anchorIndex(/** @type {any} */ (maps[at.map]), at.row, at.column, at.shape), anchor);
  }
});

test("labels follow the paper's two rules, as a slow loop has them", () => {
  const random = seeded(2);
  for (let round = 0; round < 20; round++) {
    const [anchors, truths] = [randomBoxes(random, 60), randomBoxes(random, 4)];
    const { labels, best } = assign(anchors, truths, 0.5, 0.2);
    const iou = (/** @type {number} */ a, /** @type {number} */ t) =>
      Math.fround(overlap(boxAt(anchors, a), boxAt(truths, t)).iou);
    for (let a = 0; a < 60; a++) {
      const mine = Math.max(...[0, 1, 2, 3].map((t) => iou(a, t)));
      const isBest = [0, 1, 2, 3].some((t) => {
        const top = Math.max(...Array.from({ length: 60 }, (_, b) => iou(b, t)));
        return top > 0 && iou(a, t) === top;
      });
      const expected = isBest || mine >= 0.5 ? POSITIVE : mine < 0.2 ? NEGATIVE : NEUTRAL;
      assert.equal(labels[a], expected);
      assert.equal(best[a], mine);
    }
  }
});

test("without a truth every anchor is negative, and a truth far off makes none positive", () => {
  const anchors = Float32Array.from([0, 0, 10, 10, 5, 5, 9, 9]);
  assert.deepEqual([...assign(anchors, [], 0.7, 0.3).labels], [NEGATIVE, NEGATIVE]);
  assert.deepEqual([...assign(anchors, [500, 500, 600, 600], 0.7, 0.3).labels], [NEGATIVE, NEGATIVE]);
});

test("the best anchor of a truth is positive however high the threshold", () => {
  const anchors = Float32Array.from([0, 0, 10, 10, 2, 0, 12, 10]);
  assert.deepEqual([...assign(anchors, [1.5, 0, 13, 10], 1, 0.3).labels], [NEUTRAL, POSITIVE]);
});

test("every anchor's fate is told: proposal, suppressed, beyond, below, small", () => {
  const all = { pre_nms_top_n: 100, post_nms_top_n: 2, iou_threshold: 0.7 };
  const out = output();
  const result = outcome(out, all);
  assert.deepEqual([result.kept, result.suppressed, result.proposals], [[0, 2, 3], [1], [0, 2]]);
  assert.deepEqual(fateOf(out, result, 0), { kind: "proposal", rank: 1 });
  const fate = fateOf(out, result, 1);
  assert.deepEqual([fate.kind, fate.rank, fate.by], ["suppressed", 2, 0]);
  assert(Math.abs((fate.iou ?? 0) - 9 / 11) < 1e-6);
  assert.deepEqual(fateOf(out, result, 3), { kind: "beyond", rank: 3 });
  assert.deepEqual(fateOf(out, result, 4), { kind: "small", rank: 0 });
  assert.deepEqual(fateOf(out, result, 5), { kind: "below", rank: 5 });
});

test("a smaller top-n leaves boxes below it; a higher threshold keeps more", () => {
  const out = output();
  const few = outcome(out, { pre_nms_top_n: 2, post_nms_top_n: 9, iou_threshold: 0.7 });
  assert.deepEqual(fateOf(out, few, 2), { kind: "below", rank: 3 });
  const high = outcome(out, { pre_nms_top_n: 9, post_nms_top_n: 9, iou_threshold: 0.9 });
  assert.deepEqual(high.kept, [0, 1, 2, 3]);
});

test("a box with zero deltas is its anchor, clipped to the picture", () => {
  assert.deepEqual(decoded(output(), 5).clipped, [70, 0, 75, 10]);
});

test("the heat map takes one shape, or the best of all", () => {
  const out = { ...output(), maps: [map(3, 0, 2, 1)] };
  const [only] = out.maps;
  assert.deepEqual([...heatOf(out, /** @type {any} */ (only), 1)], [0.8, 0.99].map(Math.fround));
  assert.deepEqual([...heatOf(out, /** @type {any} */ (only), -1)], [0.9, 0.99].map(Math.fround));
});

test("recall counts each truth once", () => {
  const boxes = [0, 0, 10, 10, 0, 0, 10, 10];
  assert.equal(recall(boxes, [0, 1], [0, 0, 10, 10, 50, 50, 60, 60]), 0.5);
  assert.equal(recall(boxes, [0], []), 0);
});

test("an anchor crosses the border where it reaches beyond the photo on any side", () => {
  const image = { width: 100, height: 50 };
  const inside = [0, 0, 100, 50];
  const outside = [-1, 0, 9, 9, 0, -1, 9, 9, 90, 0, 101, 9, 0, 40, 9, 51];
  assert.equal(crossing({ anchors: Float32Array.from([...inside, ...outside]), image }), 4);
});
