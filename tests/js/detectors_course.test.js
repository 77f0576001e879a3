import assert from "node:assert/strict";
import { test } from "node:test";
import { halfAndEnd, lead, sayCourse } from "../../static/js/labs/detectors/course.js";

/** @param {number} step @param {number} one @param {number} two */
const point = (step, one, two) => ({
  step,
  one_stage: { AP50: one, AP75: 0.4 },
  two_stage: { AP50: two, AP75: 0.5 },
});
/** @param {ReturnType<typeof point>[]} points */
const course = (...points) => ({
  pictures: "drawn",
  steps: 1000,
  points,
  command: "",
  commit: "",
  date: "",
});

test("half a training is the recorded step nearest to it, and its end another one", () => {
  const found = halfAndEnd(course(point(100, 0, 0), point(480, 0, 0), point(700, 0, 0), point(1000, 0, 0)));
  assert.deepEqual([found?.half.step, found?.end.step], [480, 1000]);
  assert.equal(halfAndEnd(course(point(1000, 0, 0))), null);
  assert.equal(sayCourse(course(point(1000, 0, 0))), "");
  assert.equal(halfAndEnd(course(point(900, 0, 0), point(1000, 0, 0)))?.half.step, 900);
});

test("the order flips, or stays, as the numbers say", () => {
  const say = (/** @type {number[]} */ [one = 0, two = 0, later = 0, last = 0]) =>
    sayCourse(course(point(500, one, two), point(1000, later, last)));
  assert(Math.abs(lead(point(1, 0.5, 0.75), "AP50") - 0.25) < 1e-12);
  const numbers = "Another training at its half (500 of 1,000 steps): AP50 0.50 | 0.40, AP75 0.40 | 0.50.";
  assert.equal(say([0.5, 0.4, 0.7, 0.6]), `${numbers} At its end the order is the same.`);
  assert.equal(
    say([0.5, 0.4, 0.6, 0.7]),
    `${numbers} At its end the order is another one: AP50 0.60 | 0.70.`,
  );
  assert(/another one: AP50/.test(say([0.4, 0.5, 0.7, 0.6])));
  assert(/the same/.test(say([0.4, 0.5, 0.6, 0.7])));
  assert(/another one/.test(say([0.5, 0.5, 0.7, 0.6])));
});
