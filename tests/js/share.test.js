import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsOf, pathOf } from "../../static/js/parts/share.js";

/** @type {Record<string, import("../../static/js/core/state.js").Rule>} */
const rules = { rate: { default: 1, check: () => true }, run: { default: "", check: () => true } };

test("shared settings name no run, a shared run keeps the settings", () => {
  const values = { rate: 2, run: "someone" };
  assert.equal(pathOf(values, rules, "/labs/fitting"), "/labs/fitting?rate=2");
  assert.equal(pathOf(values, rules, "/labs/fitting", "abc"), "/labs/fitting?rate=2&run=abc");
  assert.equal(pathOf({ rate: 1 }, { rate: /** @type {any} */ (rules.rate) }, "/labs/nms"), "/labs/nms");
});

test("a notebook is read as its cells, words as comments", () => {
  const cells = [
    { cell_type: "markdown", source: ["# Title\n", "words"] },
    { cell_type: "code", source: "import torch" },
  ];
  assert.equal(cellsOf(JSON.stringify({ cells })), "# # Title\n# words\n\nimport torch");
});
