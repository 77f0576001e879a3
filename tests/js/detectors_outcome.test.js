import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, centerForm, chainOf, followedOf } from "../../static/js/labs/detectors/chain.js";
import { toCoco, toCsv } from "../../static/js/labs/detectors/export.js";
import {
  anchorOf,
  bestGuess,
  detect,
  difference,
  judge,
  rates,
} from "../../static/js/labs/detectors/outcome.js";
import {
  binOf,
  binsOfAlign,
  binsOfPool,
  sampleAt,
  samplesOfAlign,
  spanOf,
  strongestBin,
} from "../../static/js/labs/detectors/region.js";
import { overlap } from "../../static/js/math/geometry.js";
import { greedyNms } from "../../static/js/math/nms.js";
import { randomBoxes, seeded } from "./random.js";

/** Two classes; three candidates of one stage, three proposals. */
function output() {
  const header = {
    feature_map: [4, 2, 3],
    anchor_shapes: { scales: [20, 40], ratios: [1] },
    image: { width: 96, height: 64 },
  };
  return {
    header,
    classes: ["disc", "ring"],
    anchors: Float32Array.from({ length: 12 * 4 }, (_, i) => i),
    oneAnchor: Int32Array.from([2, 5, 7]),
    oneBoxes: Float32Array.from([0, 0, 10, 10, 1, 0, 11, 10, 40, 40, 60, 60]),
    oneProbabilities: Float32Array.from([0.1, 0.8, 0.1, 0.2, 0.5, 0.3, 0.3, 0.1, 0.6]),
    proposals: Float32Array.from([0, 0, 12, 12, 40, 40, 62, 62, 0, 0, 5, 5]),
    proposalAnchor: Int32Array.from([3, 8, 11]),
    proposalScores: Float32Array.from([0.9, 0.8, 0.7]),
    roiProbabilities: Float32Array.from([0, 0.95, 0.05, 0.1, 0.2, 0.7, 0, 0, 1]),
    refined: Float32Array.from([
      0, 0, 10, 10, 2, 2, 12, 12, 38, 38, 60, 60, 40, 40, 60, 60, 0, 0, 4, 4, 70, 10, 80, 20,
    ]),
  };
}
const LEVERS = { score_threshold: 0.3, iou_threshold: 0.5, proposals: 2 };

/** @param {any} more @returns {any} */
const modelWith = (more) => ({
  output: output(),
  values: { followed: "two", row: -1, label: 0, ...LEVERS },
  ...more,
});

/** @param {number} label @param {number[]} box @param {"one" | "two"} [road] */
const found = (label, box, road = "one") => /** @type {any} */ ({ road, row: 0, label, score: 1, box });

test("greedy NMS keeps no two boxes that overlap by more, and suppresses none without a reason", () => {
  for (const [seed = 1, threshold = 0.5] of [
    [1, 0.3],
    [2, 0.5],
    [3, 0.7],
  ]) {
    const boxes = Float32Array.from(randomBoxes(seeded(seed), 120));
    const order = [...Array(120).keys()];
    const { kept, suppressor } = greedyNms(boxes, order, threshold);
    const iou = (/** @type {number} */ a, /** @type {number} */ b) =>
      overlap(boxes.subarray(4 * a, 4 * a + 4), boxes.subarray(4 * b, 4 * b + 4)).iou;
    for (const a of kept) for (const b of kept) if (a < b) assert(iou(a, b) <= threshold + 1e-6);
    for (const [box, by] of suppressor) assert(by < box && iou(box, by) > threshold - 1e-6);
    assert.equal(kept.length + suppressor.size, 120);
  }
});

test("each class is suppressed by itself, and the best comes first", () => {
  const one = detect(output(), "one", LEVERS);
  assert.deepEqual(
    one.detections.map(({ row, label }) => [row, label]),
    [
      [0, 0],
      [2, 1],
      [1, 1],
    ],
  );
  assert.equal(one.entered, 4);
  assert.equal(one.suppressed, 1);
});

test("a lower number of proposals leaves out the last ones", () => {
  const rows = (/** @type {number} */ proposals) =>
    detect(output(), "two", { ...LEVERS, proposals }).detections.map(({ row }) => row);
  assert.deepEqual(rows(2), [0, 1]);
  assert.deepEqual(rows(3), [2, 0, 1]);
  assert.deepEqual(rows(1), [0]);
});

