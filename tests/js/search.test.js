import assert from "node:assert/strict";
import { test } from "node:test";
import { matches } from "../../static/js/core/search.js";

const TEXTS = ["Batch normalization", "Where the numbers lie Batch normalization", "非极大值抑制"];

test("a text is found by all words, in any order, in any case, also in the middle of a word", () => {
  assert.deepEqual(matches(TEXTS, "NORM batch"), [true, true, false]);
  assert.deepEqual(matches(TEXTS, "batch where"), [false, true, false]);
  assert.deepEqual(matches(TEXTS, "极大"), [false, false, true]);
});

test("no words find everything, and what nobody wrote nothing", () => {
  assert.deepEqual(matches(TEXTS, "  "), [true, true, true]);
  assert.deepEqual(matches(TEXTS, "xyz"), [false, false, false]);
});
