import assert from "node:assert/strict";
import { test } from "node:test";

import { cellAt, moved } from "../../static/js/math/cells.js";
import { mix } from "../../static/js/core/color.js";
import { nearestTile, placed } from "../../static/js/math/scatter.js";

test("the cell under a finger has its row by y and its column by x; outside there is none", () => {
  assert.deepEqual(cellAt(25, 5, 10, 4), [0, 2]);
  assert.deepEqual(cellAt(39.9, 39.9, 10, 4), [3, 3]);
  for (const [x, y] of [
    [-1, 5],
    [5, -1],
    [40, 5],
    [5, 40],
  ])
    assert.equal(cellAt(x ?? 0, y ?? 0, 10, 4), null);
});

test("arrow keys lead to the next cell and stop at the edge; other keys lead nowhere", () => {
  assert.deepEqual(moved([1, 1], "ArrowRight", 3), [1, 2]);
  assert.deepEqual(moved([0, 2], "ArrowUp", 3), [0, 2]);
  assert.equal(moved([1, 1], "Enter", 3), null);
});

test("tiles fill the canvas up to a tile from its edge, upward as the plane's y", () => {
  const spots = placed([0, 0, 1, 1, 0.5, 0.25], 100, 60, 10);
  assert.deepEqual([...spots], [10, 50, 90, 10, 50, 40]);
});

test("pictures all in one place lie in the middle", () => {
  assert.deepEqual([...placed([3, 3, 3, 3], 100, 60, 10)], [50, 30, 50, 30]);
});

test("the nearest tile is found within reach, and none beyond", () => {
  const spots = [10, 10, 50, 10];
  assert.equal(nearestTile(spots, 47, 12, 10), 1);
  assert.equal(nearestTile(spots, 30, 40, 10), -1);
});

test("colors mix from one end to the other", () => {
  assert.equal(mix("rgb(0, 10, 20)", "rgb(100, 110, 20)", 0), "rgb(0 10 20)");
  assert.equal(mix("rgb(0, 10, 20)", "rgb(100, 110, 20)", 0.5), "rgb(50 60 20)");
});