test("each class of a proposal has a box of its own", () => {
  const [first, second] = detect(output(), "two", LEVERS).detections;
  assert.deepEqual(first?.box, [0, 0, 10, 10]);
  assert.deepEqual(second?.box, [40, 40, 60, 60]);
});

test("the best guess is told where nothing is over the threshold", () => {
  const guess = bestGuess(output(), "one");
  assert.deepEqual([guess?.row, guess?.label], [0, 0]);
  assert.equal(detect(output(), "one", { ...LEVERS, score_threshold: 0.99 }).detections.length, 0);
});

test("a detection leads back to its anchor", () => {
  assert.equal(anchorOf(output(), "one", 1), 5);
  assert.equal(anchorOf(output(), "two", 1), 8);
});

test("boxes of the same place and class are the same object; the same class goes first", () => {
  const one = [found(0, [0, 0, 10, 10]), found(1, [50, 50, 60, 60]), found(0, [80, 0, 90, 10])];
  const two = [found(1, [0, 0, 10, 10]), found(0, [0, 0, 10, 9]), found(0, [50, 50, 60, 61])];
  const { both, named, onlyOne, onlyTwo } = difference(one, two);
  assert.deepEqual(both, [[one[0], two[1]]]);
  assert.deepEqual(named, [[one[1], two[2]]]);
  assert.deepEqual(onlyOne, [one[2]]);
  assert.deepEqual(onlyTwo, [two[0]]);
});

test("every detection is in exactly one part of the difference", () => {
  const random = seeded(5);
  const some = () => Array.from({ length: 30 }, (_, i) => found(i % 3, [...randomBoxes(random, 1)]));
  const [one, two] = [some(), some()];
  const { both, named, onlyOne, onlyTwo } = difference(one, two);
  const pairs = [...both, ...named];
  assert.equal(pairs.length + onlyOne.length, 30);
  assert.equal(pairs.length + onlyTwo.length, 30);
  for (const [a, b] of pairs) assert(overlap(a.box, b.box).iou >= 0.5);
});

test("each kind of wrong has its name", () => {
  const truth = {
    boxes: [
      [0, 0, 10, 10],
      [50, 50, 70, 70],
      [90, 0, 100, 10],
    ],
    labels: [0, 1, -1],
  };
  const detections = [
    found(0, [0, 0, 10, 10]), // right
    found(0, [0, 0, 10, 11]), // the same object again
    found(0, [50, 50, 70, 70]), // another class
    found(1, [60, 50, 80, 70]), // right class, badly placed
    found(0, [60, 60, 80, 80]), // neither class nor place
    found(1, [30, 30, 32, 32]), // nothing there
  ];
  const judged = judge(detections, truth);
  assert.deepEqual(judged.verdicts, ["right", "twice", "class", "placed", "both", "background"]);
  assert.deepEqual(judged.missed, [1]);
  assert.equal(judged.known, 2);
  assert.deepEqual(rates(judged), { error: 5 / 6, miss: 1 / 2 });
});

test("without detections nothing is wrong and all is missed", () => {
  const judged = judge([], { boxes: [[0, 0, 1, 1]], labels: [0] });
  assert.deepEqual(rates(judged), { error: 0, miss: 1 });
});

test("the followed detection is the one that the address names, else the best", () => {
  const [one, two] = [detect(output(), "one", LEVERS), detect(output(), "two", LEVERS)];
  assert.equal(followedOf(modelWith({ one, two })), two.detections[0]);
  const values = { ...LEVERS, followed: "one", row: 2, label: 1 };
  assert.equal(followedOf(modelWith({ one, two, values }))?.row, 2);
  assert.equal(followedOf(modelWith({ one: { detections: [] }, two: { detections: [] } })), null);
});

test("a chain begins at the anchor and ends at the detection, with its IoU at each step", () => {
  const [one, two] = [detect(output(), "one", LEVERS), detect(output(), "two", LEVERS)];
  const truth = { boxes: [[0, 0, 10, 10]], labels: [0] };
  const chain = chainOf(modelWith({ one, two, truth }), /** @type {any} */ (two.detections[0]));
  assert.deepEqual([chain.start.first, chain.start.count], [2, 2]);
  assert.deepEqual(chain.boxes, [
    [12, 13, 14, 15],
    [0, 0, 12, 12],
    [0, 0, 10, 10],
  ]);
  assert.deepEqual(
    chain.against?.iou.map((v) => Math.round(v * 1000) / 1000),
    [0, 0.694, 1],
  );
  assert.equal(chain.runnerUp, 1);
  assert.equal(chain.other?.anchor, 2);
});

