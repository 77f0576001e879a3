import assert from "node:assert/strict";
import { test } from "node:test";
import {
  anchorOf,
  bestGuess,
  detect,
  joined,
  judge,
  knownTo,
} from "../../static/js/labs/detectors/outcome.js";
import { chainOf } from "../../static/js/labs/detectors/chain.js";
import { included, sayBudget, timesOf } from "../../static/js/labs/detectors/times.js";

/** Two classes of ours; one proposal is a cat. @returns {any} */
const ours = () => ({
  header: {
    feature_map: [64, 1, 2],
    anchor_shapes: { scales: [20], ratios: [1] },
    image: { width: 64, height: 32 },
  },
  classes: ["cat", "package"],
  anchors: new Float32Array(8),
  oneAnchor: Int32Array.from([1]),
  oneBoxes: Float32Array.from([0, 0, 10, 10]),
  oneProbabilities: Float32Array.from([0.1, 0.2, 0.7]),
  proposals: Float32Array.from([0, 0, 10, 10]),
  proposalAnchor: Int32Array.from([0]),
  proposalScores: Float32Array.from([0.9]),
  roiProbabilities: Float32Array.from([0.1, 0.8, 0.1]),
  refined: Float32Array.from([0, 0, 10, 10, 0, 0, 9, 9]),
});

/** A network that knows a dog and a cat; its list begins with the background. @returns {any} */
const other = () => ({
  network: "other",
  classes: ["__background__", "dog", "cat"],
  stages: [],
  boxes: Float32Array.from([0, 0, 10, 10, 0, 0, 11, 10, 30, 30, 50, 50, 0, 0, 9, 9]),
  scores: Float32Array.from([0.9, 0.8, 0.6, 0.5]),
  labels: Int32Array.from([2, 2, 1, 0]),
  rows: Int32Array.from([4, 0, 2, 1]),
  proposals: Float32Array.from([...Array(8).fill(0), 28, 31, 52, 49, ...Array(8).fill(0)]),
  proposalAnchor: Int32Array.from([70, 71, 72, 73, 74]),
  starts: Float32Array.from([...Array(8).fill(1), 30, 30, 46, 46, ...Array(8).fill(1)]),
  levels: [
    { rows: 4, columns: 4, each: 4, cell_width: 16, cell_height: 8 },
    { rows: 2, columns: 2, each: 4, cell_width: 32, cell_height: 16 },
  ],
  hasAnchors: true,
});
const LEVERS = { score_threshold: 0.3, iou_threshold: 0.5, proposals: 300 };

test("a network in the place of ours has its classes after ours, the same name once", () => {
  const output = joined(ours(), { one: other() });
  assert.deepEqual(output.classes, ["cat", "package", "dog"]);
  const { detections, entered, suppressed } = detect(output, "one", LEVERS);
  assert.deepEqual(
    detections.map(({ label, row, score }) => [output.classes[label], row, Math.round(score * 10)]),
    [
      ["cat", 4, 9],
      ["dog", 2, 6],
    ],
  );
  assert.deepEqual([entered, suppressed], [3, 1]); // what is named background is no candidate
  assert.equal(anchorOf(output, "one", 4), 4);
});

test("the other road stays ours, with its own classes", () => {
  const output = joined(ours(), { one: other() });
  const [found] = detect(output, "two", LEVERS).detections;
  assert.deepEqual([found?.label, found?.box], [0, [0, 0, 10, 10]]);
});

test("fewer proposals leave out what came from later ones, in two stages only", () => {
  const few = { ...LEVERS, proposals: 3 };
  const rows = (/** @type {any} */ output, /** @type {"one" | "two"} */ road) =>
    detect(output, road, few).detections.map(({ row }) => row);
  assert.deepEqual(rows(joined(ours(), { two: other() }), "two"), [0, 2]);
  assert.deepEqual(rows(joined(ours(), { one: other() }), "one"), [4, 2]);
  assert.equal(anchorOf(joined(ours(), { two: other() }), "two", 2), 72);
});

/** @param {any} output @param {any} [truth] @returns {any} */
const modelOf = (output, truth = null) => ({ output, truth, values: LEVERS });

test("the chain of an installed network of two stages begins at an anchor of one of its maps", () => {
  const output = joined(ours(), { two: other() });
  const dog = detect(output, "two", LEVERS).detections.find(({ row }) => row === 2);
  const chain = chainOf(modelOf(output), /** @type {any} */ (dog));
  assert.deepEqual(chain.boxes, [
    [30, 30, 46, 46],
    [28, 31, 52, 49],
    [30, 30, 50, 50],
  ]);
  // Anchor 72: 64 on the first map, then cell (72 - 64) / 4 = 2 of the second.
  const { row, column, map, maps, cell, count, isAnchor } = chain.start;
  assert.deepEqual([row, column, map, maps, count, isAnchor], [1, 0, 2, 2, 0, true]);
  assert.deepEqual(cell, [0, 16, 32, 32]);
  assert.deepEqual(chain.shares.length, 1); // its only class of at least 0.02
  assert.equal(chain.runnerUp, null);
});

