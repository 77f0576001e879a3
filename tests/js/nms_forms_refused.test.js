/** Files of boxes that cannot be read, and the sentence that says why. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFiles } from "../../static/js/labs/nms/reading.js";
import { rotated, ultra } from "./nms_sample_files.js";
import { refusal } from "./refusal.js";

const row = { image_id: 1, category_id: 1, bbox: [10, 20, 100, 50], score: 0.9 };
const json = (/** @type {unknown} */ data) => JSON.stringify(data);

/** @param {string} text @param {string} [name] */
const opened = (text, name = "boxes.json") => readFiles([{ name, text }]);

/** @type {[string, unknown, string][]} */
const REFUSED = [
  [
    "a null score",
    json([row, { ...row, score: null }]),
    "Row 2: “score” is null, which is no finite number.",
  ],
  ["a missing score", json([row, { ...row, score: undefined }]), "Row 2: “score” is missing."],
  [
    "Python's NaN",
    `[{"image_id": 1, "bbox": [1, 2, 3, 4], "score": NaN}]`,
    "Row 1: “score” is NaN, which is no finite number.",
  ],
  [
    "Python's infinity",
    `[{"image_id": 1, "bbox": [1, 2, -Infinity, 4], "score": 1}]`,
    "Row 1: “bbox[2]” is -Infinity, which is no finite number.",
  ],
  [
    "a text that is no number",
    json([{ ...row, score: "high" }]),
    'Row 1: “score” is "high", which is no finite number.',
  ],
  ["a percent sign", json([{ ...row, score: "90%" }]), 'Row 1: “score” is "90%", which is no finite number.'],
  ["an empty text", json([{ ...row, score: "" }]), 'Row 1: “score” is "", which is no finite number.'],
  [
    "true for a number",
    json([{ ...row, score: true }]),
    "Row 1: “score” is true, which is no finite number.",
  ],
  [
    "a box of nulls",
    json([{ ...row, bbox: [null, null, null, null] }]),
    "Row 1: “bbox[0]” is null, which is no finite number.",
  ],
  [
    "a box of five",
    json([{ ...row, bbox: [1, 2, 3, 4, 0.5] }]),
    "Row 1: “bbox” has 5 numbers instead of four (x, y, width, height).",
  ],
  ["no box", json([{ ...row, bbox: undefined }]), "Row 1: “bbox” is missing."],
  [
    "a box that is an object",
    json([{ ...row, bbox: { length: 4 } }]),
    'Row 1: “bbox” is {"length":4}, not four numbers.',
  ],
  [
    "a negative width",
    json([{ ...row, bbox: [1, 2, -3, 4] }]),
    "Row 1: its width or height is negative (-3, 4).",
  ],
  [
    "a coordinate beyond all",
    json([{ ...row, bbox: [0, 0, 1e300, 1] }]),
    "Row 1: “bbox[2]” is 1e+300, beyond 1,000,000.",
  ],
  [
    "a corner beyond all",
    json([{ ...row, bbox: [9e5, 0, 9e5, 1] }]),
    "Row 1: “bbox” is 1800000, beyond 1,000,000.",
  ],
  [
    "a class that is a list",
    json([{ ...row, category_id: [1] }]),
    "Row 1: “category_id” is [1], neither a number nor a text.",
  ],
  [
    "a class that some rows lack",
    json([row, { ...row, category_id: undefined }]),
    "Row 2: “category_id” is missing.",
  ],
  [
    "a picture that some rows lack",
    json([row, { ...row, image_id: undefined }]),
    "Row 2: “image_id” is missing.",
  ],
  [
    "rows that are none",
    json([row, 3, null]),
    "Row 2: 3 stands where an object must stand. In all, 2 of 3 rows of this file cannot be read.",
  ],
  [
    "an inverted box",
    json({
      boxes: [
        [0, 0, 1, 1],
        [5, 0, 1, 1],
      ],
      scores: [1, 1],
    }),
    "Box 2: its box is inverted: x2 must not be below x1, nor y2 below y1 (5, 0, 1, 1).",
  ],
  [
    "too few scores",
    json({ boxes: [[0, 0, 1, 1]], scores: [] }),
    "The numbers of boxes (1) and of entries in “scores” (0) differ.",
  ],
  [
    "a dict among dicts without boxes",
    json([{ boxes: [[0, 0, 1, 1]], scores: [1] }, {}]),
    "Picture 2: “boxes” is missing.",
  ],
  [
    "four numbers for five",
    json([
      [
        [1, 2, 3, 4, 0.5],
        [1, 2, 3, 4],
      ],
    ]),
    "Box 2 of class 0: [1,2,3,4] is not five numbers (x1, y1, x2, y2, score).",
  ],
  [
    "a rotated box",
    json([{ confidence: 1, box: { x1: 1, y1: 1, x2: 2, y2: 2, x3: 1, y3: 2, x4: 1, y4: 1 } }]),
    "Row 1: its box is rotated: it has four corners.",
  ],
  [
    "a fault in a line",
    `${json(row)}\n${json({ ...row, score: null })}`,
    "Line 2: “score” is null, which is no finite number.",
  ],
  ["a YOLO line too short", "0 0.5 0.5 0.5 0.5 0.9\n1 0.5 0.5 0.5 0.5\n", "Line 2: “score” is missing."],
  [
    "YOLO in pixels",
    "0 320 240 100 80\n",
    "Line 1: “x” is 320, which is no share of the picture's side (0 to 1).",
  ],
  [
    "YOLO outlines",
    "0 0.5 0.5 0.5 0.5 0.1 0.1 0.2 0.2\n",
    "Line 1: it is the outline of a segmentation (a class and 4 points), not a box.",
  ],
  [
    "YOLO outlines of three points",
    "0 0.5 0.5 0.5 0.5 0.1 0.25\n",
    "Line 1: it is the outline of a segmentation (a class and 3 points), not a box.",
  ],
  [
    "YOLO outlines of three points that end at the border",
    "0 0.5 0.5 0.5 0.5 0.1 1\n0 0.5 0.5 0.5 0.5 0.1 0.25\n",
    "Line 1: it is the outline of a segmentation (a class and 3 points), not a box. In all, 2 of 2 rows of this file cannot be read.",
  ],
  [
    "YOLO outlines beside a box",
    "0 0.5 0.5 0.5 0.5\n0 0.5 0.5 0.5 0.5 0.1 0.1 0.2 0.2\n",
    "Line 2: it is the outline of a segmentation (a class and 4 points), not a box.",
  ],
  [
    "YOLO lines of eight",
    "0 0.5 0.5 0.5 0.5 0.1 0.1 0.2\n",
    "Line 1: it has 8 numbers; a box has five, a sixth for its score and a seventh for its track.",
  ],
  [
    "YOLO tracks without scores",
    "0 0.5 0.5 0.5 0.5 1\n0 0.5 0.5 0.5 0.5 17\n",
    "Line 2: its sixth number is 17, but scores lie between 0 and 1 in this form. A track's number stands after the score, as the seventh.",
  ],
  [
    "a rotated rectangle alone",
    json({ shapes: [rotated] }),
    "This file has no box that can be shown. Rotated rectangles left out: 1.",
  ],
  [
    "a row between lists of ultralytics",
    json([[ultra], ultra]),
    `Picture 2: ${json(ultra).slice(0, 40)}… stands where a list of a picture's detections must stand.`,
  ],
  [
    "a fault in a list of ultralytics",
    json([[ultra], [ultra, { ...ultra, confidence: null }]]),
    "Picture 2, box 2: “confidence” is null, which is no finite number.",
  ],
  [
    "VOC with a document type",
    "<?xml version='1.0'?>\n<!DOCTYPE annotation>\n<annotation></annotation>",
    "This file declares a document type (<!DOCTYPE …>, line 2), which is not read here. Remove the declaration and open the file again.",
  ],
  [
    "VOC without a corner",
    "<annotation><object><name>a</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax></bndbox></object></annotation>",
    "Object 1: “ymax” is missing.",
  ],
  ["other XML", "<svg></svg>", "This XML file is not in the form of PASCAL VOC: its root is “svg”."],
  [
    "XML that is cut",
    "<annotation><object>",
    "This file ends in the middle of its XML, at line 1, column 21: its end is missing.",
  ],
  ["nothing", "  \n", "This file is empty."],
  ["a text", "not json", "This file is neither JSON, nor XML, nor lines of YOLO's numbers."],
  ["an empty list", "[]", "The list of detections in this file is empty."],
  ["lists without a box for two classes", "[[], []]", "The list of detections in this file is empty."],
  [
    "an empty list of annotations",
    json({ annotations: [] }),
    "The form “COCO results” is recognized, but there is no box in it.",
  ],
  [
    "VOC without an object",
    "<annotation><filename>a.jpg</filename></annotation>",
    "The form “PASCAL VOC” is recognized, but there is no box in it.",
  ],
  ["an empty object", "{}", "This file holds no list of detections."],
  ["null", "[null]", "This file holds no list of detections, but null."],
  [
    "another object",
    json({ hello: 1, world: [] }),
    'The form of this file is not known here: its objects have the keys ["hello","world"].',
  ],
  [
    "JSON that is cut",
    `[\n ${json(row)},\n {"image_id": 2, "bb`,
    "This file ends in the middle of its JSON, at line 3, column 21: its end is missing.",
  ],
  [
    "JSON with a fault",
    `[{"a": 1,}]`,
    "This file is not JSON: “}” at line 1, column 10 does not belong there.",
  ],
];
for (const [what, text, sentence] of REFUSED) {
  test(`is refused with the place and the reason: ${what}`, () => {
    assert.equal(
      refusal(() => opened(String(text))),
      sentence,
    );
  });
}
