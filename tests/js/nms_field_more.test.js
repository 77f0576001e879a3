/**
 * Files of boxes of the kinds in nms_field.test.js that nobody had brought yet: what other tools write,
 * and what is nearly one of the forms. Each is read as it was meant, or refused with the true reason.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { pictureAt, readFiles } from "../../static/js/labs/nms/reading.js";
import { json, refusalOf } from "./nms_sample_files.js";
import { randomBoxes, seeded } from "./random.js";

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

/** @typedef {{box: number[], score: number, label: number}} Found */

const KINDS = ["cat", "dog", "猫"];
/** @type {(found: Found) => number[]} */
const sizes = ({ box: [x1 = 0, y1 = 0, x2 = 0, y2 = 0] }) => [x1, y1, x2 - x1, y2 - y1];
/** @param {Found} found @param {string[]} keys */
const named = ({ box }, keys) => Object.fromEntries(keys.map((key, i) => [key, box[i]]));

/**
 * How tools write the same boxes of a picture of 100 x 100.
 * @type {Record<string, (all: Found[]) => string>}
 */
const WRITERS = {
  "COCO results": (all) =>
    json(all.map((one) => ({ image_id: 1, category_id: one.label, bbox: sizes(one), score: one.score }))),
  "JSON lines of names": (all) =>
    all
      .map((one) =>
        json({ image_id: "a", category_name: KINDS[one.label], bbox: sizes(one), score: one.score }),
      )
      .join("\r\n"),
  "lists beside one another": (all) =>
    json({
      boxes: all.map(({ box }) => box),
      labels: all.map(({ label }) => label),
      scores: all.map(({ score }) => score),
    }),
  "mmdetection's fifth numbers": (all) =>
    json(
      KINDS.map((_, kind) => all.filter(({ label }) => label === kind).map((one) => [...one.box, one.score])),
    ),
  ultralytics: (all) =>
    json(
      all.map((one) => ({
        name: KINDS[one.label],
        class: one.label,
        confidence: one.score,
        box: named(one, ["x1", "y1", "x2", "y2"]),
      })),
    ),
  "a pandas table": (all) =>
    json(
      all.map((one) => ({
        ...named(one, ["xmin", "ymin", "xmax", "ymax"]),
        confidence: one.score,
        class: one.label,
        name: KINDS[one.label],
      })),
    ),
  "Hugging Face": (all) =>
    json(
      all.map((one) => ({
        label: KINDS[one.label],
        score: one.score,
        box: named(one, ["xmin", "ymin", "xmax", "ymax"]),
      })),
    ),
  "YOLO text": (all) =>
    all
      .map((one) => {
        const [x = 0, y = 0, width = 0, height = 0] = sizes(one);
        return [
          one.label,
          (x + width / 2) / 100,
          (y + height / 2) / 100,
          width / 100,
          height / 100,
          one.score,
        ];
      })
      .map((numbers) => numbers.join(" "))
      .join("\n"),
  VOC: (all) =>
    `<annotation>${all
      .map((one) => {
        const box = Object.entries(named(one, ["xmin", "ymin", "xmax", "ymax"])).map(
          ([k, v]) => `<${k}>${v}</${k}>`,
        );
        const score = `<score>${one.score}</score>`;
        return `<object><name>${KINDS[one.label]}</name>${score}<bndbox>${box.join("")}</bndbox></object>`;
      })
      .join("")}</annotation>`,
};

/** A text for each box, in an order that no form decides. @param {Found[]} all @param {string[]} names */
const told = (all, names) =>
  all
    .map(({ box, score, label }) => [...[...box, score].map((v) => v.toFixed(3)), names[label]].join(" "))
    .sort();

for (const [form, write] of Object.entries(WRITERS))
  test(`the same boxes come out of any form: ${form}`, () => {
    const random = seeded(12);
    for (let round = 0; round < 30; round++) {
      const count = 1 + Math.floor(random() * 20);
      const all = Array.from(randomBoxes(random, count, 70)).reduce(
        (list, v, i) => (
          i % 4 ? list.at(-1)?.box.push(v) : list.push({ box: [v], score: random(), label: 0 }),
          list
        ),
        /** @type {Found[]} */ ([]),
      );
      for (const one of all) one.label = Math.floor(random() * KINDS.length);
      const set = readFiles([{ name: "a.txt", text: write(all) }]);
      const { boxes, scores, labels } = pictureAt(set, 0, { size: [100, 100] });
      const names = set.opened.classes.map(({ id, name }) => name || String(id));
      const found = Array.from(scores, (score, i) => ({
        box: Array.from(boxes.slice(i * 4, i * 4 + 4)),
        score,
        label: labels?.[i] ?? -1,
      }));
      const withNames = names.some((name) => KINDS.includes(name));
      assert.deepEqual(told(found, names), told(all, withNames ? KINDS : ["0", "1", "2"]));
    }
  });
