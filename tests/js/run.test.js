import assert from "node:assert/strict";
import { test } from "node:test";
import { openRun, watchRun } from "../../static/js/core/session/run.js";
import { exchange, fakeSurroundings } from "./fake_socket.js";

function trained() {
  const wire = exchange();
  const around = fakeSurroundings();
  /** @type {any[]} */
  const heard = [];
  const run = openRun(
    "fitting",
    {
      onStarted: (told) => heard.push(["started", told.run]),
      onFrame: (frame, taken) => heard.push(["frame", frame.header.step, taken]),
      onRefused: (error) => heard.push(["refused", error.code, error.field]),
      onEnded: (error) => heard.push(["ended", error.code]),
      onLine: (why) => heard.push(["line", why?.code ?? null]),
    },
    wire.connect,
    around.here,
  );
  return { wire, around, heard, run };
}

/** A run under way, its first frame there, one ask of five steps not yet answered. */
function underWay() {
  const one = trained();
  one.run.start({ seed: 3 });
  one.run.next(0);
  one.wire.socket.emit("open");
  one.wire.socket.say({ type: "started", run: "a1", key: "secret", config: {} });
  one.wire.socket.frame(0);
  one.run.next(5, { rate: 0.1 });
  one.heard.length = 0;
  return one;
}

test("what is said before the socket is open goes out in order when it is, under growing numbers", () => {
  const { wire, heard, run } = trained();
  run.start({ seed: 3 });
  run.next(0);
  assert.equal(wire.socket.path, "/api/labs/fitting/run");
  assert.deepEqual(wire.socket.sent, []);
  wire.socket.emit("open");
  assert.deepEqual(wire.socket.sent, [
    { id: 1, type: "start", config: { seed: 3 } },
    { id: 2, type: "next", steps: 0, live: {}, action: null },
  ]);
  wire.socket.say({ type: "started", run: "a1", config: { seed: 3 } });
  wire.socket.frame(0);
  run.next(5, { rate: 0.1 }, { kind: "move" });
  assert.deepEqual(wire.socket.sent[2], {
    id: 3,
    type: "next",
    steps: 5,
    live: { rate: 0.1 },
    action: { kind: "move" },
  });
  wire.socket.frame(4, { taken: 4 });
  assert.deepEqual(heard, [
    ["started", "a1"],
    ["frame", 0, 0],
    ["frame", 4, 4],
  ]);
});

test("a refusal leaves the run alive; an end does not, and a start begins another on the same line", () => {
  const { wire, heard, run } = underWay();
  wire.socket.say({ error: { code: "invalid_input", message: "no", field: "rate" } });
  run.next(1);
  wire.socket.say({ type: "ended", error: { code: "diverged", message: "too fast", field: null } });
  const before = wire.socket.sent.length;
  run.next(1);
  assert.equal(wire.socket.sent.length, before);
  run.start({});
  wire.socket.say({ type: "started", run: "a2", config: {} });
  assert.deepEqual(heard, [
    ["refused", "invalid_input", "rate"],
    ["ended", "diverged"],
    ["started", "a2"],
  ]);
  assert.equal(wire.sockets.length, 1);
});

test("whatever belongs to the run before is told by its number and dropped: frames, errors, its end", () => {
  const { wire, heard, run } = underWay();
  const old = wire.socket.numberOf("next");
  const oldStart = wire.socket.numberOf("start");
  run.start({});
  run.next(0);
  wire.socket.frame(5, { id: old });
  wire.socket.say({ id: old, error: { code: "invalid_input", message: "no", field: "rate" } });
  wire.socket.say({
    id: oldStart,
    type: "ended",
    error: { code: "run_timeout", message: "idle", field: null },
  });
  wire.socket.say({ type: "started", run: "a2", config: {} });
  wire.socket.frame(0);
  assert.deepEqual(heard, [
    ["started", "a2"],
    ["frame", 0, 0],
  ]);
});

test("a refused start ends it at once, also while an ask of the run before is not answered", () => {
  const { wire, heard, run } = underWay();
  run.start({ width: -1 });
  wire.socket.say({
    id: wire.socket.numberOf("start"),
    type: "ended",
    error: { code: "invalid_input", message: "no", field: "width" },
  });
  assert.deepEqual(heard, [["ended", "invalid_input"]]);
});

test("on a new line the run is resumed, and what was not answered is asked again under its number", () => {
  const { wire, around, heard, run } = underWay();
  const ask = wire.socket.sent.at(-1);
  wire.socket.emit("close", { code: 1006 });
  assert.deepEqual(heard, [["line", "line_lost"]]);
  around.pass(300);
  assert.equal(wire.sockets.length, 2);
  wire.socket.emit("open");
  assert.deepEqual(wire.socket.sent, [{ type: "resume", id: 4, run: "a1", key: "secret" }, ask]);
  wire.socket.say({ type: "resumed", id: 4, run: "a1", config: {} });
  wire.socket.frame(5, { id: ask.id, taken: 5 });
  run.next(1);
  assert.equal(wire.socket.sent.at(-1).id, 5);
  assert.deepEqual(heard.slice(1), [
    ["line", null],
    ["frame", 5, 5],
  ]);
});

