import assert from "node:assert/strict";
import { test } from "node:test";

import { speak } from "../../static/js/core/i18n.js";
import { newest } from "../../static/js/core/newest.js";

/** What the microtasks and timers that are due leave behind. */
const settled = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

/** A server that answers when the test says so, and what a page shows of it. */
function page(/** @type {{follow?: boolean, act?: boolean}} */ options = {}) {
  const log = {
    asked: /** @type {number[]} */ ([]),
    shown: /** @type {number[]} */ ([]),
    failed: /** @type {unknown[]} */ ([]),
    most: 0,
    aborted: 0,
  };
  /** @type {Map<number, {answer: () => void, refuse: (why: unknown) => void}>} */
  const open = new Map();
  const query = newest({
    ask: (/** @type {number} */ state, signal) => {
      log.asked.push(state);
      const answer = new Promise((resolve, reject) => {
        open.set(state, { answer: () => resolve(state), refuse: reject });
        signal.addEventListener("abort", () => (log.aborted++, reject(signal.reason)));
      });
      log.most = Math.max(log.most, open.size);
      return answer.finally(() => open.delete(state));
    },
    show: (answer, state) => {
      assert.equal(answer, state);
      log.shown.push(state);
    },
    fail: (error) => log.failed.push(error),
    ...options,
  });
  return { query, log, open };
}

for (const follow of [false, true]) {
  test(`of 100 quick changes one is asked about, and the last is shown (follow: ${follow})`, async () => {
    const { query, log, open } = page({ follow });
    for (let state = 0; state < 100; state++) {
      query.want(state);
      if (state % 7 === 0) await settled();
      if (state % 10 === 0) for (const one of [...open.values()]) one.answer();
    }
    while (query.busy) {
      await settled();
      for (const one of [...open.values()]) one.answer();
      await settled();
    }
    assert.equal(log.most, 1);
    assert.equal(log.shown.at(-1), 99);
    assert.deepEqual(
      log.shown,
      [...log.shown].sort((a, b) => a - b),
    );
    assert.deepEqual(log.failed, []);
  });
}

test("an answer that a newer state has overtaken is aborted and never shown", async () => {
  const { query, log, open } = page();
  query.want(1);
  query.want(2);
  await settled();
  assert.deepEqual([log.asked, log.aborted], [[1, 2], 1]);
  open.get(2)?.answer();
  await settled();
  assert.deepEqual(log.shown, [2]);
});

test("an answer that ignores its abort is not shown either", async () => {
  /** @type {((value: number) => void)[]} */
  const answers = [];
  /** @type {number[]} */
  const shown = [];
  const query = newest({
    ask: (/** @type {number} */ _) => new Promise((resolve) => answers.push(resolve)),
    show: (/** @type {number} */ answer) => shown.push(answer),
    fail: (error) => {
      throw error;
    },
  });
  query.want(1);
  query.want(2);
  answers[0]?.(10);
  await settled();
  answers[1]?.(20);
  await settled();
  assert.deepEqual(shown, [20]);
});

test("a picture that follows a finger shows what has answered, then what is newest", async () => {
  const { query, log, open } = page({ follow: true });
  for (const state of [1, 2, 3]) query.want(state);
  await settled();
  assert.deepEqual(log.asked, [1]);
  open.get(1)?.answer();
  await settled();
  open.get(3)?.answer();
  await settled();
  assert.deepEqual([log.asked, log.shown, log.aborted], [[1, 3], [1, 3], 0]);
});

test("what has to rest is asked once, when it does", async () => {
  const { query, log } = page();
  for (const state of [1, 2, 3]) query.want(state, 20);
  assert.equal(query.busy, true);
  await settled(60);
  assert.deepEqual(log.asked, [3]);
});

test("the same state is asked once, and again after it failed", async () => {
  const { query, log, open } = page();
  query.want(1);
  query.want(1);
  open.get(1)?.refuse(new Error("no"));
  await settled();
  assert.equal(log.failed.length, 1);
  query.want(1);
  open.get(1)?.answer();
  await settled();
  query.want(1);
  assert.deepEqual([log.asked, log.shown], [[1, 1], [1]]);
});

test("a failure that a newer state has overtaken is not told", async () => {
  const { query, log, open } = page({ follow: true });
  query.want(1);
  query.want(2);
  open.get(1)?.refuse(new Error("no"));
  await settled();
  assert.deepEqual([log.failed, log.asked], [[], [1, 2]]);
});

test("what is dropped is neither asked nor shown, and may be wanted again", async () => {
  const { query, log, open } = page();
  query.want(1);
  query.drop();
  assert.equal(query.busy, false);
  await settled();
  query.want(2, 10);
  query.drop();
  await settled(30);
  assert.deepEqual([log.asked, log.shown, log.failed], [[1], [], []]);
  query.want(2);
  open.get(2)?.answer();
  await settled();
  assert.deepEqual(log.shown, [2]);
});

test("an error in showing does not stop what is wanted next", async () => {
  /** @type {unknown[]} */
  const told = [];
  /** @type {number[]} */
  const shown = [];
  const query = newest({
    ask: async (/** @type {number} */ state) => state,
    show: (answer) => {
      if (answer === 1) throw new Error("a slip");
      shown.push(answer);
    },
    fail: (error) => told.push(error),
  });
  query.want(1);
  await settled();
  query.want(2);
  await settled();
  assert.deepEqual([told.length, shown], [1, [2]]);
});

test("what was refused is asked again in another language, unless it was an act", async () => {
  const [looked, acted] = [page(), page({ act: true })];
  for (const { query, open } of [looked, acted]) {
    query.want(1);
    open.get(1)?.refuse(new Error("no"));
    await settled();
  }
  speak({ catalog: {}, language: "zh-Hans" });
  assert.deepEqual(looked.log.asked, [1, 1]);
  assert.deepEqual(acted.log.asked, [1]);
  looked.open.get(1)?.answer();
  await settled();
  speak({ catalog: {}, language: "en" });
  assert.deepEqual(looked.log.asked, [1, 1], "what was answered is not asked again");
  looked.query.want(1);
  assert.deepEqual(looked.log.asked, [1, 1]);
  acted.query.want(1);
  acted.open.get(1)?.answer();
  await settled();
  acted.query.want(1);
  assert.deepEqual(acted.log.asked, [1, 1, 1], "an act is done each time");
  acted.query.drop();
});
