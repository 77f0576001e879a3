import assert from "node:assert/strict";
import { test } from "node:test";
import { openRun, watchRun } from "../../static/js/core/run.js";
import { exchange } from "./fake_socket.js";

function trained() {
  const wire = exchange();
  /** @type {any[]} */
  const heard = [];
  const run = openRun("fitting", {
    onStarted: (told) => heard.push(["started", told.run]),
    onFrame: (frame) => heard.push(["frame", frame.header.step, frame.arrays.curve[0]]),
    onRefused: (error) => heard.push(["refused", error.code, error.field]),
    onEnded: (error) => heard.push(["ended", error.code]),
  }, wire.connect);
  return { wire, heard, run };
}

test("what is said before the socket is open goes out in order when it is", () => {
  const { wire, heard, run } = trained();
  run.start({ seed: 3 });
  run.next(0);
  assert.equal(wire.socket.path, "/api/labs/fitting/run");
  assert.deepEqual(wire.socket.sent, []);
  wire.socket.emit("open");
  assert.deepEqual(wire.socket.sent, [
    { type: "start", config: { seed: 3 } },
    { type: "next", steps: 0, live: {}, action: null },
  ]);
  wire.socket.say({ type: "started", run: "a1", config: { seed: 3 } });
  wire.socket.frame(0);
  run.next(5, { rate: 0.1 }, { kind: "move" });
  assert.deepEqual(wire.socket.sent[2], { type: "next", steps: 5, live: { rate: 0.1 }, action: { kind: "move" } });
  wire.socket.frame(5);
  assert.deepEqual(heard, [["started", "a1"], ["frame", 0, 0], ["frame", 5, 5]]);
});

test("a refusal leaves the run alive; an end does not, and a start begins another", () => {
  const { wire, heard, run } = trained();
  run.start({});
  wire.socket.emit("open");
  wire.socket.say({ type: "started", run: "a1", config: {} });
  run.next(1);
  wire.socket.say({ error: { code: "invalid_input", message: "no", field: "rate" } });
  run.next(1);
  wire.socket.say({ type: "ended", error: { code: "run_diverged", message: "too fast", field: null } });
  const before = wire.socket.sent.length;
  run.next(1);
  assert.equal(wire.socket.sent.length, before);
  run.start({});
  wire.socket.say({ type: "started", run: "a2", config: {} });
  assert.deepEqual(heard, [["started", "a1"], ["refused", "invalid_input", "rate"], ["ended", "run_diverged"], ["started", "a2"]]);
  assert.equal(wire.sockets.length, 1);
});

test("a frame of the run before is not shown after a new start", () => {
  const { wire, heard, run } = trained();
  run.start({});
  wire.socket.emit("open");
  wire.socket.say({ type: "started", run: "a1", config: {} });
  run.next(10);
  run.start({});
  run.next(0);
  wire.socket.frame(10);
  wire.socket.say({ type: "started", run: "a2", config: {} });
  wire.socket.frame(0);
  assert.deepEqual(heard, [["started", "a1"], ["started", "a2"], ["frame", 0, 0]]);
});

test("a refused start ends it", () => {
  const { wire, heard, run } = trained();
  run.start({});
  wire.socket.emit("open");
  wire.socket.say({ error: { code: "invalid_input", message: "no", field: "width" } });
  assert.deepEqual(heard, [["ended", "invalid_input"]]);
});

test("a lost connection is an ended run, and starting again connects anew", () => {
  const { wire, heard, run } = trained();
  run.start({});
  wire.socket.emit("open");
  wire.socket.say({ type: "started", run: "a1", config: {} });
  wire.socket.emit("close");
  assert.deepEqual(heard.at(-1), ["ended", "offline"]);
  wire.socket.emit("close");
  assert.equal(heard.length, 2);
  run.start({});
  assert.equal(wire.sockets.length, 2);
  wire.socket.emit("open");
  assert.equal(wire.socket.sent.length, 1);
});

test("closing is silent", () => {
  const { wire, heard, run } = trained();
  run.start({});
  run.close();
  assert(wire.socket.closed);
  wire.socket.emit("close");
  assert.deepEqual(heard, []);
});

test("watching: settings first, then frames as they are asked for, and settings that change", () => {
  const wire = exchange();
  /** @type {any[]} */
  const heard = [];
  const watched = watchRun("a b", {
    onWatching: ({ lab, config }) => heard.push(["watching", lab, config]),
    onConfig: (config) => heard.push(["config", config]),
    onFrame: (frame) => heard.push(["frame", frame.header.step]),
    onEnded: (error) => heard.push(["ended", error.code]),
  }, wire.connect);
  watched.next();
  assert.equal(wire.socket.path, "/api/runs/a%20b/watch");
  wire.socket.emit("open");
  wire.socket.say({ type: "watching", lab: "fitting", config: { rate: 1 } });
  wire.socket.frame(4);
  wire.socket.say({ type: "config", config: { rate: 2 } });
  wire.socket.frame(9);
  wire.socket.say({ type: "ended", error: { code: "run_killed", message: "gone", field: null } });
  wire.socket.emit("close");
  watched.next();
  assert.deepEqual(wire.socket.sent, [{ type: "next" }]);
  assert.deepEqual(heard, [
    ["watching", "fitting", { rate: 1 }], ["frame", 4], ["config", { rate: 2 }], ["frame", 9], ["ended", "run_killed"],
  ]);
});