test("an anchor's cell is counted row by row", () => {
  const { row, column, first, box } = cellOf(/** @type {any} */ (output()), 9);
  assert.deepEqual([row, column, first], [1, 1, 8]);
  assert.deepEqual(box, [32, 32, 64, 64]);
  assert.deepEqual(centerForm([10, 20, 30, 60]), [20, 40, 20, 40]);
});

test("files name the detector, the anchor and the proposal of each detection", () => {
  const of = modelWith({
    one: detect(output(), "one", LEVERS),
    two: detect(output(), "two", LEVERS),
    photo: {},
  });
  const lines = toCsv(of).trim().split("\n");
  assert.equal(lines.length, 1 + 3 + 2);
  assert.equal(lines[0], "stages,class,score,x1,y1,x2,y2,anchor,proposal");
  const last = JSON.parse(toCoco(of)).at(-1);
  assert.deepEqual([last.detector, last.anchor, last.proposal], ["two-stage", 8, 1]);
  assert.deepEqual(last.bbox, [40, 40, 20, 20]);
});

/** A region of 2.2 to 4.2 cells in both directions, pooled to 2 bins. */
const pooled = () => ({
  feature_map: [1, 6, 6],
  channel: 0,
  values: [],
  region: [2.2, 2.2, 4.2, 4.2],
  cell: [16, 16],
  align: {
    values: [
      [0, 0],
      [0, 0],
    ],
    x: [2.45, 2.95, 3.45, 3.95],
    y: [2.45, 2.95, 3.45, 3.95],
  },
  pool: {
    values: [
      [0, 0],
      [0, 0],
    ],
    left: [2, 3],
    right: [4, 5],
    top: [2, 3],
    bottom: [4, 5],
  },
});

test("RoIAlign's bins part the region, RoIPool's are whole cells", () => {
  assert.deepEqual(binsOfPool(pooled())[0], [2, 2, 4, 4]);
  assert.deepEqual(binsOfPool(pooled()).at(-1), [3, 3, 5, 5]);
  const bins = binsOfAlign(pooled());
  assert.equal(bins.length, 4);
  assert(Math.abs((bins[3]?.[2] ?? 0) - 4.2) < 1e-9);
  assert.equal(samplesOfAlign(pooled()).length, 16);
});

test("rounding moves an edge by its distance to a whole cell", () => {
  const { moved } = spanOf(pooled());
  assert(Math.abs(moved[0] + 0.2 * 16) < 1e-9);
});

test("a sample between cells is the mean of the four next ones by nearness, the border's beyond", () => {
  const values = [
    [0, 10],
    [20, 30],
  ];
  assert.equal(sampleAt(values, 0.5, 0.5), 0);
  assert.equal(sampleAt(values, 1, 0.5), 5);
  assert.equal(sampleAt(values, 1, 1), 15);
  assert.equal(sampleAt(values, 1.25, 1.5), 27.5);
  assert.equal(sampleAt(values, 0.1, -0.2), 0);
  assert.equal(sampleAt(values, 2.4, 1.9), 30);
});

test("a bin's numbers are the largest of its cells and the mean of its samples", () => {
  const values = [...Array(6).keys()].map((i) => [...Array(6).keys()].map((j) => 10 * i + j));
  const region = /** @type {any} */ ({ ...pooled(), values });
  const mean = (/** @type {number[]} */ all) => all.reduce((sum, v) => sum + v, 0) / all.length;
  const bin = binOf(region, 1);
  assert.deepEqual([bin.row, bin.column], [0, 1]);
  assert.deepEqual(bin.cells, [23, 24, 33, 34]);
  assert.equal(bin.samples.length, 4);
  // The values rise evenly, so the mean of the samples is the value at the bin's middle.
  assert(Math.abs(mean(bin.samples) - (10 * (2.7 - 0.5) + (3.7 - 0.5))) < 1e-9);
  region.align.values = [
    [0, 0],
    [0, 7],
  ];
  assert.equal(strongestBin(region), 3);
  assert.equal(binOf(region, -1).index, 3);
  assert.equal(binOf(region, 4).index, 3);
  assert.equal(binOf(region, 4).mean, 7);
});
