import assert from "node:assert/strict";
import { test } from "node:test";
import { stepsOf } from "../../static/js/labs/batchnorm/layers.js";
import { enlarged, framed, tileRange } from "../../static/js/labs/batchnorm/map_grid.js";

test("a map is enlarged without blur, its first row at the top of the picture", () => {
  const { values, rows, columns } = enlarged([-1, 0, 1, 0.5], 2, 2, 2, 1);
  assert.deepEqual([rows, columns], [4, 4]);
  assert.deepEqual([...values.slice(0, 4)], [255, 255, 192, 192]); // the lowest row is the map's last
  assert.deepEqual([...values.slice(12)], [1, 1, 128, 128]);
  assert.deepEqual([...enlarged([0], 1, 1, 1, 0).values], [128]); // nothing there: zero, no NaN
});

test("tiles lie sample by sample from the top, channel by channel from the left", () => {
  const first = tileRange(0, 3, 4, 8);
  assert(first.x[0] > 0 && first.x[1] < 1 && first.y[0] > 2 && first.y[1] < 3);
  const last = tileRange(11, 3, 4, 8);
  assert(last.x[0] > 3 && last.x[1] < 4 && last.y[0] > 0 && last.y[1] < 1);
});

test("tiles that share a statistic are framed together", () => {
  const shape = [2, 2, 1, 1];
  const channel = framed([0, 1, 0, 1], 1, shape); // BatchNorm: the second channel of both samples
  assert.equal(channel.length, 6);
  assert(channel.every(({ xs }) => xs.every((x) => x >= 1)));
  assert.equal(framed([0, 1, 2, 3], 2, shape).length, 4);
  assert.equal(framed([0, 0, 0, 0], 0, shape).length, 8);
  assert.deepEqual(framed([0, 0, 0, 0], 5, shape), []);
});

test("the typical start is the middle one, and none as long as half of them are not there", () => {
  assert.deepEqual(stepsOf([30, 10, 20]), { typical: 20, first: 10, last: 30 });
  assert.deepEqual(stepsOf([10, 30]), { typical: 20, first: 10, last: 30 });
  assert.deepEqual(stepsOf([10, -1]), { typical: Infinity, first: 10, last: Infinity });
  assert.deepEqual(stepsOf([10, 40, -1]), { typical: 40, first: 10, last: Infinity });
  assert.deepEqual(stepsOf([]), { typical: Infinity, first: Infinity, last: Infinity });
});
