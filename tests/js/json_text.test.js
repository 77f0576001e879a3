import assert from "node:assert/strict";
import { test } from "node:test";
import { textOf } from "../../static/js/core/files/json_file.js";
import { parseJson, readJson } from "../../static/js/core/files/json_text.js";
import { parseXml } from "../../static/js/core/files/xml_text.js";
import { seeded } from "./random.js";
import { refusal } from "./refusal.js";

/** Any JSON value. @param {() => number} random @param {number} [depth] @returns {unknown} */
function anyValue(random, depth = 0) {
  const texts = ["", "a\\b", "“猫”", "\u{1f600}", "line\nbreak", '"', "__proto__", "1e5"];
  const kind = Math.floor(random() * (depth > 3 ? 5 : 7));
  const text = () => texts[Math.floor(random() * texts.length)] ?? "";
  if (kind === 0) return null;
  if (kind === 1) return random() < 0.5;
  if (kind === 2) return (random() - 0.5) * 10 ** Math.floor(random() * 35 - 20); // integers below 2^53
  if (kind === 3) return Math.floor(random() * 1000);
  if (kind === 4) return text();
  const many = Array.from({ length: Math.floor(random() * 4) }, () => anyValue(random, depth + 1));
  return kind === 5 ? many : Object.fromEntries(many.map((value, i) => [text() + i, value]));
}

test("what Python writes is read, NaN and infinity as such", () => {
  assert.deepEqual(parseJson('[NaN, -Infinity, Infinity, {"a": -1.5e3, "b\\n": "NaN"}]'), [
    NaN,
    -Infinity,
    Infinity,
    { a: -1500, "b\n": "NaN" },
  ]);
});

test("beside NaN and integers beyond 2^53, any JSON is read as the browser reads it", () => {
  for (let seed = 0; seed < 500; seed++) {
    const value = anyValue(seeded(seed));
    const text = JSON.stringify(value, null, seed % 3);
    assert.deepEqual(parseJson(`[NaN, ${text}]`), [NaN, JSON.parse(text)]);
  }
});

test("an integer that no number holds is a text of its digits, and nothing else changes", () => {
  /** @type {[string, unknown][]} */
  const numbers = [
    ["9007199254740991", 9007199254740991],
    ["9007199254740993", "9007199254740993"],
    ["-315968385022027001", "-315968385022027001"],
    ["0.12345678901234567", Number("0.12345678901234567")],
    ["1234567890123456789.5", Number("1234567890123456789.5")],
    ["12345678901234567e3", 12345678901234567e3],
    ["1e-12345678901234567", 0],
    ['"9007199254740993"', "9007199254740993"],
    ['"a\\\\", 9007199254740993', "a\\"],
  ];
  for (const [text, value] of numbers) {
    const list = text.includes('", ') ? [value, "9007199254740993"] : [value];
    for (const [whole, expected] of /** @type {[string, unknown][]} */ ([
      [`[${text}]`, list],
      [`[ ${text} ,NaN]`, [...list, NaN]],
      [`{"9007199254740993":[${text}]}`, { "9007199254740993": list }],
    ])) {
      assert.deepEqual(parseJson(whole), expected, whole);
    }
  }
  assert.equal(
    refusal(() => parseJson("[9007199254740993, x]")),
    "This file is not JSON: “x” at line 1, column 20 does not belong there.",
  );
});

test("any JSON that is cut anywhere is refused at its end, or is whole before it", () => {
  const text = '{"a": [1.5, -2e3, true, null, NaN, "x\\"y"], "b": {"c": -Infinity}}';
  for (let end = 1; end < text.length; end++) {
    assert.equal(
      refusal(() => parseJson(text.slice(0, end))),
      `This file ends in the middle of its JSON, at line 1, column ${end + 1}: its end is missing.`,
    );
  }
});

