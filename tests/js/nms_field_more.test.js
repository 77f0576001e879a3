/**
 * Files of boxes of the kinds in nms_field.test.js that nobody had brought yet: what other tools write,
 * and what is nearly one of the forms. Each is read as it was meant, or refused with the true reason.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureAt, readFiles } from "../../static/js/labs/nms/reading.js";
import { json, refusalOf } from "./nms_sample_files.js";

const BOX = [10, 10, 110, 110];
/** @param {string} inside */
const voc = (inside) =>
  "<annotation><filename>a.jpg</filename><object><name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin>" +
  `<xmax>30</xmax><ymax>40</ymax></bndbox>${inside}</object></annotation>`;
const corners = { xmin: 10, ymin: 10, xmax: 110, ymax: 110, confidence: 0.9, class: 3, name: "cat" };
const truth = (/** @type {object} */ other) =>
  json({
    images: [{ id: 1, file_name: "a.jpg" }],
    categories: [{ id: 1, name: "cat" }],
    annotations: [{ image_id: 1, category_id: 1, bbox: [1, 2, 3, 4] }],
    ...other,
  });

test("the scores of VOC's objects are read", () => {
  for (const key of ["score", "confidence"]) {
    const set = readFiles([{ name: "a.xml", text: voc(`<${key}>0.7</${key}>`) }]);
    const { boxes, scores, truths } = pictureAt(set, 0);
    assert.deepEqual([[...boxes], [...scores], truths.length], [[1, 2, 30, 40], [0.7], 0]);
  }
});

test("the rows of a pandas table of YOLOv5 are read, with classes and names", () => {
  const set = readFiles([{ name: "a.json", text: json([corners, { ...corners, confidence: 0.8 }]) }]);
  const { boxes, scores } = pictureAt(set, 0);
  assert.deepEqual(
    [[...boxes], [...scores]],
    [
      [...BOX, ...BOX],
      [0.9, 0.8],
    ],
  );
  assert.deepEqual(set.opened.classes, [{ id: 3, name: "cat", label: 0 }]);
});

test("lists of boxes are told by the names of their pictures", () => {
  for (const key of ["file_name", "filename", "image", "img_path"]) {
    const lines = ["a.jpg", "b.jpg"].map((name) => json({ [key]: name, boxes: [BOX], scores: [0.5] }));
    const set = readFiles([{ name: "r.jsonl", text: lines.join("\n") }]);
    assert.deepEqual(
      set.opened.pictures.map(({ name }) => name),
      ["a.jpg", "b.jpg"],
    );
  }
});

test("an id of two pictures or classes that bears one name is one", () => {
  const twice = { id: 1, file_name: "a.jpg" };
  assert.equal(refusalOf([{ name: "t.json", text: truth({ images: [twice, twice] }) }]), "");
});

/** @type {Record<string, [string, string, string]>} */
const REFUSED = {
  "rows of corners of several pictures": [
    "a.json",
    json([{ ...corners, filename: "a.jpg" }]),
    "The form of this file is not known here",
  ],
  "a corner that is no number": [
    "a.json",
    json([corners, { ...corners, xmax: null }]),
    "Row 2: “xmax” is null, which is no finite number.",
  ],
  "a VOC score that only some objects have": [
    "a.xml",
    voc("<score>0.7</score>").replace("</annotation>", voc("").replace(/^.*?<\/filename>/, "")),
    "Object 2: “score” is missing.",
  ],
  "NaN in the first line of YOLO text": [
    "a.txt",
    "0 0.5 0.5 0.2 0.2 nan\n",
    'Line 1: “score” is "nan", which is no finite number.',
  ],
  "names for YOLO's numbers of classes": [
    "a.txt",
    "cat 0.5 0.5 0.2 0.2\n",
    'Line 1: “class” is "cat", which is no finite number.',
  ],
  "YOLO's numbers between commas": ["a.txt", "0,0.5,0.5,0.2,0.2\n", "a table with “,” between its cells"],
  "MOT's rows": ["gt.txt", "1,1,10,10,50,60,1,1,1\n", "a table with “,” between its cells"],
  "a table of boxes": ["a.csv", "image;x1;y1;x2;y2\na;1;2;3;4\n", "a table with “;” between its cells"],
  "the names of a data set in YAML": ["data.yaml", "names:\n  0: cat\n", "This is a YAML file."],
  "a page that was saved for a file": ["a.xml", "<!DOCTYPE html>\n<html></html>", "This is an HTML page"],
  "a single value of JSON": ["a.json", "null", "This file holds no list of detections, but null."],
  "two pictures of one id": [
    "t.json",
    truth({ images: [1, 2].map((i) => ({ id: 1, file_name: `${i}.jpg` })) }),
    "Entry 2 of “images”: “id” is 1 as in an entry before, which has another name.",
  ],
  "two classes of one id": [
    "t.json",
    truth({ categories: ["cat", "dog"].map((name) => ({ id: 1, name })) }),
    "Entry 2 of “categories”: “id” is 1 as in an entry before, which has another name.",
  ],
};

for (const [name, [file, text, reason]] of Object.entries(REFUSED))
  test(`${name}: refused with the reason`, () => {
    const said = refusalOf([{ name: file, text }]);
    assert(said.includes(reason), said);
  });
