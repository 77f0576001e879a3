import assert from "node:assert/strict";
import { test } from "node:test";
import { boxAt, overlap } from "../../static/js/math/geometry.js";
import { afterDecisions, keptCurve, prefix, resultAt, undecided } from "../../static/js/labs/nms/result.js";
import { randomBoxes, seeded } from "./random.js";

/**
 * The loop of the textbooks, on the boxes of a list.
 * @param {ArrayLike<number>} boxes @param {number[]} list best first @param {number} threshold
 */
function greedy(boxes, list, threshold) {
  /** @type {number[]} */ const kept = [];
  const by = new Map();
  for (const index of list) {
    const one = kept.find((k) => overlap(boxAt(boxes, k), boxAt(boxes, index)).iou > threshold);
    if (one === undefined) kept.push(index);
    else by.set(index, one);
  }
  return { kept, by };
}

/** @param {number} seed @param {number} count */
function problem(seed, count) {
  const random = seeded(seed);
  const boxes = randomBoxes(random, count);
  const scores = Array.from({ length: count }, () => Math.round(random() * 50) / 50); // with ties
  const order = Int32Array.from(scores.keys()).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  const suppressedBy = new Int16Array(101 * count).fill(-1);
  const place = new Map([...order].map((index, position) => [index, position]));
  for (let t = 0; t <= 100; t++) {
    for (const [index, by] of greedy(boxes, [...order], t / 100).by) {
      suppressedBy[t * count + (place.get(index) ?? 0)] = place.get(by) ?? -1;
    }
  }
  return { boxes, scores, sweep: { order, suppressedBy } };
}

test("every threshold, score threshold and top-n reads what the loop would compute", () => {
  for (const seed of [1, 2, 3]) {
    const { boxes, scores, sweep } = problem(seed, 40);
    for (const threshold of [0, 0.01, 0.29, 0.5, 0.57, 0.7, 1]) {
      for (const least of [0, 0.3, 0.5, 1.01]) {
        for (const topN of [1, 7, 40, 6000]) {
          const list = [...sweep.order].filter((i) => (scores[i] ?? 0) >= least).slice(0, topN);
          const count = prefix(sweep, scores, least, topN);
          assert.equal(count, list.length);
          const { kept, by } = greedy(boxes, list, threshold);
          const result = resultAt(sweep, threshold, count);
          assert.deepEqual(result.kept, kept);
          assert.deepEqual(result.takingPart, list);
          assert.deepEqual(
            result.suppressed,
            list.filter((i) => by.has(i)),
          );
          for (let i = 0; i < 40; i++) assert.equal(result.suppressor[i], by.get(i) ?? -1);
        }
      }
    }
  }
});

test("the curve counts what each threshold keeps", () => {
  const { sweep } = problem(4, 30);
  const curve = keptCurve(sweep, 20);
  assert.equal(curve.length, 101);
  curve.forEach((kept, t) => assert.equal(kept, resultAt(sweep, t / 100, 20).kept.length));
  assert.equal(curve[100], 20);
});

test("the decisions one by one: none, some, all", () => {
  const { sweep } = problem(5, 30);
  const result = resultAt(sweep, 0.3, 30);
  const start = afterDecisions(result, 0);
  assert.deepEqual([start.kept, start.suppressed, start.pending], [[], [], result.takingPart]);
  for (let n = 0; n <= result.kept.length; n++) {
    const { kept, suppressed, pending } = afterDecisions(result, n);
    assert.deepEqual(kept, result.kept.slice(0, n));
    assert.deepEqual([...kept, ...suppressed, ...pending].sort(), [...result.takingPart].sort());
    // What waits comes after the last decision, or is the next one's.
    if (n < result.kept.length) assert(pending.includes(result.kept[n] ?? -1));
  }
  const end = afterDecisions(result, result.kept.length);
  assert.deepEqual([end.pending, end.suppressed], [[], result.suppressed]);
});

test("nothing in, nothing out", () => {
  const sweep = { order: new Int32Array(), suppressedBy: new Int16Array() };
  assert.equal(prefix(sweep, [], 0.5, 100), 0);
  assert.deepEqual(resultAt(sweep, 0.5, 0).kept, []);
  assert.equal(keptCurve(sweep, 0)[50], 0);
});

test("a score equal to the threshold takes part, also where single precision rounds it", () => {
  const sweep = { order: Int32Array.from([0, 1]), suppressedBy: new Int16Array(202) };
  for (const scores of [[0.9, 0.7], Float32Array.from([0.9, 0.7])]) {
    assert.equal(prefix(sweep, scores, 0.9, 10), 1);
    assert.equal(prefix(sweep, scores, 0.7, 10), 2);
    assert.equal(prefix(sweep, scores, 0.7001, 10), 1);
  }
});

test("where nothing is decided, every box that takes part waits", () => {
  const { sweep } = problem(6, 12);
  const found = undecided(sweep, 5);
  assert.deepEqual([found.kept, found.suppressed], [[], []]);
  assert.deepEqual(found.pending, [...sweep.order].slice(0, 5));
  assert.deepEqual([...found.suppressor], Array(12).fill(-1));
});