test("an answer that came twice is shown once", () => {
  const { wire, heard } = underWay();
  wire.socket.frame(5);
  wire.socket.frame(5);
  assert.deepEqual(heard, [["frame", 5, 5]]);
});

test("the pauses between attempts grow, and the network's return ends them", async () => {
  const { wire, around, heard } = underWay();
  wire.socket.emit("close", { code: 1006 });
  for (const pause of [300, 1000, 2000, 4000, 8000, 15_000, 15_000]) {
    assert(
      [...around.timers.values()].some(({ ms }) => ms === pause),
      `a pause of ${pause}`,
    );
    around.pass(pause);
    wire.socket.emit("close", { code: 1006 });
    await Promise.resolve();
    await Promise.resolve();
  }
  const attempts = wire.sockets.length;
  around.comeBack();
  assert.equal(wire.sockets.length, attempts + 1);
  wire.socket.emit("open");
  assert.equal(wire.socket.sent[0].type, "resume");
  wire.socket.say({ type: "resumed", id: wire.socket.numberOf("resume"), run: "a1", config: {} });
  assert.deepEqual(heard.at(-1), ["line", null]);
});

test("line lost, server gone and line refused are three sentences", async () => {
  const { wire, around, heard } = underWay();
  const fail = async () => {
    around.pass(300);
    around.comeBack();
    wire.socket.emit("close", { code: 1006 });
    for (let i = 0; i < 4; i++) await Promise.resolve();
    return heard.at(-1)?.[1];
  };
  wire.socket.emit("close", { code: 1006 });
  assert.equal(heard.at(-1)?.[1], "line_lost");
  assert.equal(await fail(), "server_gone");
  around.own.answers = { why: "" };
  assert.equal(await fail(), "line_refused");
  around.own.online = false;
  assert.equal(await fail(), "line_lost");
});

test("a server that says that it stops is told as gone", () => {
  const { wire, heard } = underWay();
  wire.socket.emit("close", { code: 1012 });
  assert.deepEqual(heard, [["line", "server_gone"]]);
});

test("a run that did not wait is told as over, and starting again needs no new line", () => {
  const { wire, around, heard, run } = underWay();
  wire.socket.emit("close", { code: 1006 });
  around.pass(300);
  wire.socket.emit("open");
  wire.socket.say({
    type: "ended",
    id: wire.socket.numberOf("resume"),
    error: { code: "run_gone", message: "unknown", field: null },
  });
  assert.deepEqual(heard.at(-1), ["ended", "run_gone"]);
  run.start({});
  assert.deepEqual(wire.socket.sent.at(-1).type, "start");
  assert.equal(wire.sockets.length, 2);
});

test("a line that is silent when the page is back is taken for lost, one that answers is not", () => {
  const { wire, around, heard } = underWay();
  around.comeBack();
  wire.socket.say({ type: "here", id: wire.socket.numberOf("here") });
  around.pass(4000);
  assert.equal(wire.sockets.length, 1);
  around.comeBack();
  around.pass(4000);
  assert.equal(wire.sockets.length, 2);
  assert.deepEqual(heard, [["line", "line_lost"]]);
});

test("an ask that stays without an answer makes the page find out whether anybody is there", () => {
  const { wire, around } = underWay();
  around.pass(20_000);
  assert.equal(wire.socket.sent.at(-1).type, "here");
});

test("a lost line of a run that is over is not had again", () => {
  const { wire, around, heard } = underWay();
  wire.socket.say({ type: "ended", error: { code: "run_finished", message: "done", field: null } });
  wire.socket.emit("close", { code: 1006 });
  around.pass(60_000);
  assert.equal(wire.sockets.length, 1);
  assert.deepEqual(heard, [["ended", "run_finished"]]);
});

test("closing is silent and says that the page leaves; so does leaving it, and the run is over", () => {
  const closed = underWay();
  closed.run.close();
  assert.equal(closed.wire.socket.code, 1000);
  closed.wire.socket.emit("close");
  assert.deepEqual(closed.heard, []);
  const left = underWay();
  left.around.leave();
  assert.equal(left.wire.socket.code, 1000);
  assert.deepEqual(left.heard, [["ended", "left"]]);
});

test("a run that is closed while its line connects closes the line once it is there", () => {
  const wire = exchange();
  const handlers = { onStarted() {}, onFrame() {}, onRefused() {}, onEnded() {} };
  const run = openRun("fitting", handlers, wire.connect, fakeSurroundings().here);
  run.start({});
  run.close();
  assert(!wire.socket.closed);
  wire.socket.emit("open");
  assert.equal(wire.socket.code, 1000);
  assert.deepEqual(wire.socket.sent, []);
});

