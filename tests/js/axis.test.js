import assert from "node:assert/strict";
import { test } from "node:test";

import { axis, axisName } from "../../static/js/core/axis.js";
import { seeded } from "./random.js";

/** @param {number} low @param {number} high @param {number} [count] */
const texts = (low, high, count = 6) => axis(low, high, count).ticks.map(({ text }) => text);

test("years have neither decimals nor a separator of thousands", () => {
  assert.deepEqual(texts(2018.8, 2023.2, 10), ["2019", "2020", "2021", "2022", "2023"]);
  assert.deepEqual(texts(9990, 9994, 4), ["9990", "9991", "9992", "9993", "9994"]);
  assert.equal(texts(0, 60_000, 3)[1], "20,000");
});

test("very small and very large values share one power of ten, told once", () => {
  assert.deepEqual(
    axis(5e-7, 4e-6, 4).ticks.map(({ text }) => text),
    ["1", "2", "3", "4"],
  );
  assert.equal(axis(5e-7, 4e-6, 4).note, "×10⁻⁶");
  assert.equal(axis(5e12, 4e13, 4).note, "×10¹³");
  assert.equal(axis(-3, 4, 4).note, "");
  assert.equal(axisName("price", "×10¹³"), "price (×10¹³)");
  assert.equal(axisName("", "×10¹³"), "×10¹³");
});

test("values that differ only far behind the first digit are told from one of them", () => {
  const found = axis(1e13, 1e13 + 4, 4);
  assert.deepEqual(
    found.ticks.map(({ text }) => text),
    ["0", "1", "2", "3", "4"],
  );
  assert.equal(found.note, "+ 10000000000000");
});

test("any range of floats has short ticks that lie in it and differ", () => {
  const next = seeded(5);
  for (let i = 0; i < 3000; i++) {
    const size = 10 ** (next() * 560 - 280);
    const low = (next() * 2 - 1) * size;
    const high = low + next() * size * 10 ** -(next() * 4);
    const { ticks } = axis(low, high, 6);
    if (!(high > low)) continue;
    const written = ticks.map(({ text }) => text);
    assert.equal(new Set(written).size, written.length, `${low} ${high} ${written}`);
    assert(
      written.every((text) => text.length <= 9),
      `${low} ${high} ${written}`,
    );
    const slack = (high - low) * 1e-6 + Math.abs(low) * 1e-14;
    assert(
      ticks.every(({ at }) => at >= low - slack && at <= high + slack),
      `${low} ${high}`,
    );
  }
  assert.deepEqual(axis(1, 1, 5).ticks, []);
  assert.deepEqual(axis(NaN, 1, 5).ticks, []);
  assert.deepEqual(axis(-Infinity, 1, 5).ticks, []);
});
