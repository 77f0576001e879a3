/** Several pictures and several files together. */

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  kindOf,
  MOST_BOXES,
  overlaps,
  pictureAt,
  readFiles,
  readScore,
} from "../../static/js/labs/nms/reading.js";
import { json, refusalOf, resultFile, row, truth, truthFile } from "./nms_sample_files.js";
import { seeded } from "./random.js";

test("every picture of a file is there, in its order, with its number of boxes", () => {
  const set = readFiles([resultFile]);
  assert.deepEqual(set.opened.pictures, [
    { name: "picture 7", boxes: 2, truths: 0 },
    { name: "picture 9", boxes: 1, truths: 0 },
  ]);
  assert.deepEqual([...pictureAt(set, 1).boxes], [0, 0, 20, 20]);
  assert.deepEqual(set.opened.range, [0.7, 0.9]);
  assert.equal(kindOf(set.opened), "boxes");
});

for (const files of [
  [resultFile, truthFile],
  [truthFile, resultFile],
]) {
  test(`results and ground truth meet by the picture's id, ${files[0]?.name} first`, () => {
    const set = readFiles(files);
    assert.deepEqual(
      set.opened.pictures.map(({ name, boxes, truths }) => `${name} ${boxes} ${truths}`).sort(),
      ["picture 9 1 0", "val/000007.jpg 2 1", "val/000008.jpg 0 1"],
    );
    const index = set.opened.pictures.findIndex(({ name }) => name === "val/000007.jpg");
    const { width, height, labels, truthLabels, truths, id } = pictureAt(set, index);
    assert.deepEqual([width, height, id, [...truths]], [640, 480, 7, [0, 0, 9, 9]]);
    const names = (/** @type {Int32Array | null} */ list) =>
      [...(list ?? [])].map((label) => set.opened.classes[label]?.name);
    assert.deepEqual([names(labels), names(truthLabels)], [["person", "car"], ["car"]]);
    assert.equal(overlaps(set.opened), true);
    // The picture without boxes comes last.
    assert.equal(set.opened.pictures.at(-1)?.name, "val/000008.jpg");
  });
}

test("they meet by the file's name, too, and equal ids of other files' names do not", () => {
  const byName = readFiles([{ name: "r.json", text: json([row("000007", 1, [0, 0, 1, 1], 1)]) }, truthFile]);
  assert.deepEqual(
    byName.opened.pictures.filter(({ boxes, truths }) => boxes && truths).map(({ name }) => name),
    ["val/000007.jpg"],
  );
  const other = {
    images: [{ id: 7, file_name: "dog.jpg" }],
    annotations: [{ image_id: 7, bbox: [0, 0, 1, 1], score: 1 }],
  };
  assert.equal(overlaps(readFiles([truthFile, { name: "o.json", text: json(other) }]).opened), false);
});

/**
 * Files of ids, files of names that are numbers themselves, and the class of the only box with a score.
 * @type {[string, {name: string, text: string}[], [string | number, string]][]}
 */
const NUMBERED = [
  ["categories named 0, 1, 2 from id 1", [cocoOf({ 1: "0", 2: "1", 3: "2" }, 2), resultOf(2)], [2, "1"]],
  ["names that are the ids in another order", [cocoOf({ 1: "2", 2: "1" }, 2), resultOf(2)], [2, "1"]],
  ["an earlier name that is a later id", [cocoOf({ 1: "3", 3: "1" }, 3), resultOf(3)], [3, "1"]],
  [
    "YOLO's line and its list of names",
    [
      { name: "classes.txt", text: "1\n2\n3\n" },
      { name: "a.txt", text: "1 0.5 0.5 0.5 0.5 0.9" },
    ],
    [1, "2"],
  ],
];
for (const [what, files, [id, name]] of NUMBERED) {
  for (const order of [files, [...files].reverse()]) {
    test(`an id is compared with ids before names: ${what}, ${order[0]?.name} first`, () => {
      const { opened, gathering } = readFiles(order);
      const label = gathering.pictures.find(({ found }) => found.labels.length)?.found.labels[0] ?? -1;
      assert.deepEqual([String(opened.classes[label]?.id), opened.classes[label]?.name], [String(id), name]);
      assert.equal(
        opened.classes.length,
        files[0]?.name === "classes.txt"
          ? 3
          : Object.keys(JSON.parse(files[0]?.text ?? "").categories).length,
      );
    });
  }
}