test("in one stage a candidate's own place is where it began, and both roads find each other", () => {
  const output = joined(ours(), { one: { ...other(), hasAnchors: false } });
  const [cat] = detect(output, "one", LEVERS).detections;
  const chain = chainOf(modelOf(output), /** @type {any} */ (cat));
  assert.deepEqual(chain.boxes, [
    [1, 1, 1, 1],
    [0, 0, 10, 10],
  ]);
  assert.deepEqual([chain.start.row, chain.start.column, chain.start.isAnchor], [0, 1, false]);
  assert.deepEqual([chain.other?.label, chain.other?.box], [0, [0, 0, 10, 10]]);
  const [back] = detect(output, "two", LEVERS).detections;
  const other_ = chainOf(modelOf(output), /** @type {any} */ (back)).other;
  assert.deepEqual([other_?.row, other_?.label, other_?.box], [4, 0, [0, 0, 10, 10]]);
});

test("where the class is none of ours, our nearest proposal answers", () => {
  const output = joined(ours(), { one: other() });
  const dog = detect(output, "one", LEVERS).detections.find(({ row }) => row === 2);
  assert.equal(chainOf(modelOf(output), /** @type {any} */ (dog)).other, null); // none lies there
  const near = { ...dog, box: [0, 0, 12, 12] };
  assert.equal(chainOf(modelOf(output), /** @type {any} */ (near)).other?.label, 0);
});

test("the best guess is the best of all candidates, whatever the threshold", () => {
  const best = bestGuess(joined(ours(), { two: other() }), "two");
  assert.equal(best?.label, 0);
  assert(Math.abs((best?.score ?? 0) - 0.9) < 1e-6);
});

test("each network is judged by the classes that it knows", () => {
  const output = joined(ours(), { one: other() });
  const truth = {
    boxes: [
      [0, 0, 10, 10],
      [30, 30, 50, 50],
      [60, 60, 70, 70],
    ],
    labels: [0, 2, 1], // a cat, a dog, a package
  };
  const [one, two] = /** @type {("one" | "two")[]} */ (["one", "two"]).map((road) =>
    judge(detect(output, road, LEVERS).detections, knownTo(output, road, truth)),
  );
  assert.deepEqual([one?.known, one?.counts.right, one?.missed], [2, 2, []]);
  assert.deepEqual([two?.known, two?.counts.right, two?.missed], [2, 1, [2]]);
});

/** @param {number} median */
const part = (median, name = "part") => ({ name, median, low: median, high: median });
const timings = {
  repeats: 15,
  threads: 1,
  device: "CPU",
  shared: [part(10)],
  one_stage: [part(2)],
  two_stage: [part(12)],
  one_stage_total: part(12),
  two_stage_total: part(22),
  by_proposals: [part(15, "10"), part(18, "30"), part(22, "100"), part(40, "300")],
};

test("a budget is kept by the road, and by the numbers of proposals, that take no longer", () => {
  const [one, two] = [timesOf("one", timings), timesOf("two", timings)];
  assert(one && two);
  assert(/one stage \(12\.0 ms\); two stages with up to 100 proposals/.test(sayBudget(33, one, two)));
  assert(/up to 10 proposals/.test(sayBudget(17, one, two)));
  assert(/one stage \(12\.0 ms\), not two stages/.test(sayBudget(13, one, two)));
  assert(/neither/.test(sayBudget(5, one, two)));
});

test("an installed network is measured as a whole, and shares no part", () => {
  const whole = timesOf("two", {
    network: "x",
    repeats: 3,
    threads: 1,
    device: "CPU",
    parts: [part(50)],
    total: part(50),
  });
  const one = timesOf("one", timings);
  assert(whole && one);
  assert.equal(whole.shared, 0);
  assert(/one stage \(12\.0 ms\), not two stages \(50\.0 ms\)/.test(sayBudget(33, one, whole)));
  assert(/both/.test(sayBudget(60, one, whole)));
});

test("what the milliseconds were computed on is said, once where both roads were on the same", () => {
  const one = timesOf("one", timings);
  const two = timesOf("two", timings);
  const elsewhere = timesOf("two", { ...timings, device: "NVIDIA X1" });
  assert(one && two && elsewhere);
  assert(/on CPU, 1 threads/.test(included(one, two)));
  assert(/on CPU \/ NVIDIA X1, 1 threads/.test(included(one, elsewhere)));
});