test("a fault is named by line and column", () => {
  /** @type {[string, string][]} */
  const faults = [
    ["[1,\n 2,\n x]", "“x” at line 3, column 2"],
    ["{'a': 1}", "“'” at line 1, column 2"],
    ["[1 2]", "“2” at line 1, column 4"],
    ["[01]", "“1” at line 1, column 3"],
    ['{"a" 1}', "“1” at line 1, column 6"],
    ['["a\u0000"]', '“"” at line 1, column 2'],
    ["[1] x", "“x” at line 1, column 5"],
    ["[+1]", "“+” at line 1, column 2"],
    ["[nan]", "“n” at line 1, column 2"],
  ];
  for (const [text, place] of faults)
    assert.equal(
      refusal(() => parseJson(text)),
      `This file is not JSON: ${place} does not belong there.`,
      text,
    );
});

test("lists nested without end are refused, not followed", () => {
  assert.equal(
    refusal(() => parseJson("[".repeat(100_000))),
    "This file's lists lie more than 200 deep in each other.",
  );
});

test("“__proto__” is a key like any other", () => {
  const value = /** @type {any} */ (parseJson('{"__proto__": {"score": 1}, "a": NaN}'));
  assert.equal(value.score, undefined);
  assert.deepEqual(Object.keys(value), ["__proto__", "a"]);
});

test("JSON lines are a list, each with its line; JSON over several lines is one value", () => {
  assert.deepEqual(readJson('{"a": NaN}\n\n{"b": 2}\r\n'), { data: [{ a: NaN }, { b: 2 }], lines: [1, 3] });
  assert.deepEqual(readJson('{\n"a": 1}').lines, null);
  assert.equal(
    refusal(() => readJson('{"a": 1}\n{"b": 2\n{"c": 3}')),
    "This file ends in the middle of its JSON, at line 2, column 8: its end is missing.",
  );
});

test("UTF-8 and UTF-16 are read, with and without a byte order mark; what is neither is refused", () => {
  const text = '["é猫\u{1f600}"]';
  const utf8 = new TextEncoder().encode(text);
  const units = [...text].flatMap((sign) =>
    Array.from({ length: sign.length }, (_, i) => sign.charCodeAt(i)),
  );
  const little = Uint8Array.from(units.flatMap((unit) => [unit & 255, unit >> 8]));
  const big = Uint8Array.from(units.flatMap((unit) => [unit >> 8, unit & 255]));
  /** @type {[number[], Uint8Array, string][]} */
  const kinds = [
    [[], utf8, "utf-8"],
    [[0xef, 0xbb, 0xbf], utf8, "utf-8"],
    [[], little, "utf-16le"],
    [[0xff, 0xfe], little, "utf-16le"],
    [[], big, "utf-16be"],
    [[0xfe, 0xff], big, "utf-16be"],
  ];
  for (const [mark, bytes, encoding] of kinds)
    assert.deepEqual(textOf(Uint8Array.from([...mark, ...bytes])), { text, encoding });
  assert.deepEqual(textOf(new Uint8Array()).text, "");
  const gbk = Uint8Array.from([0x5b, 0x22, 0xc3, 0xa8, 0xb9, 0xb7, 0x22, 0x5d]);
  assert.equal(
    refusal(() => textOf(gbk)),
    "This file is not valid UTF-8 text. Save it as UTF-8 and open it again.",
  );
  assert(refusal(() => textOf(little.slice(0, -1))).includes("UTF-16"));
});

test("XML is read strictly", () => {
  const root = parseXml(
    "<?xml version='1.0'?>\n<a x='1'><!-- b --><b>1 &lt; 2 &#x732b;</b><c/><d><![CDATA[<e>]]></d></a>\n",
  );
  assert.deepEqual(
    root.children.map(({ name, text }) => [name, text]),
    [
      ["b", "1 < 2 猫"],
      ["c", ""],
      ["d", "<e>"],
    ],
  );
  for (const text of [
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "x<a/>",
    "<a>&nbsp;</a>",
    "<a>&</a>",
    "<!DOCTYPE a><a/>",
    "<a b=c/>",
    "<a><",
    "<a".repeat(60),
    "<a>".repeat(60),
  ]) {
    assert.notEqual(
      refusal(() => parseXml(text)),
      "",
      text,
    );
  }
});
