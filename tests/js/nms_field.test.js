/**
 * Files of detections that people brought, line by line of the record of 520 inputs: each is read as it
 * was meant, or refused with the true reason. The names are the record's own; the inputs are made here.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { textOf } from "../../static/js/core/files/json_file.js";
import { pictureAt, readFiles } from "../../static/js/labs/nms/reading.js";
import { json, refusalOf } from "./nms_sample_files.js";

/** @param {Record<string, unknown>} [other] */
const row = (other = {}) => ({
  image_id: 1,
  category_id: 1,
  bbox: [10, 10, 100, 100],
  score: 0.9,
  ...other,
});
const BOX = [10, 10, 110, 110];
const many = Array.from({ length: 6001 }, (_, i) => row({ score: i / 6001 }));

/**
 * What the first picture is to hold; where nothing is said, one box.
 * @typedef {{pictures?: number, boxes?: number[], scores?: number[], labels?: number[], truths?: number[],
 *   classes?: string[], count?: number, needsSize?: boolean, said?: RegExp}} Expected
 */
/** @type {Record<string, [string, Expected]>} */
const READ = {
  "det_two_images.json": [json([row(), row({ image_id: 2 }), row({ image_id: 2 })]), { pictures: 2 }],
  "det_category_id_strings.json": [
    json([row({ category_id: "1" }), row({ category_id: "2" }), row({ category_id: "2" })]),
    { labels: [0, 1, 1], classes: ["1", "2"] },
  ],
  "category_name only": [
    json(["cat", "dog"].map((name) => row({ category_id: undefined, category_name: name }))),
    { labels: [0, 1], classes: ["cat", "dog"] },
  ],
  "category 1.0": [json([row({ category_id: 1.0 })]), { labels: [0] }],
  "det_torchvision_dict.json": [
    json({ boxes: [BOX, [15, 12, 115, 112]], labels: [1, 1], scores: [0.9, 0.8] }),
    { boxes: [...BOX, 15, 12, 115, 112], scores: [0.9, 0.8], labels: [0, 0] },
  ],
  "the body of /api/nms": [
    json({ boxes: [BOX], scores: [0.9], labels: [3], iou_threshold: 0.5 }),
    { boxes: BOX, classes: ["3"] },
  ],
  "det_ultralytics_tojson.json": [
    json([{ name: "person", class: 0, confidence: 0.9, box: { x1: 10, y1: 10, x2: 110, y2: 110 } }]),
    { boxes: BOX, scores: [0.9], classes: ["person"] },
  ],
  "det_labelme.json": [
    json({
      shapes: [{ label: "cat", points: [BOX.slice(0, 2), BOX.slice(2)], shape_type: "rectangle" }],
      imagePath: "a.jpg",
      imageHeight: 480,
      imageWidth: 640,
    }),
    { truths: BOX, classes: ["cat"], said: /no scores/ },
  ],
  "det_jsonl.json": [`${json(row())}\n${json(row({ score: 0.8 }))}\n`, { scores: [0.9, 0.8] }],
  "YOLO text": ["0 0.5 0.5 0.2 0.2 0.9\n", { boxes: [0.4, 0.4, 0.6, 0.6], scores: [0.9], needsSize: true }],
  "VOC xml": [
    "<annotation><filename>a.jpg</filename><size><width>100</width><height>80</height></size><object>" +
      "<name>cat</name><bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox>" +
      "</object></annotation>",
    { truths: [1, 2, 30, 40], classes: ["cat"] },
  ],
  "mmdetection's five numbers": [json([[[...BOX, 0.9]], []]), { boxes: BOX, scores: [0.9] }],
  "det_logit_scores.json": [
    json([-1.2, 2.5, -3].map((score) => row({ score }))),
    { scores: [-1.2, 2.5, -3] },
  ],
  "scores 0 to 100": [json([row({ score: 90 })]), { scores: [90] }],
  "a score as text": [json([row({ score: "0.9" })]), { scores: [0.9] }],
  "det_negative_xy.json": [json([row({ bbox: [-40, -30, 100, 100] })]), { boxes: [-40, -30, 60, 70] }],
  "det_normalized_0_1.json": [
    json([row({ bbox: [0.25, 0.5, 0.25, 0.25] })]),
    { boxes: [0.25, 0.5, 0.5, 0.75] },
  ],
  "det_thin_line.json": [json([row({ bbox: [0, 0, 5000, 1] })]), { boxes: [0, 0, 5000, 1] }],
  "6001 boxes": [json(many), { count: 6000, said: /best 6,000/ }],
};

for (const [name, [text, expected]] of Object.entries(READ))
  test(`${name} is read as it was meant`, () => {
    const set = readFiles([{ name: "file.txt", text }]);
    const shown = pictureAt(set, 0);
    assert.equal(set.opened.pictures.length, expected.pictures ?? 1);
    assert.equal(shown.needsSize, expected.needsSize ?? false);
    if (expected.count) assert.equal(shown.scores.length, expected.count);
    for (const key of /** @type {const} */ (["boxes", "scores", "labels", "truths"]))
      if (expected[key])
        assert.deepEqual(
          Array.from(shown[key] ?? [], (v) => Number(v.toFixed(6))),
          expected[key],
        );
    if (expected.classes)
      assert.deepEqual(
        set.opened.classes.map((one) => one.name || String(one.id)),
        expected.classes,
      );
    if (expected.said) assert(expected.said.test([...set.opened.notes, ...shown.notes].join(" ")));
  });

/** @type {Record<string, [string, RegExp]>} */
const REFUSED = {
  "det_nan_score.json": [json([row(), row()]).replace(/0\.9\}\]/, "NaN}]"), /Row 2: “score” is NaN/],
  "det_bbox5_with_score.json": [json([row({ bbox: [...BOX, 0.9] })]), /Row 1: “bbox” has 5 numbers/],
  "a score of null": [json([row(), row({ score: null })]), /Row 2: “score” is null/],
  "det_bbox_nulls.json": [json([row({ bbox: [null, null, null, null] })]), /Row 1: “bbox\[0\]” is null/],
  "no score": [json([row(), { ...row(), score: undefined }]), /Row 2: “score” is missing/],
  "“90%”": [json([row({ score: "90%" })]), /Row 1: “score” is "90%"/],
  "an empty list": ["[]", /list of detections in this file is empty/],
  "no annotations": [json({ images: [], annotations: [] }), /“COCO ground truth” is recognized, but/],
  captions: [json([{ image_id: 1, caption: "a" }]), /“bbox” is missing/],
  "1e300": [json([row({ bbox: [0, 0, 1e300, 1] })]), /beyond 1,000,000/],
  "a negative size": [json([row({ bbox: [0, 0, -5, 5] })]), /width or height is negative/],
  "an end that is missing": [json([row(), row()]).slice(0, -9), /its end is missing/],
};

for (const [name, [text, reason]] of Object.entries(REFUSED))
  test(`${name} is refused with its row and the reason`, () => {
    const said = refusalOf([{ name: "file.json", text }]);
    assert(reason.test(said), said);
  });

test("a byte order mark and UTF-16 are read, whatever the browser", () => {
  const text = json([row()]);
  const utf16 = new Uint8Array(new Uint16Array([0xfeff, ...[...text].map((c) => c.charCodeAt(0))]).buffer);
  for (const bytes of [utf16, new TextEncoder().encode(`\ufeff${text}`)])
    assert.equal(textOf(bytes).text, text);
});
