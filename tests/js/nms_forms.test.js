/** Every form of a file of boxes, generated here, and what is read of it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureAt, readFiles } from "../../static/js/labs/nms/reading.js";
import { rotated, ultra } from "./nms_sample_files.js";

const row = { image_id: 1, category_id: 1, bbox: [10, 20, 100, 50], score: 0.9 };
const json = (/** @type {unknown} */ data) => JSON.stringify(data);

/** @param {string} text @param {string} [name] */
const opened = (text, name = "boxes.json") => readFiles([{ name, text }]);

/** What a picture holds, as plain lists. @param {ReturnType<typeof readFiles>} set @param {number} [index] */
function plain(set, index = 0) {
  const { boxes, scores, truths, labels, truthLabels } = pictureAt(set, index);
  const called = (/** @type {Int32Array | null} */ list) =>
    list && [...list].map((label) => set.opened.classes[label]?.name || set.opened.classes[label]?.id);
  return {
    boxes: [...boxes],
    scores: [...scores],
    truths: [...truths],
    labels: called(labels),
    truthLabels: called(truthLabels),
  };
}

const truth = { boxes: [], scores: [], labels: null };
/** @type {[string, string, string, Record<string, unknown>, string][]} form, name, text, expected, title */
const READ = [
  [
    "COCO results",
    "a.json",
    json([row]),
    { boxes: [10, 20, 110, 70], scores: [0.9], labels: [1] },
    "COCO results",
  ],
  ["one row of them", "a.json", json(row), { boxes: [10, 20, 110, 70], scores: [0.9] }, "COCO results"],
  [
    "with a byte order mark gone and blanks around",
    "a.json",
    `\n ${json([row])} \n`,
    { scores: [0.9] },
    "COCO results",
  ],
  [
    "rows in “annotations” with scores",
    "a.json",
    json({ annotations: [row] }),
    { scores: [0.9] },
    "COCO results",
  ],
  [
    "class ids as text",
    "a.json",
    json([
      { ...row, category_id: "1" },
      { ...row, category_id: "2" },
    ]),
    { labels: ["1", "2"] },
    "COCO results",
  ],
  [
    "class ids as number and as text",
    "a.json",
    json([
      { ...row, category_id: 1 },
      { ...row, category_id: "1" },
      { ...row, category_id: 1.0 },
    ]),
    { labels: [1, 1, 1] },
    "COCO results",
  ],
  [
    "class names alone",
    "a.json",
    json([
      { bbox: row.bbox, score: 0.5, category_name: "cat" },
      { bbox: row.bbox, score: 0.5, category_name: "dog" },
    ]),
    { labels: ["cat", "dog"] },
    "COCO results",
  ],
  ["ids with names", "a.json", json([{ ...row, category_name: "cat" }]), { labels: ["cat"] }, "COCO results"],
  ["no class at all", "a.json", json([{ bbox: row.bbox, score: 0.5 }]), { labels: null }, "COCO results"],
  [
    "scores beyond 0 to 1, also as text",
    "a.json",
    json([
      { ...row, score: -1.2 },
      { ...row, score: "90" },
      { ...row, score: " 2.5e-1 " },
    ]),
    { scores: [-1.2, 90, 0.25] },
    "COCO results",
  ],
  [
    "no scores: ground truth",
    "a.json",
    json([{ image_id: 1, bbox: row.bbox }]),
    { ...truth, truths: [10, 20, 110, 70] },
    "COCO results",
  ],
  [
    "COCO ground truth",
    "a.json",
    json({
      images: [{ id: 1, file_name: "a.jpg", width: 640, height: 480 }],
      categories: [{ id: 1, name: "cat" }],
      annotations: [
        { ...row, score: undefined },
        { ...row, score: undefined, iscrowd: 1 },
      ],
    }),
    { ...truth, truths: [10, 20, 110, 70], truthLabels: ["cat"] },
    "COCO ground truth",
  ],
  [
    "torchvision's dict",
    "a.json",
    json({
      boxes: [
        [10, 10, 110, 110],
        [15, 12, 115, 112],
      ],
      labels: [1, 2],
      scores: [0.9, 0.8],
    }),
    { boxes: [10, 10, 110, 110, 15, 12, 115, 112], scores: [0.9, 0.8], labels: [1, 2] },
    "lists of boxes, scores and labels",
  ],
  [
    "torchvision's target",
    "a.json",
    json({ boxes: [[1, 2, 3, 4]], labels: [7] }),
    { ...truth, truths: [1, 2, 3, 4], truthLabels: [7] },
    "lists of boxes, scores and labels",
  ],
  [
    "Vitrine's own body",
    "a.json",
    json({ boxes: [[1, 2, 3, 4]], scores: [0.5], labels: null, iou_threshold: 0.5, method: "greedy" }),
    { boxes: [1, 2, 3, 4], scores: [0.5], labels: null },
    "lists of boxes, scores and labels",
  ],
  [
    "mmdetection's prediction",
    "a.json",
    json({ bboxes: [[1, 2, 3, 4]], scores: [0.5], labels: [0] }),
    { boxes: [1, 2, 3, 4], scores: [0.5], labels: [0] },
    "lists of boxes, scores and labels",
  ],
  [
    "its boxes with scores",
    "a.json",
    json({ bboxes: [[1, 2, 3, 4, 0.5]], labels: [0] }),
    { boxes: [1, 2, 3, 4], scores: [0.5] },
    "lists of boxes, scores and labels",
  ],
  [
    "mmdetection's five numbers",
    "a.json",
    json([
      [1, 2, 3, 4, 0.5],
      [0, 0, 9, 9, 0.25],
    ]),
    { boxes: [1, 2, 3, 4, 0, 0, 9, 9], scores: [0.5, 0.25], labels: [0, 0] },
    "mmdetection's lists of five numbers",
  ],
  [
    "by class",
    "a.json",
    json([[], [[1, 2, 3, 4, 0.5]], [[0, 0, 9, 9, 0.25]]]),
    { scores: [0.5, 0.25], labels: [1, 2] },
    "mmdetection's lists of five numbers",
  ],
  [
    "ultralytics",
    "a.json",
    json([
      {
        name: "person",
        class: 0,
        confidence: 0.9,
        box: { x1: 10, y1: 10, x2: 110, y2: 110 },
        track_id: 3,
        segments: { x: [], y: [] },
      },
    ]),
    { boxes: [10, 10, 110, 110], scores: [0.9], labels: ["person"] },
    "ultralytics results",
  ],
  [
    "results of ultralytics for one picture in a list",
    "a.json",
    json([[ultra]]),
    { boxes: [10, 10, 110, 110], scores: [0.9], labels: ["person"] },
    "ultralytics results",
  ],
  [
    "Hugging Face's pipeline",
    "a.json",
    json([{ score: 0.5, label: "cat", box: { xmin: 1, ymin: 2, xmax: 3, ymax: 4 } }]),
    { boxes: [1, 2, 3, 4], scores: [0.5], labels: ["cat"] },
    "Hugging Face pipeline results",
  ],
  [
    "YOLO with tracks of which one is 1",
    "a.txt",
    "0 0.5 0.5 0.5 0.25 0.9 17\n0 0.5 0.5 0.5 0.25 1 1\n",
    { scores: [0.9, 1] },
    "YOLO text",
  ],
  [
    "labelme's four corners",
    "a.json",
    json({
      shapes: [
        {
          label: "a",
          points: [
            [1, 2],
            [1, 4],
            [3, 4.000001],
            [3, 2],
          ],
          shape_type: "rectangle",
        },
      ],
    }),
    { ...truth, truths: [1, 2, 3, 4.000001] },
    "labelme",
  ],
  [
    "labelme",
    "a.json",
    json({
      version: "5.0",
      imagePath: "a.jpg",
      imageWidth: 640,
      imageHeight: 480,
      shapes: [
        {
          label: "cat",
          points: [
            [110, 110],
            [10, 10],
          ],
          shape_type: "rectangle",
        },
        {
          label: "cat",
          points: [
            [0, 0],
            [1, 1],
            [2, 0],
          ],
          shape_type: "polygon",
        },
      ],
    }),
    { ...truth, truths: [10, 10, 110, 110], truthLabels: ["cat"] },
    "labelme",
  ],
  [
    "JSON lines",
    "a.jsonl",
    `${json(row)}\n\n${json({ ...row, score: 0.8 })}\r\n`,
    { scores: [0.9, 0.8] },
    "COCO results",
  ],
  [
    "ultralytics, one a line",
    "a.jsonl",
    `${json({ confidence: 0.5, box: { x1: 1, y1: 2, x2: 3, y2: 4 } })}\n${json({ confidence: 0.25, box: { x1: 1, y1: 2, x2: 3, y2: 4 } })}`,
    { scores: [0.5, 0.25] },
    "ultralytics results",
  ],
  [
    "YOLO with scores",
    "a.txt",
    "0 0.5 0.5 0.5 0.25 0.9\n2 0.25 0.25 0.5 0.5 0.8\n",
    { boxes: [0.25, 0.375, 0.75, 0.625, 0, 0, 0.5, 0.5], scores: [0.9, 0.8], labels: [0, 2] },
    "YOLO text",
  ],
  ["YOLO with tracks", "a.txt", "0 0.5 0.5 0.5 0.25 0.9 17\n", { scores: [0.9] }, "YOLO text"],
  [
    "YOLO's truth",
    "a.txt",
    "0 0.5 0.5 0.5 0.25\r\n",
    { ...truth, truths: [0.25, 0.375, 0.75, 0.625] },
    "YOLO text",
  ],
  [
    "PASCAL VOC",
    "a.xml",
    "<?xml version='1.0'?><annotation><filename>a.jpg</filename><size><width>500</width><height>375</height></size><!-- two --><object><name>dog &amp; co</name><bndbox><xmin>48</xmin><ymin>240</ymin><xmax>195</xmax><ymax>371</ymax></bndbox></object><object><name>dog</name><difficult>1</difficult><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax><ymax>2</ymax></bndbox></object></annotation>",
    { ...truth, truths: [48, 240, 195, 371], truthLabels: ["dog & co"] },
    "PASCAL VOC",
  ],
];
for (const [what, name, text, expected, title] of READ) {
  test(`is read: ${what}`, () => {
    const set = opened(text, name);
    const found = plain(set);
    for (const [key, value] of Object.entries(expected))
      assert.deepEqual(/** @type {any} */ (found)[key], value, key);
    assert.equal(set.opened.form, title);
  });
}

