import assert from "node:assert/strict";
import { test } from "node:test";

import { importsOf, linked, packed, unpacked } from "../../static/js/core/recorded/modules.js";
import { keyOf, runOf } from "../../static/js/core/recorded/recording.js";
import { thinned } from "../../static/js/parts/take_away.js";

const A = "/static/js/a.js";

test("a script's imports are found however they are written, and nothing else is", () => {
  const source = [
    'import "./first.js";',
    'import {\n  one,\n  two as other,\n} from "../js/second.js";',
    'import*as all from"./third.js";import{x}from"./inline.js";',
    'export { y } from "./fourth.js";',
    'export const text = (a) => { return "./no.js"; };',
    '/** @param {import("./type.js").T} a */',
    'const from = "./neither.js";',
  ].join("\n");
  assert.deepEqual(importsOf(A, source), [
    "/static/js/first.js",
    "/static/js/second.js",
    "/static/js/third.js",
    "/static/js/fourth.js",
  ]);
});

test("modules are linked by new addresses, each made once and after those that it imports", () => {
  /** @type {string[]} */
  const made = [];
  const address = linked(
    {
      [A]: 'import { b } from "./b.js";\nimport { c } from "./c.js";',
      "/static/js/b.js": 'import { c } from "./c.js";',
      "/static/js/c.js": "export const c = 1;",
    },
    (source) => `blob:${made.push(source)}`,
  );
  assert.equal(address(A), "blob:3");
  assert.equal(address("/static/js/c.js"), "blob:1");
  assert.deepEqual(made, [
    "export const c = 1;",
    'import { c } from "blob:1";',
    'import { b } from "blob:2";\nimport { c } from "blob:1";',
  ]);
});

test("a circle of imports is told, not followed for ever", () => {
  const circle = { [A]: 'import "./b.js";', "/static/js/b.js": 'import "./a.js";' };
  assert.throws(() => linked(circle, String)(A), /circle/);
});

test("what is packed comes back byte by byte", async () => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
  assert.deepEqual(new Uint8Array(await unpacked(await packed(bytes))), bytes);
});

test("questions differ by address, method, body and the form of the answer", () => {
  const keys = [
    keyOf("/api/a", {}),
    keyOf("/api/b", {}),
    keyOf("/api/a", { method: "POST" }),
    keyOf("/api/a", { method: "POST", body: "{}" }),
    keyOf("/api/a", { method: "POST", body: "{}", headers: { Accept: "application/octet-stream" } }),
  ];
  assert.equal(new Set(keys).size, keys.length);
  assert.equal(keyOf("/api/a", { body: null }), keyOf("/api/a", {}));
});

test("a run is found by its settings, in whatever order they are said", () => {
  const run = { config: { a: 1, b: "x" }, live: [], frames: [] };
  const recording = { date: "", photo: null, font: new Uint8Array(), answers: new Map(), files: new Map() };
  assert.equal(runOf({ b: "x", a: 1 }, { ...recording, runs: [run] }), run);
  assert.equal(runOf({ b: "x", a: 2 }, { ...recording, runs: [run] }), null);
});

test("of many frames some are kept, the first and the last always", () => {
  assert.deepEqual(thinned([0, 1, 2, 3, 4, 5], 4), [0, 4, 5]);
  assert.deepEqual(thinned([0], 4), [0]);
});
