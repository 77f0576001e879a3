/** Whatever a visitor may open: it is read soundly, or refused with a sentence. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { json, refusalOf, resultFile, results, truth, truthFile } from "./nms_sample_files.js";
import { seeded } from "./random.js";

/** Good files of every form, in which one value is replaced by another. @type {unknown[]} */
const GOOD = [
  results,
  truth,
  { boxes: [[0, 0, 1, 1]], scores: [0.5], labels: [1] },
  [{ bboxes: [[0, 0, 1, 1, 0.5]] }, { boxes: [], scores: [] }],
  [[[0, 0, 1, 1, 0.5]], []],
  [[[[0, 0, 1, 1, 0.5]]], [[]]],
  [{ name: "a", class: 0, confidence: 0.5, box: { x1: 0, y1: 0, x2: 1, y2: 1 } }],
  [{ score: 0.5, label: "a", box: { xmin: 0, ymin: 0, xmax: 1, ymax: 1 } }],
  [[{ class: 0, confidence: 0.5, box: { x1: 0, y1: 0, x2: 1, y2: 1 } }], []],
  {
    shapes: [
      {
        label: "a",
        points: [
          [0, 0],
          [1, 1],
        ],
        shape_type: "rectangle",
      },
    ],
    imagePath: "a.jpg",
    imageWidth: 4,
    imageHeight: 3,
  },
];
const ODD = [
  null,
  undefined,
  NaN,
  Infinity,
  -1,
  0,
  1e300,
  1.5,
  "",
  "x",
  "0.5",
  "1e3",
  true,
  [],
  [1],
  [[]],
  {},
  { x1: 1 },
  { length: 4 },
  "__proto__",
  [null, null, null, null],
  [0, 0, 1, 1],
  [[0, 0, 1, 1, 2]],
];

/** Every place of a value. @param {unknown} value @param {string[]} [path] @returns {string[][]} */
const pathsOf = (value, path = []) => [
  path,
  ...(typeof value === "object" && value
    ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
    : []),
];

/** @param {any} value @param {string[]} path @param {unknown} other @returns {unknown} */
function replaced(value, [key, ...rest], other) {
  if (key === undefined) return other;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  /** @type {any} */ (copy)[key] = replaced(value[key], rest, other);
  return copy;
}

/** JSON as Python writes it. @param {unknown} value */
const python = (value) =>
  json(value)?.replaceAll('"NaN!"', "NaN").replaceAll('"Infinity!"', "Infinity") ?? "";
/** @param {unknown} value @returns {unknown} */
function marked(value) {
  if (typeof value === "number" && !Number.isFinite(value)) return `${value}!`;
  if (Array.isArray(value)) return value.map(marked);
  return typeof value === "object" && value
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, marked(inner)]))
    : value;
}

test("with any one value replaced by any other, a file is read soundly or refused with a sentence", () => {
  for (const good of GOOD) {
    assert.equal(refusalOf([{ name: "good.json", text: json(good) }]), "");
    for (const path of pathsOf(good))
      for (const other of ODD)
        refusalOf([{ name: "odd.json", text: python(marked(replaced(good, path, other))) }]);
  }
});

test("no score and no coordinate that is not a number in the file is ever shown", () => {
  for (const bad of [null, "", "x", true, [], {}, NaN, Infinity]) {
    for (const path of [
      ["0", "score"],
      ["1", "bbox", "2"],
      ["2", "bbox"],
    ]) {
      assert.notEqual(
        refusalOf([{ name: "a.json", text: python(marked(replaced(results, path, bad))) }]),
        "",
        `${path} ${String(bad)}`,
      );
    }
  }
});

test("any JSON value, any text, any two files are read soundly or refused with a sentence", () => {
  const words = [
    "boxes",
    "bboxes",
    "scores",
    "labels",
    "bbox",
    "image_id",
    "category_id",
    "score",
    "annotations",
    "images",
    "categories",
    "id",
    "shapes",
    "points",
    "label",
    "box",
    "x1",
    "y1",
    "x2",
    "y2",
    "confidence",
    "iscrowd",
    "name",
  ];
  for (let seed = 0; seed < 3000; seed++) {
    const random = seeded(seed);
    const pick = (/** @type {any[]} */ list) => list[Math.floor(random() * list.length)];
    /** @param {number} depth @returns {unknown} */
    const value = (depth) => {
      if (depth > 3 || random() < 0.3) return pick([...ODD, random(), Math.floor(random() * 9)]);
      const many = Array.from({ length: Math.floor(random() * 5) }, () => value(depth + 1));
      return random() < 0.5 ? many : Object.fromEntries(many.map((inner) => [pick(words), inner]));
    };
    const text = python(marked(value(0)));
    const cut = text.slice(0, Math.floor(random() * text.length * 1.2));
    refusalOf([{ name: "a.json", text: cut }]);
    refusalOf([{ name: "a.json", text }, random() < 0.5 ? truthFile : resultFile]);
    const signs = Array.from({ length: 30 }, () =>
      pick(["0", "1", ".", " ", "\n", "-", "0.5", "<", ">", "/", "a", "&", "[", "{", '"', ",", ":", "e"]),
    ).join("");
    refusalOf([{ name: "a.txt", text: signs }]);
    refusalOf([{ name: "a.xml", text: `<annotation>${signs}</annotation>` }]);
  }
});
