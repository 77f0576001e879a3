/** The dictionary of colors: one meaning, one token, seen on its ground, and named nowhere else. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { CLASS_POINTS, MARKS, ROLES, SIGN, VARIANTS } from "../../static/js/views/marks.js";

const STATIC = new URL("../../static/", import.meta.url);
const text = (/** @type {string} */ path) => readFileSync(new URL(path, STATIC), "utf8");
const files = (/** @type {string} */ folder, /** @type {string} */ ending) =>
  readdirSync(new URL(folder, STATIC), { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}${name}`);

const TOKENS = new Map(
  [...text("css/tokens.css").matchAll(/^\s*(--[\w-]+):\s*(.+);/gm)].map(([, name = "", value = ""]) => [
    name,
    value,
  ]),
);
const SCRIPTS = files("js/", ".js");
const STYLES = files("css/", ".css");

/** What a token is in light (0) or dark (1). @param {string} name @param {number} scheme */
function colorOf(name, scheme) {
  const value = TOKENS.get(name) ?? "";
  const pair = /light-dark\((.+),\s*(.+)\)/.exec(value);
  return (pair ? pair[scheme + 1] : value) ?? "";
}

/** Luminance by WCAG 2.2. @param {string} hex */
function luminance(hex) {
  const parts = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} a @param {string} b */
function contrast(a, b) {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const BOXES = [
  "anchor",
  "candidate",
  "kept",
  "suppressed",
  "truth",
  "chosen",
  "positive",
  "negative",
  "neutral",
  "wrong-class",
  "misplaced",
  "twice",
  "wrong-both",
  "on-background",
  "sample",
  "cell",
].map((name) => MARKS[name]?.color ?? "");
const LINES = [
  ...Object.values(ROLES).map(({ color }) => color),
  ...CLASS_POINTS,
  ...Object.values(SIGN),
  ...VARIANTS,
];

test("each meaning has one token, and no two have the same color", () => {
  for (const meanings of [BOXES, LINES]) {
    assert.equal(new Set(meanings).size, meanings.length);
    for (const scheme of [0, 1]) {
      const colors = meanings.map((name) => colorOf(name, scheme));
      assert(
        colors.every((color) => /^#[0-9a-f]{6}$/.test(color)),
        `${meanings} are ${colors}`,
      );
      assert.equal(new Set(colors).size, meanings.length);
    }
  }
});

test("a box into suppression looks the same in every lab, and so does one that stays", () => {
  assert.equal(MARKS.pending?.color, MARKS.candidate?.color);
  assert.equal(MARKS.decoded?.color, MARKS.kept?.color);
  assert.equal(MARKS.victim?.color, MARKS.suppressed?.color);
});

test("marks that share a picture differ in more than color", () => {
  const shapes = ["anchor", "kept", "suppressed", "truth", "chosen"].map((name) =>
    JSON.stringify([MARKS[name]?.width, MARKS[name]?.dash ?? []]),
  );
  assert.equal(new Set(shapes).size, shapes.length);
  const roles = Object.values(ROLES).map(({ dash, fill }) => JSON.stringify([dash, fill]));
  assert.equal(new Set(roles).size, roles.length);
});

test("every mark stands out from its ground by 3 to 1, in light and in dark", () => {
  for (const scheme of [0, 1]) {
    const seen = [
      ...BOXES.map((name) => [name, "--key-ground"]),
      ...LINES.flatMap((name) => ["--card", "--heat-zero", "--paper"].map((ground) => [name, ground])),
    ];
    for (const [name = "", ground = ""] of seen) {
      const ratio = contrast(colorOf(name, scheme), colorOf(ground, scheme));
      assert(ratio >= 3, `${name} on ${ground}, scheme ${scheme}: ${ratio.toFixed(2)}`);
    }
  }
});

test("every token that is used is one", () => {
  const all = [...SCRIPTS, ...STYLES].map(text).join("\n");
  const own = new Set(
    [...all.matchAll(/(--[\w-]+):|setProperty\("(--[\w-]+)"/g)].flatMap((m) => [m[1], m[2]]),
  );
  const used = [...all.matchAll(/var\((--[\w-]+)\)|token\("(--[\w-]+)"|"(--[a-z][\w-]+)"/g)].map(
    (m) => m[1] ?? m[2] ?? m[3] ?? "",
  );
  assert.deepEqual(
    [...new Set(used)].filter((name) => !TOKENS.has(name) && !own.has(name)),
    [],
  );
});

// Pictures that are painted here: a street has the colors of a street.
const PAINTED = ["js/labs/nms/cases.js"];

test("no other file names a color", () => {
  const raw = /#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b(?=["'`;\s,)])|\b(?:rgb|hsl)a?\(\s*\d/gi;
  const found = [...SCRIPTS, ...STYLES]
    .filter((name) => !PAINTED.includes(name) && name !== "css/tokens.css")
    .flatMap((name) =>
      [
        ...text(name)
          .replaceAll(/\/\*[^]*?\*\/|this\.#\w+/g, "")
          .matchAll(raw),
      ].map((m) => `${name}: ${m[0]}`),
    );
  assert.deepEqual(found, []);
});

test("a lab names no token of a meaning: it asks the dictionary", () => {
  const meaning = /"--(?:mark|role|class|variant)-[\w-]+"|"--\w+-sign"/g;
  const found = SCRIPTS.filter((name) => name !== "js/views/marks.js").flatMap((name) =>
    [
      ...text(name)
        .replaceAll(/\/\*[^]*?\*\//g, "")
        .matchAll(meaning),
    ].map((m) => `${name}: ${m[0]}`),
  );
  assert.deepEqual(found, []);
});

test("with a reader's own colors, light and dark follow the system", () => {
  const forced = /@media \(forced-colors: active\) \{ :root\[data-theme\] \{ color-scheme: light dark; \} \}/;
  assert(forced.test(text("css/tokens.css")));
});
