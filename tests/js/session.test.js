import assert from "node:assert/strict";
import { test } from "node:test";
import { begun, played } from "./fake_session.js";

test("a session opens with the start on show, and does not ask on", async () => {
  const { wire, browser, shown, session, start, asks } = await begun();
  assert.equal(session.status.phase, "connecting");
  start();
  browser.paint();
  assert.deepEqual(wire.socket.sent[0].config, { rate: 0.1, width: 4, seed: 1 });
  assert.deepEqual(shown, [[0, false]]);
  assert.equal(session.status.phase, "ready");
  assert.equal(session.status.runId, "a1");
  assert.equal(asks().length, 1);
});

test("playing asks for the next frame only after the last one is painted; pausing asks no more", async () => {
  const { wire, browser, session, start, asks } = await begun();
  start();
  session.play();
  assert.equal(asks().length, 1);
  browser.paint();
  assert.equal(asks().at(-1).steps, 5);
  browser.paint();
  assert.equal(asks().length, 2);
  wire.socket.frame(5);
  assert.equal(asks().length, 2);
  browser.paint();
  assert.equal(asks().length, 3);
  session.pause();
  wire.socket.frame(10);
  browser.paint();
  assert.equal(asks().length, 3);
  assert.equal(session.status.phase, "paused");
  assert.equal(session.status.step, 10);
});

test("a run that is paused tells whether a frame is still to come", async () => {
  let told = /** @type {import("../../static/js/core/session/standing.js").Status | null} */ (null);
  const onStatus = (/** @type {typeof told} */ status) => (told = status);
  const { wire, browser, session, start } = await begun({}, { onStatus });
  assert.equal(told?.awaits, true);
  start();
  assert.equal(told?.awaits, false);
  session.play();
  browser.paint();
  session.pause();
  assert.equal(told?.awaits, true);
  wire.socket.frame(5);
  browser.paint();
  assert.equal(told?.awaits, false);
  session.step();
  browser.paint();
  assert.equal(told?.awaits, true);
  wire.socket.frame(6);
  assert.equal(told?.awaits, false);
});

test("a live control asks for the same state anew while paused, and rides along while running", async () => {
  const { state, wire, browser, session, start, asks } = await begun();
  start();
  state.set({ rate: 0.5 });
  browser.paint();
  assert.deepEqual(
    { ...asks().at(-1), id: 0 },
    { id: 0, ...{ type: "next", steps: 0, live: { rate: 0.5 }, action: null } },
  );
  wire.socket.frame(0);
  browser.paint();
  assert.equal(asks().length, 2);
  session.play();
  browser.paint();
  state.set({ rate: 0.7 });
  assert.equal(asks().length, 3);
  wire.socket.frame(5);
  browser.paint();
  assert.deepEqual(
    { ...asks().at(-1), id: 0 },
    { id: 0, ...{ type: "next", steps: 5, live: { rate: 0.7 }, action: null } },
  );
});

test("a frame that was under way when a control moved is not current, the next one is", async () => {
  /** @type {boolean[]} */
  const current = [];
  const { state, wire, browser, session, start } = await begun(
    {},
    { onFrame: () => current.push(session.current) },
  );
  start();
  session.play();
  browser.paint();
  state.set({ rate: 0.7 });
  wire.socket.frame(5);
  browser.paint();
  wire.socket.frame(10);
  assert.deepEqual(current, [true, false, true]);
});

test("a setting that no run follows is named in the run that it begins", async () => {
  const { state, wire, browser, session, start } = await begun();
  start();
  session.play();
  browser.paint();
  wire.socket.frame(5);
  state.set({ width: 8 });
  browser.wait();
  assert.deepEqual(session.status.anew, ["width"]);
  session.reset();
  assert.deepEqual(session.status.anew, []);
});

test("settings said in another order are the same settings: the run goes on", async () => {
  let turned = false;
  const configOf = (/** @type {Record<string, any>} */ { rate, width, seed }) =>
    turned ? { seed, width, rate } : { rate, width, seed };
  const { state, browser, session, start, asks } = await begun({}, { configOf });
  start();
  turned = true;
  state.set({ speed: 2 });
  browser.wait();
  browser.paint();
  assert.equal(session.status.phase, "ready");
  assert.equal(asks().length, 1);
});

test("another control starts anew after a rest, and goes on playing", async () => {
  const { state, wire, browser, session, start } = await begun();
  start();
  session.play();
  browser.paint();
  wire.socket.frame(5);
  state.set({ width: 6 });
  state.set({ width: 8 });
  browser.paint();
  const starts = () => wire.socket.sent.filter((message) => message.type === "start");
  assert.equal(starts().length, 1);
  browser.wait();
  assert.equal(starts().at(-1).config.width, 8);
  start("a2");
  assert.equal(session.status.phase, "running");
  assert.equal(session.status.runId, "a2");
  assert.deepEqual(session.past.steps, [0]);
});

test("a page that was hidden while it played says that it stood still, until it is paused", async () => {
  const { wire, browser, session, start } = await begun();
  start();
  session.play();
  browser.paint();
  const back = browser.hide(60_000);
  wire.socket.frame(5);
  assert.equal(session.status.stood, false);
  back();
  assert.equal(session.status.stood, true);
  wire.socket.frame(10);
  assert.equal(session.status.stood, true);
  session.pause();
  assert.equal(session.status.stood, false);
});

test("a glance at another page, or a paused run behind one, is nothing to tell", async () => {
  const { wire, browser, session, start } = await begun();
  start();
  session.play();
  browser.paint();
  const glanced = browser.hide(1000);
  wire.socket.frame(5);
  glanced();
  assert.equal(session.status.stood, false);
  session.pause();
  const back = browser.hide(60_000);
  wire.socket.frame(10);
  back();
  assert.equal(session.status.stood, false);
});

