/** Several pictures, several files together, and whatever else a visitor may open. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Unreadable } from "../../static/js/core/files/json_file.js";
import {
  kindOf,
  MOST_BOXES,
  overlaps,
  pictureAt,
  readFiles,
  readScore,
} from "../../static/js/labs/nms/reading.js";
import { seeded } from "./random.js";

const json = (/** @type {unknown} */ data) => JSON.stringify(data);
/** @param {string | number} image @param {number} category @param {number[]} bbox @param {number} score */
const row = (image, category, bbox, score) => ({ image_id: image, category_id: category, bbox, score });
const results = [
  row(7, 1, [0, 0, 10, 10], 0.9),
  row(9, 3, [0, 0, 20, 20], 0.8),
  row(7, 3, [1, 1, 10, 10], 0.7),
];
const truth = {
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
const [resultFile, truthFile] = [
  { name: "results.json", text: json(results) },
  { name: "truth.json", text: json(truth) },
];

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
  const truthText = `{"images": [{"id": ${two}, "file_name": "b.jpg"}, {"id": ${one}, "file_name": "a.jpg"}], "annotations": [{"image_id": ${one}, "bbox": [0, 0, 1, 1]}]}`;
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

test("YOLO's files meet by their names, with names of classes, and grow to the size that another file tells", () => {
  const set = readFiles([
    { name: "a.txt", text: "1 0.5 0.5 0.5 0.5 0.9" },
    { name: "b.txt", text: "0 0.5 0.5 1 1 0.5" },
    { name: "c.txt", text: "" },
    { name: "classes.txt", text: "cat\ndog\n" },
    {
      name: "a.xml",
      text: "<annotation><filename>a.jpg</filename><size><width>200</width><height>100</height></size><object><name>dog</name><bndbox><xmin>50</xmin><ymin>25</ymin><xmax>150</xmax><ymax>75</ymax></bndbox></object></annotation>",
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

/** The sentence that files are refused with, or "". @param {{name: string, text: string}[]} files */
function refusalOf(files) {
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
