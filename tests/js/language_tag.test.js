import assert from "node:assert/strict";
import { test } from "node:test";

import { languageTag, mendLanguage } from "../../static/js/core/language_tag.js";

test("a language that Intl takes stays as it is", () => {
  for (const tag of ["en", "en-US", "zh-Hans-CN", "de-DE-u-co-phonebk"]) assert.equal(languageTag(tag), tag);
});

test("one that it refuses becomes the nearest that it takes", () => {
  const told = ["en-US@posix", "de_AT.UTF-8", "C", "C.UTF-8", "POSIX@x", "", undefined, null, "--"];
  assert.deepEqual(told.map(languageTag), ["en-US", "de-AT", "en", "en", "POSIX", "en", "en", "en", "en"]);
  for (const tag of told.map(languageTag)) assert.equal(new Intl.NumberFormat(tag).format(1), "1");
});

test("a browser is mended once, and one that needs it not is left alone", () => {
  const browser = { language: "en-US@posix" };
  mendLanguage(browser);
  assert.equal(browser.language, "en-US");
  const fine = Object.freeze({ language: "zh-CN" });
  mendLanguage(fine);
  assert.equal(fine.language, "zh-CN");
});
