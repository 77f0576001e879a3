import assert from "node:assert/strict";
import { test } from "node:test";

import { newest } from "../../static/js/core/newest.js";

const settled = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

test("what rests before it is asked is waited for, until its answer is shown or it is dropped", async () => {
  const told = /** @type {boolean[]} */ ([]);
  const root = { toggleAttribute: (/** @type {string} */ _, /** @type {boolean} */ on) => told.push(on) };
  Object.defineProperty(globalThis, "document", { value: { documentElement: root } });
  const asked = /** @type {number[]} */ ([]);
  let answer = () => {};
  const answered = new Promise((resolve) => (answer = () => resolve("an answer")));
  const query = newest({
    ask: (/** @type {number} */ state) => (asked.push(state), answered),
    show: () => assert.equal(told.at(-1), true),
    fail: (error) => assert.equal(error, null),
  });
  query.want(1, 5);
  assert.deepEqual(told, [true]);
  query.want(2, 5); // rests anew
  assert.equal(told.at(-1), true);
  await settled(20);
  assert.deepEqual(asked, [2]);
  assert.equal(told.at(-1), true);
  answer();
  await settled();
  assert.equal(told.at(-1), false);
  query.want(3, 5);
  assert.equal(told.at(-1), true);
  query.drop();
  assert.equal(told.at(-1), false);
});
