import assert from "node:assert/strict";
import { test } from "node:test";
import { matchTruths } from "../../static/js/math/geometry.js";
import { withTruth } from "../../static/js/labs/nms/edit.js";
import { boxName, className, sameClass } from "../../static/js/labs/nms/names.js";
import {
  frameOf,
  problemOf,
  scoreKinds,
  scoreWords,
  thresholdFor,
  thresholdReach,
  thresholdStep,
} from "../../static/js/labs/nms/scene.js";
import { randomBoxes, seeded } from "./random.js";

const scene = { width: 100, height: 80, boxes: [10, 10, 20, 20], truths: /** @type {number[]} */ ([]) };

test("a picture that holds all its boxes is its own frame", () => {
  assert.equal(frameOf(scene), null);
});

test("the frame holds the picture, every box and truth, and is at most five times longer than high", () => {
  for (let seed = 0; seed < 200; seed++) {
    const random = seeded(seed);
    const boxes = randomBoxes(random, 5, 10 ** (random() * 4)).map((v) => v - 300 * random());
    const truths = [...randomBoxes(random, 2, 300)];
    const [width, height] = [1 + random() * 5000, 1 + random() * 50];
    const frame = frameOf({ width, height, boxes, truths });
    assert(frame);
    const { x, y } = frame;
    for (const [i, v] of [...boxes, ...truths, 0, 0, width, height].entries()) {
      assert(i % 2 ? v >= y && v <= y + frame.height : v >= x && v <= x + frame.width);
    }
    const shape = frame.width / frame.height;
    assert(shape <= 5.001 && shape >= 1 / 5.001);
  }
});

test("a line of 5000 x 1 gets room above and below", () => {
  const frame = frameOf({ width: 5000, height: 1, boxes: [0, 0, 5000, 1], truths: [] });
  assert(frame && frame.height > 900 && frame.y < -400);
});

/** @type {import("../../static/js/labs/nms/reading.js").Shown} */
const shown = {
  id: 1,
  name: "a",
  width: null,
  height: null,
  boxes: Float64Array.from([0.25, 0.25, 0.5, 0.75]),
  scores: Float64Array.from([1]),
  labels: null,
  truths: new Float64Array(),
  truthLabels: null,
  needsSize: false,
  notes: [],
};
const opened = { form: "", files: [], pictures: [], classes: [], notes: [], order: null, range: null };

test("a picture without a size reaches as far as its boxes; shares of one lie on a square", () => {
  assert.deepEqual(problemOf(shown, opened, null).width, 1);
  const wide = problemOf({ ...shown, boxes: Float64Array.from([10, 20, 30.5, 40]) }, opened, null);
  assert.deepEqual([wide.width, wide.height, wide.frame], [31, 40, null]);
  const shares = problemOf({ ...shown, needsSize: true }, opened, null);
  assert.deepEqual([shares.width, shares.height, [...shares.boxes]], [640, 640, [160, 160, 320, 480]]);
});

test("scores outside 0 to 1 may be read as percent or logits, where they can be", () => {
  assert.deepEqual(scoreKinds(null), ["raw"]);
  assert.deepEqual(scoreKinds([0, 1]), ["raw"]);
  assert.deepEqual(scoreKinds([0, 99.5]), ["raw", "percent", "logits"]);
  assert.deepEqual(scoreKinds([0, 101]), ["raw", "logits"]);
  assert.deepEqual(scoreKinds([-3, 0.5]), ["raw", "logits"]);
  assert.equal(scoreWords([0.1, 0.9], "raw"), "");
  assert.equal(
    scoreWords([-3, 2.5], "raw"),
    "The scores run from −3 to 2.5, beyond 0 to 1, and are shown as they are.",
  );
});

test("the threshold reaches as far as the scores, in about a hundred steps, and hides none unasked", () => {
  /**
   * @type {[[number, number] | null, import("../../static/js/labs/nms/reading.js").ScoreKind, [number,
   *   number]][]}
   */
  const reaches = [
    [null, "raw", [0, 1]],
    [[0.2, 0.9], "raw", [0, 1]],
    [[-1.2, 2.5], "raw", [-2, 3]],
    [[-1.2, 2.5], "logits", [0, 1]],
    [[0, 90], "raw", [0, 90]],
    [[0, 90], "percent", [0, 1]],
  ];
  for (const [range, kind, reach] of reaches) assert.deepEqual(thresholdReach(range, kind), reach);
  assert.deepEqual(
    [
      [0, 1],
      [-2, 3],
      [0, 90],
      [-1e6, 1e6],
    ].map((reach) => thresholdStep(/** @type {[number, number]} */ (reach))),
    [0.01, 0.01, 0.1, 10000],
  );
  assert.equal(thresholdFor(0, [-3, 3], false), -3);
  assert.equal(thresholdFor(0.5, [-3, 3], false), -3);
  assert.equal(thresholdFor(0.5, [-3, 3], true), 0.5);
  assert.equal(thresholdFor(0.5, [0, 1], false), 0.5);
  assert.equal(thresholdFor(-3, [0, 1], false), 0);
  assert.equal(thresholdFor(50, [0, 1], true), 0);
});

const problem = {
  width: 9,
  height: 9,
  image: null,
  grid: null,
  boxes: Float64Array.from([0, 0, 4, 4, 0, 0, 4, 4]),
  scores: Float64Array.from([0.9, 0.8]),
  labels: Int32Array.from([0, 1]),
  truths: [0, 0, 4, 4],
  truthLabels: Int32Array.from([1]),
  classes: [
    { id: 7, name: "" },
    { id: 9, name: "dog" },
  ],
};

test("a box is called by its number, and by its class where there are several", () => {
  assert.deepEqual([boxName(problem, 0), boxName(problem, 1)], ["1 (class 7)", "2 “dog”"]);
  assert.equal(boxName({ ...problem, classes: null }, 1), "2");
  assert.equal(boxName({ ...problem, classes: [{ id: 7, name: "" }] }, 0), "1");
  assert.deepEqual(
    [className(problem, 0), className(problem, 1), className({ ...problem, classes: null }, 5)],
    ["7", "dog", "5"],
  );
});

test("a truth is found by a box of its class, if both have one", () => {
  const found = (/** @type {any} */ one) => [
    ...matchTruths(one.boxes, [0, 1], one.truths, 0.5, sameClass(one)).found,
  ];
  assert.deepEqual(found(problem), [1]);
  assert.deepEqual(found({ ...problem, truthLabels: null }), [0]);
  assert.deepEqual(found({ ...problem, truthLabels: Int32Array.from([-1]) }), [0]);
});

test("truths keep their classes while others are drawn and deleted; a drawn one has none", () => {
  const more = withTruth(problem, -1, [1, 1, 2, 2]);
  assert.deepEqual(
    [more.truths, [...(more.truthLabels ?? [])]],
    [
      [0, 0, 4, 4, 1, 1, 2, 2],
      [1, -1],
    ],
  );
  const less = withTruth(more, 0, null);
  assert.deepEqual([less.truths, [...(less.truthLabels ?? [])]], [[1, 1, 2, 2], [-1]]);
  assert.deepEqual(withTruth({ ...problem, truthLabels: null }, 0, [2, 2, 3, 3]).truthLabels, null);
});