/** @param {Record<number, string>} names @param {number} category */
function cocoOf(names, category) {
  const categories = Object.entries(names).map(([id, name]) => ({ id: Number(id), name }));
  return {
    name: "truth.json",
    text: json({
      images: [{ id: 1 }],
      categories,
      annotations: [{ image_id: 1, category_id: category, bbox: [0, 0, 1, 1] }],
    }),
  };
}

/** @param {number} category */
function resultOf(category) {
  return { name: "results.json", text: json([row(1, category, [0, 0, 1, 1], 0.5)]) };
}

for (const order of [0, 1]) {
  test(`pictures whose files are called like other pictures' ids stay apart, order ${order}`, () => {
    const files = [
      {
        name: "t.json",
        text: json({
          images: [
            { id: 1, file_name: "2.jpg" },
            { id: 2, file_name: "1.jpg" },
          ],
          annotations: [{ image_id: 2, bbox: [0, 0, 1, 1] }],
        }),
      },
      { name: "r.json", text: json([row(2, 1, [0, 0, 1, 1], 0.5)]) },
    ];
    const { pictures } = readFiles(order ? files.reverse() : files).opened;
    assert.deepEqual(pictures, [
      { name: "1.jpg", boxes: 1, truths: 1 },
      { name: "2.jpg", boxes: 0, truths: 0 },
    ]);
  });
}

test("an id that is met by no id still meets a name, but never the name of another id of its file", () => {
  const { opened } = readFiles([
    { name: "classes.txt", text: "1\n2\n3\n" },
    { name: "a.txt", text: "3 0.5 0.5 0.5 0.5 0.9\n2 0.5 0.5 0.5 0.5 0.9" },
  ]);
  assert.deepEqual(
    opened.classes.map(({ id, name }) => [id, name]),
    [
      [0, "1"],
      [1, "2"],
      [2, "3"],
      [3, ""],
    ],
  );
});

/**
 * Paths that two files of ground truth tell, and whether they are one picture.
 * @type {[string, string, boolean][]}
 */
const PATHS = [
  ["cam0/1.jpg", "cam1/1.jpg", false],
  ["cam0\\1.jpg", "cam1\\1.jpg", false],
  ["a/cam0/1.jpg", "b/cam0/1.jpg", false],
  ["cam0/1.jpg", "1.png", true],
  ["../data/cam0/1.jpg", "cam0\\1.jpg", true],
  ["./1.jpg", "val/1.jpg", true],
  ["cam0/1.jpg", "cam0/2.jpg", false],
];
for (const [a, b, same] of PATHS) {
  test(`${a} and ${b} are ${same ? "one picture" : "two pictures"}, in either order`, () => {
    const file = (/** @type {string} */ path, /** @type {number} */ i) => ({
      name: `${i}.json`,
      text: json({
        imagePath: path,
        shapes: [
          {
            label: "x",
            points: [
              [0, 0],
              [1, 1],
            ],
            shape_type: "rectangle",
          },
        ],
      }),
    });
    for (const paths of [
      [a, b],
      [b, a],
    ])
      assert.equal(readFiles(paths.map(file)).opened.pictures.length, same ? 1 : 2);
  });
}

test("a name that fits several pictures of other folders is none of them", () => {
  const drawn = (/** @type {string} */ path) => ({
    name: "d.json",
    text: json({
      imagePath: path,
      shapes: [
        {
          label: "x",
          points: [
            [0, 0],
            [1, 1],
          ],
          shape_type: "rectangle",
        },
      ],
    }),
  });
  const { pictures } = readFiles([
    drawn("cam0/1.jpg"),
    drawn("cam1/1.jpg"),
    { name: "1.txt", text: "0 0.5 0.5 1 1 0.5" },
    { name: "r.json", text: json([row("cam1/1.jpg", 1, [0, 0, 1, 1], 0.5)]) },
  ]).opened;
  assert.deepEqual(pictures.map(({ name, boxes, truths }) => `${name} ${boxes} ${truths}`).sort(), [
    "1.txt 1 0",
    "cam0/1.jpg 0 1",
    "cam1/1.jpg 1 1",
  ]);
});

test("a path that is an id in one file and a name in the other is one picture", () => {
  const files = [
    {
      name: "r.json",
      text: json([row("val/000007.jpg", 1, [0, 0, 1, 1], 0.5), row("val/000008.jpg", 1, [0, 0, 1, 1], 0.5)]),
    },
    truthFile,
  ];
  for (const order of [files, [...files].reverse()])
    assert.equal(readFiles(order).opened.pictures.filter(({ boxes, truths }) => boxes && truths).length, 2);
});