test("an ended run tells why, and starts again with the same settings", async () => {
  const { wire, browser, session, start } = await begun({ rate: 3 });
  start();
  session.play();
  browser.paint();
  wire.socket.say({ type: "ended", error: { code: "run_diverged", message: "Too fast.", field: "rate" } });
  assert.equal(session.status.phase, "ended");
  assert.equal(session.status.error?.message, "Too fast.");
  session.again();
  assert.equal(wire.socket.sent.at(-2).config.rate, 3);
  start("a2");
  assert.equal(session.status.phase, "running");
  assert.equal(session.status.error, null);
});

test("the past can be looked at, and the newest again", async () => {
  const { shown, session } = await played();
  session.scrub(0.5);
  assert.equal(session.status.phase, "paused");
  assert.equal(session.status.shownStep, 10);
  assert.deepEqual(shown.at(-1), [10, true]);
  session.scrub(null);
  assert.deepEqual(shown.at(-1), [20, false]);
});

test("advance gives the frame after so many steps, and nothing if the run ends", async () => {
  const { wire, browser, session, start, asks } = await begun();
  start();
  const next = session.advance(40);
  browser.paint();
  assert.equal(asks().at(-1).steps, 40);
  wire.socket.frame(40);
  assert.equal((await next)?.header.step, 40);
  const lost = session.advance(40);
  browser.paint();
  wire.socket.say({ type: "ended", error: { code: "run_killed", message: "gone", field: null } });
  assert.equal(await lost, null);
  assert.equal(session.status.error?.code, "run_killed");
});

test("advance asks on until all its steps are taken, however few a frame had time for", async () => {
  const { wire, browser, session, start, asks } = await begun();
  start();
  const next = session.advance(40);
  for (const [step, wanted] of [
    [25, 40],
    [39, 15],
    [40, 1],
  ]) {
    browser.paint();
    assert.equal(asks().at(-1).steps, wanted);
    wire.socket.frame(/** @type {number} */ (step), { taken: step === 40 ? 1 : step === 39 ? 14 : 25 });
  }
  assert.equal((await next)?.header.step, 40);
});

test("a run that takes no step any more keeps nobody waiting", async () => {
  const { wire, browser, session, start } = await begun();
  start();
  const next = session.advance(40);
  browser.paint();
  wire.socket.frame(7, { taken: 7 });
  browser.paint();
  wire.socket.frame(7, { taken: 0 });
  assert.equal((await next)?.header.step, 7);
});

test("while the line is lost the session says so and keeps its place; then it goes on", async () => {
  const { wire, browser, around, session, start } = await begun();
  start();
  session.play();
  browser.paint();
  wire.socket.emit("close", { code: 1006 });
  assert.equal(session.status.phase, "running");
  assert.equal(session.status.line?.code, "line_lost");
  around.pass(300);
  wire.socket.emit("open");
  wire.socket.say({ type: "resumed", id: wire.socket.numberOf("resume"), run: "a1", config: {} });
  assert.equal(session.status.line, null);
  const ask = wire.socket.sent.find((message) => message.type === "next");
  wire.socket.frame(5, { id: ask.id });
  assert.equal(session.status.step, 5);
  assert.equal(session.status.phase, "running");
});

test("a control that this mode cannot follow while it runs starts anew", async () => {
  const { state, wire, browser, session } = await begun();
  wire.socket.say({ type: "started", run: "a1", config: {}, live: [] });
  wire.socket.frame(0);
  assert.deepEqual(session.status.live, []);
  state.set({ rate: 0.5 });
  browser.paint();
  browser.wait();
  assert.equal(wire.socket.sent.filter((message) => message.type === "start").length, 2);
});

test("a session that was closed gives everything back and hears of no change", async () => {
  const { state, session, start } = await begun();
  const before = state.listeners.size;
  start();
  session.close();
  assert.equal(state.listeners.size, before - 1);
});

test("the dice give another seed, and an action goes once with the next ask", async () => {
  const { state, wire, browser, session, start, asks } = await begun();
  start();
  session.act({ kind: "kick" });
  browser.paint();
  assert.deepEqual(asks().at(-1).action, { kind: "kick" });
  wire.socket.frame(0);
  browser.paint();
  assert.equal(asks().length, 2);
  session.dice();
  assert.equal(state.values.seed, 5);
  browser.wait();
  assert.equal(wire.socket.sent.at(-2).config.seed, 5);
});

test("several actions go in turn, one with each ask, and a new run forgets those to come", async () => {
  const { state, wire, browser, session, start, asks } = await begun();
  start();
  for (const kind of ["first", "second", "third"]) session.act({ kind });
  for (const kind of ["first", "second"]) {
    browser.paint();
    assert.deepEqual(asks().at(-1).action, { kind });
    wire.socket.frame(0);
  }
  assert(session.pending);
  state.set({ width: 6 });
  browser.wait();
  start("a2");
  assert(!session.pending);
  browser.paint();
  assert(!asks().some((ask) => ask.action?.kind === "third"));
});

test("who looks at the past stays while actions are answered, not when a control is turned", async () => {
  const { state, wire, browser, shown, session } = await played();
  session.scrub(0.5);
  session.act({ kind: "kick" });
  browser.paint();
  wire.socket.frame(20);
  assert.equal(session.status.shownStep, 10);
  assert.deepEqual(shown.at(-1), [10, true]);
  state.set({ rate: 0.9 });
  browser.paint();
  wire.socket.frame(20);
  assert.deepEqual(shown.at(-1), [20, false]);
  assert.equal(session.status.share, null);
});
