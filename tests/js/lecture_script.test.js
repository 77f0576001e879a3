import assert from "node:assert/strict";
import { test } from "node:test";
import {
  minutesUntil,
  moved,
  NoScript,
  packed,
  parsed,
  scriptOf,
  unpacked,
  written,
} from "../../static/js/core/lecture/script.js";

const SCRIPT = {
  title: "正则化 & more",
  states: [
    { path: "/labs/fitting#step-2", note: "Ask first.\nThen run.", minutes: 6 },
    { path: "/labs/nms?iou_threshold=0.3&tab=iou", note: "", minutes: 2.5 },
    { path: "/labs/batchnorm", note: "x̂", minutes: 0 },
  ],
};

test("a script comes back from its file and from its link as it was", async () => {
  assert.deepEqual(parsed(written(SCRIPT)), SCRIPT);
  const link = await packed(SCRIPT);
  assert(/^[\w-]+$/.test(link));
  assert.deepEqual(await unpacked(link), SCRIPT);
});

/** The reason why something is no script. @param {() => unknown} read */
async function whyNot(read) {
  try {
    await read();
  } catch (error) {
    if (error instanceof NoScript) return error.message;
    throw error;
  }
  return "";
}

test("a state leads to a lab of this server and nowhere else", async () => {
  const elsewhere = ["https://evil.example/labs/nms", "//evil.example/labs/nms", "javascript:alert(1)"];
  for (const path of [...elsewhere, "/labs/../api", "/room/123456", "/labs/", "", 7])
    assert.equal(await whyNot(() => scriptOf({ vitrine: "lecture", states: [{ path }] })), "path");
});

test("what is no script is refused by its reason", async () => {
  for (const text of ["", "{", "null", "[]", '{"vitrine": "lecture"}', '{"states": []}'])
    assert.equal(await whyNot(() => parsed(text)), "form");
  assert.equal(await whyNot(() => scriptOf({ vitrine: "lecture", version: 2, states: [] })), "version");
  const states = Array.from({ length: 101 }, () => SCRIPT.states[0]);
  assert.equal(await whyNot(() => scriptOf({ vitrine: "lecture", states })), "long");
  const link = await packed(SCRIPT);
  for (const text of [link.slice(0, -9), `!${link}`, "AAAA"])
    assert.equal(await whyNot(() => unpacked(text)), "link");
});

test("minutes out of range, and notes that are no text, are brought into range", () => {
  const states = [
    { path: "/labs/nms", note: 5, minutes: -3 },
    { path: "/labs/nms", minutes: "9" },
    { path: "/labs/nms", note: "n", minutes: 1e9 },
  ];
  const read = scriptOf({ vitrine: "lecture", states });
  assert.deepEqual(
    read.states.map(({ minutes }) => minutes),
    [0, 9, 600],
  );
  assert.deepEqual(
    read.states.map(({ note }) => note),
    ["", "", "n"],
  );
});

test("a state moves, and the minutes until its end are those of all before it", () => {
  assert.deepEqual(
    moved(SCRIPT, 2, 0).states.map(({ minutes }) => minutes),
    [0, 6, 2.5],
  );
  assert.equal(minutesUntil(SCRIPT, 1), 8.5);
});