test("watching: settings, then frames as they are asked for, changed settings, on over a lost line", () => {
  const wire = exchange();
  const around = fakeSurroundings();
  /** @type {any[]} */
  const heard = [];
  const watched = watchRun(
    "a b",
    {
      onWatching: ({ lab, config }) => heard.push(["watching", lab, config]),
      onConfig: (config) => heard.push(["config", config]),
      onFrame: (frame) => heard.push(["frame", frame.header.step]),
      onEnded: (error) => heard.push(["ended", error.code]),
      onLine: (why) => heard.push(["line", why?.code ?? null]),
    },
    wire.connect,
    around.here,
  );
  watched.next();
  assert.equal(wire.socket.path, "/api/runs/a%20b/watch");
  wire.socket.emit("open");
  wire.socket.say({ type: "watching", id: null, lab: "fitting", config: { rate: 1 } });
  wire.socket.frame(4);
  watched.next();
  wire.socket.emit("close", { code: 1006 });
  around.pass(300);
  wire.socket.emit("open");
  wire.socket.say({ type: "config", config: { rate: 2 } });
  wire.socket.frame(9);
  wire.socket.say({ type: "ended", error: { code: "run_killed", message: "gone", field: null } });
  wire.socket.emit("close");
  watched.next();
  assert.deepEqual(wire.socket.sent, [{ type: "next", id: 2 }]);
  assert.deepEqual(heard, [
    ["watching", "fitting", { rate: 1 }],
    ["frame", 4],
    ["line", "line_lost"],
    ["line", null],
    ["config", { rate: 2 }],
    ["frame", 9],
    ["ended", "run_killed"],
  ]);
});

test("a line that is taken and cut at once is asked for with growing pauses, too", () => {
  const { wire, around } = underWay();
  wire.socket.emit("close", { code: 1006 });
  for (const pause of [300, 1000, 2000]) {
    assert(
      [...around.timers.values()].some(({ ms }) => ms === pause),
      `a pause of ${pause}`,
    );
    around.pass(pause);
    wire.socket.emit("open");
    wire.socket.emit("close", { code: 1006 });
  }
});

test("an attempt that hangs is given up, and the network's return begins another at once", () => {
  const { wire, around } = underWay();
  wire.socket.emit("close", { code: 1006 });
  around.pass(300);
  assert.equal(wire.sockets.length, 2);
  around.comeBack();
  assert.equal(wire.sockets.length, 3);
  around.pass(10_000); // by itself after so long
  around.pass(15_000);
  assert(wire.sockets.length > 3);
});

test("a server that refuses this page's address is quoted", async () => {
  const { wire, around } = underWay();
  /** @type {any[]} */
  const said = [];
  const other = openRun(
    "fitting",
    { onStarted() {}, onFrame() {}, onRefused() {}, onEnded() {}, onLine: (why) => said.push(why?.message) },
    wire.connect,
    around.here,
  );
  around.own.answers = { why: "Allow it with VITRINE_ALLOWED_HOSTS." };
  other.start({});
  wire.socket.emit("close", { code: 1006 });
  for (let i = 0; i < 4; i++) await Promise.resolve();
  assert.deepEqual(said, ["Allow it with VITRINE_ALLOWED_HOSTS."]);
});

test("a start while the line is lost takes the place of the run before on the new line", () => {
  const { wire, around, heard, run } = underWay();
  wire.socket.emit("close", { code: 1006 });
  run.start({ seed: 4 });
  wire.socket.emit("open");
  assert.deepEqual(
    wire.socket.sent.map((message) => message.type),
    ["resume", "start"],
  );
  wire.socket.say({
    type: "ended",
    id: wire.socket.numberOf("resume"),
    error: { code: "run_gone", message: "unknown", field: null },
  });
  wire.socket.say({ type: "started", run: "a2", config: {} });
  assert.deepEqual(heard.at(-1), ["started", "a2"]);
  assert.equal(heard.filter(([kind]) => kind === "ended").length, 0);
  around.pass(1);
});

test("a watcher whose line is silent finds out, too, and asks once again, not for all it ever asked", () => {
  const wire = exchange();
  const around = fakeSurroundings();
  const watched = watchRun(
    "a",
    { onWatching() {}, onConfig() {}, onFrame() {}, onEnded() {} },
    wire.connect,
    around.here,
  );
  watched.next();
  wire.socket.emit("open");
  watched.next();
  around.pass(20_000);
  assert.equal(wire.socket.sent.at(-1).type, "here");
  around.pass(4000);
  assert.equal(wire.sockets.length, 2);
  wire.socket.emit("open");
  assert.equal(wire.socket.sent.length, 1);
});
