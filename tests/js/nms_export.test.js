import assert from "node:assert/strict";
import { test } from "node:test";
import { toCoco, toCsv } from "../../static/js/labs/nms_export.js";
import { parseDetections } from "../../static/js/labs/nms_result.js";

const problem = {
  width: 100, height: 100, image: null, truths: [], grid: null,
  boxes: Float32Array.from([0, 0, 10, 10, 1, 1, 11, 11, 50, 50, 60, 70]),
  scores: Float32Array.from([0.75, 0.5, 0.25]),
  labels: Int32Array.from([1, 1, 2]),
};
const scoreOf = (/** @type {number} */ index) => problem.scores[index] ?? 0;
const result = {
  kept: [0, 2], suppressed: [1], suppressor: Int32Array.from([-1, 0, -1]), takingPart: [0, 1, 2],
};

test("what is exported as COCO results is read back by the page", () => {
  const read = parseDetections(JSON.parse(toCoco(problem, [0, 1, 2], scoreOf)));
  assert(typeof read !== "string");
  assert.deepEqual(read.boxes, problem.boxes);
  assert.deepEqual(read.scores, problem.scores);
  assert.deepEqual(read.labels, problem.labels);
});

test("COCO results hold the kept boxes alone, best first", () => {
  const rows = JSON.parse(toCoco(problem, result.kept, scoreOf));
  assert.deepEqual(rows.map((/** @type {any} */ row) => row.bbox), [[0, 0, 10, 10], [50, 50, 10, 20]]);
});

test("the CSV has a row for each box that took part, with who suppressed it", () => {
  const lines = toCsv(problem, result, scoreOf).split("\r\n");
  assert.deepEqual(lines, [
    "box,x1,y1,x2,y2,score,score_after,class,fate,suppressed_by",
    "1,0,0,10,10,0.75,0.75,1,kept,",
    "2,1,1,11,11,0.5,0.5,1,suppressed,1",
    "3,50,50,60,70,0.25,0.25,2,kept,",
    "",
  ]);
});
