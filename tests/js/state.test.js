import assert from "node:assert/strict";
import { test } from "node:test";
import { fromQuery, parse, refusedOf, toQuery, unknownOf, without } from "../../static/js/core/state.js";

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

test("what is not allowed is named, in the order of the rules, and only that leaves the address", () => {
  const search = "?method=x&lang=zh&iou=1e9&aware=perhaps";
  assert.deepEqual(refusedOf(search, rules), ["iou", "method", "aware"]);
  assert.equal(without(search, refusedOf(search, rules)), "?lang=zh");
  assert.equal(without("?iou=7", ["iou"]), "");
});

test("defaults, unknown keys and every way to write a switch are allowed", () => {
  for (const search of [
    "",
    "?evil=1",
    "?iou=0.5",
    "?aware=1",
    "?aware=0",
    "?aware=false&iou=1&method=soft",
  ]) {
    assert.deepEqual(refusedOf(search, rules), [], search);
  }
});

test("a switch that says neither yes nor no keeps its default", () => {
  const on = { default: true, check: (/** @type {any} */ v) => typeof v === "boolean" };
  assert.deepEqual(
    ["perhaps", "", "toString", "0", "false", "1"].map((text) => parse(text, on)),
    [true, true, true, false, false, true],
  );
});

test("a name that no setting has is told, and what belongs to every page is none", () => {
  assert.deepEqual(unknownOf("?iou=0.3&lr=0.1&foo=1&foo=2&lang=zh&theme=dark&run=x", rules), ["lr", "foo"]);
  assert.deepEqual(unknownOf("", rules), []);
});
