import assert from "node:assert/strict";
import { test } from "node:test";
import {
  halfAndEnd,
  lastLeadOfOne,
  lead,
  rankedAt,
  sayCourse,
  sayForms,
} from "../../static/js/labs/detectors/course.js";

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

/** @param {number[]} two @param {number[]} yolo AP50 at steps 50, 100 and 200 */
function small(two, yolo) {
  const points = (/** @type {number[]} */ values) =>
    Object.fromEntries([50, 100, 200].map((step, i) => [String(step), { AP50: values[i] ?? 0, AP75: 0.1 }]));
  return {
    steps: 200,
    seeds: 3,
    forms: { two: points(two), ssd: points([0, 0.1, 0.2]), yolo: points(yolo) },
    command: "",
    commit: "",
    date: "",
  };
}

test("of the small detectors it is told who leads at half, at the end, and one stage last", () => {
  const flips = small([0.2, 0.3, 0.6], [0.3, 0.4, 0.5]);
  assert.deepEqual(
    rankedAt(flips, 100).map(({ form }) => form),
    ["yolo", "two", "ssd"],
  );
  assert.equal(lastLeadOfOne(flips), 100);
  assert.equal(
    sayForms(flips),
    "“Train it”, AP50 of 3 seeds: at half YOLO 0.40, two stages 0.30, SSD 0.10; " +
      "at the end two stages 0.60, YOLO 0.50, SSD 0.20. One stage leads last at step 100 of 200.",
  );
  assert.equal(lastLeadOfOne(small([0.3, 0.4, 0.6], [0.2, 0.3, 0.5])), null);
  assert(/at every recorded step/.test(sayForms(small([0.3, 0.4, 0.6], [0.2, 0.3, 0.5]))));
  assert(/One stage leads at the end/.test(sayForms(small([0.3, 0.4, 0.6], [0.2, 0.3, 0.7]))));
});
