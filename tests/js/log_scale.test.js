import assert from "node:assert/strict";
import { test } from "node:test";
import { logScale, rounded } from "../../static/js/math/log_scale.js";

test("a value's place gives the value back, to three digits", () => {
  const scale = logScale(0.0001, 10);
  for (const value of [0.0001, 0.00037, 0.03, 0.5, 1, 2.5, 10]) {
    assert.equal(scale.toValue(scale.toPosition(value)), value);
  }
  assert.equal(scale.toValue(-9), 0.0001);
  assert.equal(scale.toValue(9), 10);
  assert.equal(rounded(0.0123456), 0.0123);
});

test("zero is the leftmost notch where it is allowed, one press left of the least", () => {
  const scale = logScale(0, 1, { from: 1e-4 });
  assert.equal(scale.toValue(scale.min), 0);
  assert.equal(scale.toPosition(0), scale.min);
  assert.equal(scale.toPosition(1e-7), scale.min); // a typed value below the scale
  assert.equal(scale.moved(0, 1), 1e-4);
  assert.equal(scale.moved(1e-4, -1), 0);
  assert.equal(scale.moved(0, -1), 0);
  assert.equal(scale.moved(1, 1), 1);
});

test("twenty presses are a decade", () => {
  const scale = logScale(0.001, 1);
  let value = 0.01;
  for (let i = 0; i < 20; i++) value = scale.moved(value, 1);
  assert(Math.abs(value - 0.1) < 0.002, String(value));
});

test("whole numbers stay whole, and every press goes to another", () => {
  const scale = logScale(1, 1000, { whole: true });
  let value = 1;
  const seen = [value];
  while (value < 1000) {
    const next = scale.moved(value, 1);
    assert(Number.isInteger(next) && next > value, `${value} -> ${next}`);
    seen.push((value = next));
  }
  while (value > 1) {
    const next = scale.moved(value, -1);
    assert(next < value, `${value} -> ${next}`);
    value = next;
  }
  assert.deepEqual(seen.slice(0, 4), [1, 2, 3, 4]);
});
