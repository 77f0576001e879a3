import assert from "node:assert/strict";
import { test } from "node:test";
import { number, sentences, t } from "../../static/js/core/i18n.js";

test("names in braces are replaced, and an unknown one is left to be seen", () => {
  assert.equal(t("{a} of {b}", { a: 1, b: "<2>" }), "1 of <2>");
  assert.equal(t("{a} {missing}", { a: 0 }), "0 {missing}");
});

test("numbers are grouped, rounded and have a true minus sign, but never a minus zero", () => {
  assert.equal(number(1234567.891), "1,234,567.89");
  assert.equal(number(-1234.5, 0), "−1,235");
  assert.equal(number(-0.001), "0.00");
  assert.equal(number(NaN), "–");
  assert.equal(number(-Infinity), "–");
});

test("sentences stand a space apart in English, none in Chinese, and an empty one leaves no gap", () => {
  assert.equal(sentences(["One.", "", undefined, "Two."]), "One. Two.");
  assert.equal(sentences(["", "一。", "二。"], "zh-Hans"), "一。二。");
  assert.equal(sentences([]), "");
});
