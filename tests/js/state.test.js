import assert from "node:assert/strict";
import { test } from "node:test";
import { fromQuery, parse, toQuery } from "../../static/js/core/state.js";

/** @typedef {import("../../static/js/core/state.js").Rule} Rule */

/** @type {Record<string, Rule>} */
const rules = {
  iou: { default: 0.5, check: (v) => typeof v === "number" && v >= 0 && v <= 1 },
  method: { default: "greedy", check: (v) => ["greedy", "soft"].includes(String(v)) },
  aware: { default: false, check: (v) => typeof v === "boolean" },
};

test("a default leaves no trace in the address", () => {
  assert.equal(toQuery({ iou: 0.5, method: "greedy", aware: false }, rules), "");
});

test("what is written is read back, type and all", () => {
  for (const values of [
    { iou: 0, method: "soft", aware: true },
    { iou: 0.07, method: "greedy", aware: false },
    { iou: 1, method: "soft", aware: false },
  ]) {
    assert.deepEqual(fromQuery(`?${toQuery(values, rules)}`, rules), values);
  }
});

test("a value outside its range, of another type or unknown is the default", () => {
  for (const hostile of ["2", "-0.1", "NaN", "Infinity", "-Infinity", "", " ", "abc", "0x", "1e999"]) {
    assert.equal(parse(hostile, /** @type {Rule} */ (rules.iou)), 0.5, hostile);
  }
  assert.equal(parse("__proto__", /** @type {Rule} */ (rules.method)), "greedy");
});

test("unknown keys are ignored and a repeated key counts once", () => {
  const values = fromQuery("?evil=1&__proto__=2&iou=0.3&iou=0.9", rules);
  assert.deepEqual(values, { iou: 0.3, method: "greedy", aware: false });
});

test("text that means something in an address survives", () => {
  /** @type {Record<string, Rule>} */
  const free = { name: { default: "", check: () => true } };
  const name = "a&b=c?d#e 汉字 +%";
  assert.deepEqual(fromQuery(toQuery({ name }, free), free), { name });
});
