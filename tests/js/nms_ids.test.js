/** Ids of pictures and classes: which are one, and which are too large for a number. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFiles } from "../../static/js/labs/nms/reading.js";
import { json, refusalOf } from "./nms_sample_files.js";

test("ids beyond 2^53 are told apart by their last digit, in every form and beside NaN", () => {
  const [one, two] = ["315968385022027001", "315968385022027002"];
  const rows = (/** @type {string} */ id) =>
    `{"image_id": ${id}, "category_id": ${id}, "bbox": [0, 0, 1, 1], "score": 0.5, "note": "${id}, \\"${id}"}`;
  const dict = (/** @type {string} */ id) =>
    `{"image_id": ${id}, "labels": [${id}], "boxes": [[0, 0, 1, 1]], "scores": [0.5]}`;
  for (const text of [
    `[${rows(one)},${rows(two)}]`,
    `${rows(one)}\n${rows(two)}`,
    `[${rows(one)}, ${rows(two).replace("}", ', "x": NaN}')}]`,
    `[${dict(one)}, ${dict(two)}]`,
  ]) {
    const { opened } = readFiles([{ name: "a.json", text }]);
    assert.deepEqual(
      [opened.pictures.map(({ name }) => name), opened.classes.map(({ id }) => id)],
      [
        [one, two],
        [one, two],
      ],
    );
  }
  const images = `[{"id": ${two}, "file_name": "b.jpg"}, {"id": ${one}, "file_name": "a.jpg"}]`;
  const truthText = `{"images": ${images}, "annotations": [{"image_id": ${one}, "bbox": [0, 0, 1, 1]}]}`;
  const both = readFiles([
    { name: "r.json", text: `[${rows(one)},${rows(two)}]` },
    { name: "t.json", text: truthText },
  ]);
  assert.deepEqual(
    both.opened.pictures.map(({ name, truths }) => [name, truths]),
    [
      ["a.jpg", 1],
      ["b.jpg", 0],
    ],
  );
});

test("an id that has lost its last digits before it came here is refused by its row", () => {
  const reason =
    "“image_id” is 315968385022027000, written with a point or an exponent: beyond 2^53 such a number no longer tells one id from the next. Write ids as whole numbers or as texts.";
  assert.equal(
    refusalOf([
      { name: "a.json", text: '[{"image_id": 3.15968385022027e17, "bbox": [0, 0, 1, 1], "score": 0.5}]' },
    ]),
    `Row 1: ${reason}`,
  );
  assert.equal(
    refusalOf([
      {
        name: "a.json",
        text: '{"image_id": 315968385022027000.0, "boxes": [[0, 0, 1, 1]], "scores": [0.5]}',
      },
    ]),
    `Picture 1: ${reason}`,
  );
});

test("ids of one file are different pictures and classes, whatever their names share", () => {
  const same = {
    images: [
      { id: 1, file_name: "a/1.jpg" },
      { id: 2, file_name: "b/1.jpg" },
    ],
    categories: [
      { id: 1, name: "x" },
      { id: 2, name: "x" },
    ],
    annotations: [
      { image_id: 1, category_id: 1, bbox: [0, 0, 1, 1] },
      { image_id: 2, category_id: 2, bbox: [0, 0, 2, 2] },
    ],
  };
  const { opened } = readFiles([{ name: "t.json", text: json(same) }]);
  assert.deepEqual([opened.pictures.length, opened.classes.length], [2, 2]);
  const named = [
    { file_name: "a/1.jpg", boxes: [[0, 0, 1, 1]], scores: [1] },
    { file_name: "b/1.jpg", boxes: [[0, 0, 1, 1]], scores: [1] },
  ];
  assert.equal(readFiles([{ name: "n.json", text: json(named) }]).opened.pictures.length, 2);
});
