import assert from "node:assert/strict";
import { test } from "node:test";

import { axesText, labelsText, unitsOf } from "../../static/js/parts/own_table.js";

test("names that differ only behind 40 letters stay apart in an address", () => {
  const [long, other] = [`${"a".repeat(60)}x`, `${"a".repeat(60)}y`];
  const labels = labelsText([long, other, "cat"]).split("|");
  assert.equal(new Set(labels).size, 3);
  assert(labels.every((name) => [...name].length <= 40));
  const [x, y] =
    unitsOf(
      axesText(
        [long, other],
        [
          [0, 1],
          [0, 1],
        ],
      ),
      ["x", "y"],
    ) ?? [];
  assert.notEqual(x?.name, y?.name);
});

test("what parts names in an address is taken out of them, and they stay apart", () => {
  assert.deepEqual(labelsText(["a|b", "a b", "c"]).split("|"), ["a b", "a b (2)", "c"]);
});

test("a letter of two code units is not cut in half", () => {
  const text = labelsText([`${"a".repeat(38)}😀😀😀`]);
  assert.equal(decodeURIComponent(encodeURIComponent(text)), text);
});

test("columns without a name have none in an address", () => {
  assert.equal(
    axesText(
      ["1", "2"],
      [
        [0, 1],
        [0, 1],
      ],
    ),
    "||0|1|0|1",
  );
});
