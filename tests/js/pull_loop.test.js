import assert from "node:assert/strict";
import { test } from "node:test";
import { pullLoop } from "../../static/js/core/session/pull_loop.js";
import { fakeBrowser } from "./fake_session.js";

/** A loop that always wants a frame, and how often it asked. @param {{paced?: boolean}} [how] */
function looping({ paced = false } = {}) {
  const browser = fakeBrowser();
  const one = { browser, asks: 0, wanted: true };
  const loop = pullLoop({
    browser: browser.here,
    wanted: () => one.wanted,
    paced: () => paced,
    ask: () => {
      one.asks += 1;
      loop.asked(2);
    },
    onStood: () => {},
  });
  return Object.assign(one, { loop });
}

test("however often a frame is wanted, it is asked for once, after the paint", () => {
  const one = looping();
  for (let i = 0; i < 3; i++) one.loop.plan();
  assert.equal(one.asks, 0);
  for (let i = 0; i < 3; i++) one.browser.paint();
  assert.equal(one.asks, 1);
  one.loop.answered();
  one.loop.plan();
  one.browser.paint();
  assert.equal(one.asks, 2);
});

test("what is not wanted any more at the paint is not asked for", () => {
  const one = looping();
  one.loop.plan();
  one.wanted = false;
  one.browser.paint();
  assert.equal(one.asks, 0);
});

test("a plan of the run before does not ask for a frame of the next one", () => {
  const one = looping();
  one.loop.plan();
  one.loop.begin(); // its first frame is asked for
  one.browser.paint();
  assert.equal(one.asks, 0);
  one.loop.answered();
  one.loop.plan();
  one.browser.paint();
  assert.equal(one.asks, 1);
});

test("at two frames a second the next one waits for its time, and then for one more paint", () => {
  const one = looping({ paced: true });
  one.loop.plan();
  one.browser.paint(); // each takes a tenth of a second
  one.loop.answered();
  one.loop.plan();
  one.browser.paint();
  assert.equal(one.asks, 1);
  one.browser.wait();
  assert.equal(one.asks, 1);
  one.browser.paint();
  assert.equal(one.asks, 2);
});

test("none goes on before those in lockstep are there", async () => {
  const one = looping();
  let arrive = () => {};
  one.loop.waitFor(new Promise((resolve) => (arrive = () => resolve(null))));
  one.loop.plan();
  one.browser.paint();
  assert.equal(one.asks, 0);
  arrive();
  await Promise.resolve();
  await Promise.resolve();
  one.browser.paint();
  assert.equal(one.asks, 1);
});
