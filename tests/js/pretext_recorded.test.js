/** Claims about the recorded comparison: what it says follows from its numbers. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  askedOf,
  bestOf,
  cellOf,
  helps,
  ownOf,
  placeOf,
  rangeOf,
  scaleGains,
} from "../../static/js/labs/pretext/recorded.js";
import { recordedOf } from "../../static/js/labs/pretext/tuning.js";
import { ORDERS } from "../../static/js/labs/pretext/words.js";

const row = (/** @type {Record<string, number>} */ asked) => ({
  own: 0.5,
  steps: 10,
  asked: Object.fromEntries(Object.entries(asked).map(([question, value]) => [question, { 10: value }])),
});
const TASKS = {
  untrained: { 0: row({ class: 0.2, place: 0.4 }), 1: row({ class: 0.3, place: 0.42 }) },
  rotation: { 0: row({ class: 0.5, place: 0.41 }), 1: row({ class: 0.6, place: 0.5 }) },
  patch: { 0: row({ class: 0.31, place: 0.6 }), 1: row({ class: 0.55, place: 0.7 }) },
};

test("a range goes from the worst seed to the best, and there is none without seeds", () => {
  assert.deepEqual(rangeOf([0.2, 0.4]), { mean: 0.30000000000000004, low: 0.2, high: 0.4 });
  assert.equal(rangeOf([]), null);
  assert.equal(askedOf(TASKS, "speed", "class", "10"), null);
  assert.equal(ownOf(TASKS, "patch")?.mean, 0.5);
});

test("a task helps where its worst seed is above the best untrained one", () => {
  assert.deepEqual(helps(TASKS, "rotation", "10"), ["class"]);
  assert.deepEqual(helps(TASKS, "patch", "10"), ["class", "place"]);
});

test("the best task is clear only where no other reaches its worst seed", () => {
  assert.deepEqual(
    [bestOf(TASKS, "class", "10")?.task, bestOf(TASKS, "class", "10")?.clear],
    ["rotation", false],
  );
  assert.deepEqual(
    [bestOf(TASKS, "place", "10")?.task, bestOf(TASKS, "place", "10")?.clear],
    ["patch", true],
  );
  assert.equal(placeOf(TASKS, "patch", "class", "10"), 2);
  assert.equal(placeOf(TASKS, "simclr", "class", "10"), null);
});

test("fine-tuning is recorded beside its probe and a training from random weights", () => {
  const tuned = (/** @type {number} */ asked, /** @type {number} */ after) => ({
    ...row({ class: asked }),
    tuned: { class: { 10: after } },
  });
  const tasks = {
    untrained: { 0: tuned(0.2, 0.3), 1: tuned(0.2, 0.4) },
    rotation: { 0: tuned(0.5, 0.6), 1: tuned(0.4, 0.8) },
  };
  const chosen = { question: "class", labels: "10", task: "rotation" };
  assert.deepEqual(recordedOf(tasks, "tuned", chosen), { mean: 0.7, low: 0.6, high: 0.8 });
  assert.deepEqual(recordedOf(tasks, "probe", chosen), { mean: 0.45, low: 0.4, high: 0.5 });
  assert.deepEqual(recordedOf(tasks, "scratch", chosen), { mean: 0.35, low: 0.3, high: 0.4 });
  assert.equal(recordedOf(tasks, "imagenet", chosen), null);
  assert.deepEqual(helps(tasks, "rotation", "10", "tuned"), ["class"]);
  assert.equal(recordedOf(TASKS, "tuned", chosen), null); // of an older recording
});

test("there are 12 orders of four frames up to reversal", () => {
  const names = new Set(ORDERS.flatMap((order) => [order.join(), [...order].reverse().join()]));
  assert.equal(ORDERS.length, 12);
  assert.equal(names.size, 24);
  assert.deepEqual(ORDERS[0], [0, 1, 2, 3]);
});

test("more helps where its worst seed is above the best with less, and may hurt or leave it open", () => {
  const cell = (/** @type {number[]} */ values) =>
    Object.fromEntries(values.map((value, seed) => [seed, row({ class: value })]));
  const scale = {
    counts: [50, 800],
    times: [0.5, 1],
    parameters: { 0.5: 10, "1.0": 20 },
    cells: {
      0.5: { 50: cell([0.2, 0.3]), 800: cell([0.4, 0.5]) },
      "1.0": { 50: cell([0.1, 0.15]), 800: cell([0.12, 0.6]) },
    },
  };
  assert.deepEqual(cellOf(scale, "0.5", 50, "class", "10"), { mean: 0.25, low: 0.2, high: 0.3 });
  assert.equal(cellOf(scale, "2.0", 50, "class", "10"), null);
  const { data, size } = scaleGains(scale, "class", "10");
  assert.deepEqual(data, { better: 1, worse: 0, all: 2 });
  assert.deepEqual(size, { better: 0, worse: 1, all: 2 });
});
