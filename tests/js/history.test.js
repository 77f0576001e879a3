import assert from "node:assert/strict";
import { test } from "node:test";
import { createHistory } from "../../static/js/core/session/history.js";

const frame = (/** @type {number} */ step) => ({ header: { step } });

test("however long a run is, its past stays within the limit, with its first and last frame", () => {
  const past = createHistory(10);
  for (let i = 0; i < 1000; i++) {
    past.push(frame(i * 5));
    assert(past.length <= 10, `${past.length} frames`);
    assert.equal(past.at(0)?.header.step, 0);
    assert.equal(past.last?.header.step, i * 5);
    assert.equal(past.at(1), past.last);
  }
  assert(past.length >= 5);
});

test("what is kept is evenly spaced, but for the last", () => {
  const past = createHistory(12);
  for (let i = 0; i < 777; i++) past.push(frame(i));
  const steps = past.steps.slice(0, -1);
  const gaps = new Set(steps.slice(1).map((s, i) => s - (steps[i] ?? 0)));
  assert.equal(gaps.size, 1);
});

test("the same step again replaces the frame, and clearing forgets all", () => {
  const past = createHistory();
  past.push(frame(0));
  const again = frame(0);
  past.push(again);
  assert.equal(past.length, 1);
  assert.equal(past.last, again);
  past.clear();
  assert.equal(past.length, 0);
  assert.equal(past.at(0.5), undefined);
  assert.equal(past.last, undefined);
});
