import assert from "node:assert/strict";
import { test } from "node:test";
import { drawn, number, onLanguage, sentences, speak, t, tp } from "../../static/js/core/i18n.js";
import { viewLife } from "../../static/js/views/life.js";

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

const CHINESE = {
  before: "之前",
  "update\u0004before": "更新前",
  "training\u0004before": "训练前",
  "update\u0004{n} after": "更新后 {n}",
};

test("a wording of two meanings has a text for each, and in English it is read as it is", () => {
  assert.equal(tp("update", "before"), "before");
  speak({ catalog: CHINESE, language: "zh-Hans" });
  assert.deepEqual(
    [tp("update", "before"), tp("training", "before"), t("before")],
    ["更新前", "训练前", "之前"],
  );
  assert.equal(tp("update", "{n} after", { n: 3 }), "更新后 3");
  assert.equal(tp("no such context", "before"), "before");
  speak({ catalog: {}, language: "en" });
});

test("who listens hears of each language until it listens no more, and numbers follow it", () => {
  const heard = /** @type {string[]} */ ([]);
  const forget = onLanguage(() => heard.push(number(12345, 0)));
  drawn(() => heard.push(t("before")));
  speak({ catalog: CHINESE, language: "zh-Hans" });
  forget();
  speak({ catalog: {}, language: "en" });
  assert.deepEqual(heard, ["before", "12345", "之前", "before"]);
});

test("a view hears of no language after its end", () => {
  const [life, heard] = [viewLife(), /** @type {string[]} */ ([])];
  life.onLanguage(() => heard.push("again"));
  speak({ catalog: {}, language: "en" });
  life.end();
  speak({ catalog: {}, language: "en" });
  assert.deepEqual(heard, ["again"]);
});
