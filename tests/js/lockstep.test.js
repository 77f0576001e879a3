import assert from "node:assert/strict";
import { test } from "node:test";
import { begun, fakeBrowser } from "./fake_session.js";

test("two sessions go in lockstep: the leader waits for its follower", async () => {
  const browser = fakeBrowser();
  const second = await begun({}, { browser: browser.here });
  const first = await begun({}, { browser: browser.here, followers: [second.session] });
  first.start();
  second.start();
  first.session.play();
  for (let i = 0; i < 3; i++) browser.paint();
  assert.equal(first.asks().at(-1).steps, 5);
  assert.equal(second.asks().at(-1).steps, 5);
  first.wire.socket.frame(5);
  browser.paint();
  assert.equal(first.asks().length, 2);
  second.wire.socket.frame(5);
  for (let i = 0; i < 4; i++) await Promise.resolve();
  browser.paint();
  assert.equal(first.asks().length, 3);
});

test("in lockstep both take the same steps, also where a frame has no time for all of them", async () => {
  const browser = fakeBrowser();
  const second = await begun({}, { browser: browser.here });
  const first = await begun({}, { browser: browser.here, followers: [second.session] });
  const settle = async () => {
    for (let i = 0; i < 6; i++) await Promise.resolve();
    browser.paint();
  };
  first.start();
  second.start();
  first.session.play();
  for (let i = 0; i < 3; i++) browser.paint();
  first.wire.socket.frame(2, { taken: 2 });
  second.wire.socket.frame(4, { taken: 4 });
  await settle();
  assert.equal(second.asks().at(-1).steps, 1);
  second.wire.socket.frame(5, { taken: 1 });
  await settle();
  assert.equal(first.asks().at(-1).steps, 3);
  const rounds = second.asks().length;
  first.wire.socket.frame(5, { taken: 3 });
  await settle();
  await settle();
  assert.equal(first.asks().at(-1).steps, 5);
  assert.equal(second.asks().length, rounds + 1);
});

test("a follower that hears later than its leader what is live does not hold the leader up", async () => {
  const browser = fakeBrowser();
  const liveNames = ["rate", "seed"]; // of which the server will say that only the rate is
  const second = await begun({}, { browser: browser.here, liveNames });
  const first = await begun({}, { browser: browser.here, liveNames, followers: [second.session] });
  first.start();
  first.session.play();
  second.start();
  for (let i = 0; i < 3; i++) browser.paint();
  assert.equal(first.asks().at(-1).steps, 5);
  browser.wait();
  assert.equal(first.wire.socket.sent.filter((message) => message.type === "start").length, 1);
});

test("what the follower alone cannot change starts both anew", async () => {
  const browser = fakeBrowser();
  const second = await begun({}, { browser: browser.here });
  const first = await begun({}, { browser: browser.here, followers: [second.session] });
  first.start();
  second.start();
  second.state.set({ width: 7 });
  first.state.set({ rate: 0.2 });
  browser.wait();
  const starts = (/** @type {any} */ one) =>
    one.wire.socket.sent.filter((/** @type {any} */ m) => m.type === "start").length;
  assert.equal(starts(first), 2);
});