test("what is read otherwise is said: the order, what was left out, what has no scores", () => {
  const coco = {
    images: [{ id: 1 }],
    annotations: [
      { image_id: 1, bbox: [1, 2, 3, 4] },
      { image_id: 1, bbox: [1, 2, 3, 4], iscrowd: 1 },
    ],
  };
  assert.deepEqual(opened(json(coco)).opened.notes, [
    "There are no scores, so the boxes are shown as ground truth.",
    "Boxes are read as x, y, width, height.",
    "Regions of a crowd (iscrowd), left out: 1.",
  ]);
});

test("a visitor may have four numbers read in the other order", () => {
  const files = [{ name: "a.json", text: json([row]) }];
  const set = readFiles(files, { order: "xyxy" });
  assert.deepEqual([...pictureAt(set, 0).boxes], row.bbox);
  assert.equal(set.opened.order, "xyxy");
  assert.deepEqual(
    [
      ...pictureAt(
        readFiles([{ name: "a", text: json({ boxes: [[1, 2, 3, 4]], scores: [1] }) }], { order: "xywh" }),
        0,
      ).boxes,
    ],
    [1, 2, 4, 6],
  );
});

test("a rotated rectangle is left out and counted, not made upright", () => {
  const set = opened(
    json({
      shapes: [
        rotated,
        {
          label: "a",
          points: [
            [1, 2],
            [3, 4],
          ],
          shape_type: "rectangle",
        },
      ],
    }),
  );
  assert.deepEqual(plain(set).truths, [1, 2, 3, 4]);
  assert(set.opened.notes.includes("Rotated rectangles left out: 1."));
});

test("what a form leaves open is said: classes or pictures, tracks", () => {
  const lists = opened(json([[[1, 2, 3, 4, 0.5]], [[0, 0, 9, 9, 0.25]]]));
  assert.deepEqual(lists.opened.notes, [
    "The 2 lists are read as the classes 0 to 1 of one picture; the same form may also hold 2 pictures of one class.",
  ]);
  assert.deepEqual(opened(json([[[1, 2, 3, 4, 0.5]]])).opened.notes, []);
  assert.deepEqual(opened("0 0.5 0.5 0.5 0.25 0.9 17", "a.txt").opened.notes, [
    "The seventh number of a line is read as its track, which is not shown.",
  ]);
});

test("a list of results of ultralytics is a list of pictures", () => {
  const set = opened(json([[ultra, ultra], [], [{ ...ultra, confidence: 0.5 }]]));
  assert.deepEqual(set.opened.pictures, [
    { name: "picture 1", boxes: 2, truths: 0 },
    { name: "picture 3", boxes: 1, truths: 0 },
    { name: "picture 2", boxes: 0, truths: 0 },
  ]);
});
