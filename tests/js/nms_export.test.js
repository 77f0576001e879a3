import assert from "node:assert/strict";
import { test } from "node:test";
import { toCoco, toCsv } from "../../static/js/labs/nms/export.js";
import { pictureAt, readFiles } from "../../static/js/labs/nms/reading.js";

const problem = {
  width: 100,
  height: 100,
  image: null,
  truths: [],
  grid: null,
  boxes: Float32Array.from([0, 0, 10, 10, 1, 1, 11, 11, 50, 50, 60, 70]),
  scores: Float32Array.from([0.75, 0.5, 0.25]),
  labels: Int32Array.from([1, 1, 2]),
};
const scoreOf = (/** @type {number} */ index) => problem.scores[index] ?? 0;
const result = {
  kept: [0, 2],
  suppressed: [1],
  suppressor: Int32Array.from([-1, 0, -1]),
  takingPart: [0, 1, 2],
};

test("what is exported as COCO results is read back by the page", () => {
  const set = readFiles([{ name: "vitrine-nms.json", text: toCoco(problem, [0, 1, 2], scoreOf) }]);
  const read = pictureAt(set, 0);
  assert.deepEqual([...read.boxes], [...problem.boxes]);
  assert.deepEqual([...read.scores], [...problem.scores]);
  assert.deepEqual(
    set.opened.classes.map(({ id }) => id),
    [1, 2],
  );
  assert.deepEqual([...(read.labels ?? [])], [0, 0, 1]);
});

test("a file's own ids and names of picture and classes come back in its export", () => {
  const rows = [
    {
      image_id: "street/7.jpg",
      category_id: 18,
      category_name: "dog",
      bbox: [10.1, 20.2, 30.3, 40.4],
      score: 0.9,
    },
    { image_id: "street/7.jpg", category_id: 3, category_name: "car, red", bbox: [0, 0, 5, 5], score: -1.25 },
  ];
  const { opened, ...set } = readFiles([{ name: "a.json", text: JSON.stringify(rows) }]);
  const { boxes, scores, labels, id, name } = pictureAt({ opened, ...set }, 0);
  const read = { ...problem, boxes, scores, labels, classes: opened.classes, picture: { id, name } };
  assert.deepEqual(JSON.parse(toCoco(read, [0, 1], (i) => scores[i] ?? NaN)), rows);
  const csv = toCsv(
    read,
    { ...result, kept: [0, 1], suppressed: [], takingPart: [0, 1] },
    (i) => scores[i] ?? NaN,
  );
  assert(/,0\.9,0\.9,dog,kept/.test(csv));
  assert(/,-1\.25,-1\.25,"car, red",kept/.test(csv));
});

test("COCO results hold the kept boxes alone, best first", () => {
  const rows = JSON.parse(toCoco(problem, result.kept, scoreOf));
  assert.deepEqual(
    rows.map((/** @type {any} */ row) => row.bbox),
    [
      [0, 0, 10, 10],
      [50, 50, 10, 20],
    ],
  );
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

test("an id beyond 2^53 is exported as the number that its file has", () => {
  const ids = '"image_id": 315968385022027001, "category_id": 9007199254740993';
  const text = `[{${ids}, "bbox": [0, 0, 1, 1], "score": 0.5}]`;
  const set = readFiles([{ name: "a.json", text }]);
  const { boxes, scores, labels, id, name } = pictureAt(set, 0);
  const read = { ...problem, boxes, scores, labels, classes: set.opened.classes, picture: { id, name } };
  assert.equal(toCoco(read, [0], () => 0.5).replace(/\s+/g, ""), text.replace(/\s+/g, ""));
});