test("YOLO's files meet by their names, with names of classes, and grow to the size of another file", () => {
  const set = readFiles([
    { name: "a.txt", text: "1 0.5 0.5 0.5 0.5 0.9" },
    { name: "b.txt", text: "0 0.5 0.5 1 1 0.5" },
    { name: "c.txt", text: "" },
    { name: "classes.txt", text: "cat\ndog\n" },
    {
      name: "a.xml",
      text: `<annotation>
        <filename>a.jpg</filename><size><width>200</width><height>100</height></size>
        <object><name>dog</name>
          <bndbox><xmin>50</xmin><ymin>25</ymin><xmax>150</xmax><ymax>75</ymax></bndbox></object>
      </annotation>`,
    },
  ]);
  assert.deepEqual(
    set.opened.pictures.map(({ name, boxes, truths }) => [name, boxes, truths]),
    [
      ["a.txt", 1, 1],
      ["b.txt", 1, 0],
      ["c.txt", 0, 0],
    ],
  );
  const a = pictureAt(set, 0);
  assert.deepEqual([[...a.boxes], [...a.truths], a.needsSize], [[50, 25, 150, 75], [50, 25, 150, 75], false]);
  assert.deepEqual([...(a.labels ?? [])], [...(a.truthLabels ?? [])]);
  const b = pictureAt(set, 1);
  assert.deepEqual([[...b.boxes], b.needsSize], [[0, 0, 1, 1], true]);
  assert.deepEqual([...pictureAt(set, 1, { size: [30, 20] }).boxes], [0, 0, 30, 20]);
});

test("one picture with boxes and one with truth are the same picture", () => {
  const set = readFiles([
    { name: "predict.json", text: json({ boxes: [[0, 0, 1, 1]], scores: [1] }) },
    {
      name: "drawn.json",
      text: json({
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
        imageWidth: 9,
        imageHeight: 8,
      }),
    },
  ]);
  assert.deepEqual(
    set.opened.pictures.map(({ boxes, truths }) => [boxes, truths]),
    [[1, 1]],
  );
  assert.equal(pictureAt(set, 0).width, 9);
});

test("classes that two files do not share decide nothing", () => {
  const other = {
    ...truth,
    categories: [{ id: 31, name: "Auto" }],
    annotations: [{ image_id: 7, category_id: 31, bbox: [0, 0, 9, 9] }],
  };
  const set = readFiles([resultFile, { name: "t.json", text: json(other) }]);
  assert.equal(pictureAt(set, 0).truthLabels, null);
});

test("of more than 6,000 boxes the best are shown, and it is said", () => {
  const random = seeded(3);
  const rows = Array.from({ length: MOST_BOXES + 50 }, () => row(1, 1, [0, 0, 1, 1], random()));
  const shown = pictureAt(readFiles([{ name: "a.json", text: json(rows) }]), 0);
  const best = rows
    .map(({ score }) => score)
    .sort((a, b) => b - a)
    .slice(0, MOST_BOXES);
  assert.deepEqual(
    [...shown.scores].sort((a, b) => b - a),
    best,
  );
  assert.deepEqual(shown.notes, ["This picture has 6,050 boxes: the best 6,000 by score are shown."]);
});

test("scores are read as logits or percent only where that is asked for", () => {
  const set = readFiles([
    { name: "a.json", text: json([row(1, 1, [0, 0, 1, 1], -3), row(1, 1, [0, 0, 1, 1], 0)]) },
  ]);
  assert.deepEqual([...pictureAt(set, 0).scores], [-3, 0]);
  assert.deepEqual(
    [...pictureAt(set, 0, { kind: "logits" }).scores],
    [Math.exp(-3) / (1 + Math.exp(-3)), 0.5],
  );
  assert.equal(readScore(90, "percent"), 0.9);
  for (const logit of [-1e6, -800, 800, 1e6])
    assert(readScore(logit, "logits") >= 0 && readScore(logit, "logits") <= 1);
});

test("of several files the one that cannot be read is named", () => {
  assert.equal(
    refusalOf([resultFile, { name: "bad.json", text: "[1, 2" }]),
    "“bad.json”: This file ends in the middle of its JSON, at line 1, column 6: its end is missing.",
  );
});
