/** Files of boxes that tests open, and the sentence that some are refused with. */

import assert from "node:assert/strict";
import { Unreadable } from "../../static/js/core/files/json_file.js";
import { pictureAt, readFiles } from "../../static/js/labs/nms/reading.js";

export const json = (/** @type {unknown} */ data) => JSON.stringify(data);
/** @param {string | number} image @param {number} category @param {number[]} bbox @param {number} score */
export const row = (image, category, bbox, score) => ({
  image_id: image,
  category_id: category,
  bbox,
  score,
});
export const results = [
  row(7, 1, [0, 0, 10, 10], 0.9),
  row(9, 3, [0, 0, 20, 20], 0.8),
  row(7, 3, [1, 1, 10, 10], 0.7),
];
export const truth = {
  images: [
    { id: 8, file_name: "val/000008.jpg", width: 10, height: 10 },
    { id: 7, file_name: "val/000007.jpg", width: 640, height: 480 },
  ],
  categories: [
    { id: 1, name: "person" },
    { id: 3, name: "car" },
  ],
  annotations: [
    { image_id: 7, category_id: 3, bbox: [0, 0, 9, 9] },
    { image_id: 8, category_id: 1, bbox: [1, 1, 2, 2] },
  ],
};
export const [resultFile, truthFile] = [
  { name: "results.json", text: json(results) },
  { name: "truth.json", text: json(truth) },
];

export const ultra = { name: "person", class: 0, confidence: 0.9, box: { x1: 10, y1: 10, x2: 110, y2: 110 } };
export const rotated = {
  label: "a",
  points: [
    [2, 0],
    [4, 2],
    [2, 4],
    [0, 2],
  ],
  shape_type: "rectangle",
};

/** The sentence that files are refused with, or "". @param {{name: string, text: string}[]} files */
export function refusalOf(files) {
  try {
    const set = readFiles(files);
    for (let i = 0; i < set.opened.pictures.length; i++) isSound(pictureAt(set, i));
    return "";
  } catch (error) {
    assert(error instanceof Unreadable, `${/** @type {any} */ (error)?.stack} ${json(files).slice(0, 300)}`);
    assert(error.message.length > 10 && !/undefined|\[object|\{\w+\}/.test(error.message), error.message);
    return error.message;
  }
}

/** @param {ReturnType<typeof pictureAt>} shown */
function isSound({ boxes, scores, labels, truths }) {
  for (const list of [boxes, scores, truths]) assert(list.every(Number.isFinite));
  assert.equal(boxes.length, scores.length * 4);
  assert(labels === null || labels.length === scores.length);
  for (const list of [boxes, truths])
    for (let i = 0; i < list.length; i += 4)
      assert((list[i] ?? 1) <= (list[i + 2] ?? 0) && (list[i + 1] ?? 1) <= (list[i + 3] ?? 0));
}
