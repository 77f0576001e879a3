/**
 * JSON as it is found in files: also with Python's NaN and Infinity, also one value a line. What
 * the browser's own parser refuses is read again, so that the place of a fault can be named.
 */

import { t } from "../i18n.js";
import { Unreadable } from "./json_file.js";

const MAX_DEPTH = 200;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[ \t\n\r]*/y;
/** @type {[string, unknown][]} */
const WORDS = [
  ["true", true],
  ["false", false],
  ["null", null],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
];

// From here on two neighbors may be one number: such an integer stays a text.
const LONG = /(?<![\w.+-])-?[1-9]\d{15,}(?![\w.+-])/g;

/** An integer as a number, or its text where a number would be another integer. @param {string} written */
const integerOf = (written) => (Number.isSafeInteger(Number(written)) ? Number(written) : written);

/** The end of the string that begins at a place, or -1. @param {string} text @param {number} from */
function endOfString(text, from) {
  let end = from;
  do end = text.indexOf('"', end + 1);
  while (end >= 0 && isEscaped(text, end));
  return end;
}

/** JSON with its integers beyond 2^53 as strings. @param {string} text */
function withLongAsText(text) {
  LONG.lastIndex = 0;
  if (!LONG.test(text)) return text;
  const pieces = [];
  for (let at = 0; at < text.length;) {
    const start = text.indexOf('"', at);
    const outside = text.slice(at, start < 0 ? text.length : start);
    pieces.push(
      outside.length < 16 ? outside : outside.replace(LONG, (written) => JSON.stringify(integerOf(written))),
    );
    if (start < 0) break;
    const end = endOfString(text, start);
    at = end < 0 ? text.length : end + 1;
    pieces.push(text.slice(start, at));
  }
  return pieces.join("");
}

/** The browser's own parser, which is fast, without its roundings of ids. @param {string} text */
const quickly = (text) => JSON.parse(withLongAsText(text));

/** Line and column of a position, both from 1. @param {string} text @param {number} at */
function placeOf(text, at) {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}

/** A reader of one text, which goes on from where it stands. */
class Reader {
  /** @param {string} text @param {number} lines that stand before the text in its file */
  constructor(text, lines) {
    this.text = text;
    this.lines = lines;
    this.at = 0;
    this.depth = 0;
  }

  /** @returns {never} */
  fail() {
    // a number that is cut
    if (/^(?:\.|[eE][+-]?)$/.test(this.text.slice(this.at, this.at + 3))) this.at = this.text.length;
    const { line, column } = placeOf(this.text, this.at);
    const place = { line: line + this.lines, column };
    if (this.at >= this.text.length) {
      throw new Unreadable(
        t(
          "This file ends in the middle of its JSON, at line {line}, column {column}: its end is missing.",
          place,
        ),
      );
    }
    const found = String.fromCodePoint(this.text.codePointAt(this.at) ?? 0);
    throw new Unreadable(
      t("This file is not JSON: “{found}” at line {line}, column {column} does not belong there.", {
        ...place,
        found,
      }),
    );
  }

  skip() {
    SPACE.lastIndex = this.at;
    SPACE.test(this.text);
    this.at = SPACE.lastIndex;
    return this.text[this.at];
  }

  /** @param {string} sign */
  expect(sign) {
    if (this.skip() !== sign) this.fail();
    this.at += 1;
  }

  /** @returns {unknown} */
  value() {
    const sign = this.skip();
    if (sign === "{" || sign === "[") {
      if (++this.depth > MAX_DEPTH)
        throw new Unreadable(
          t("This file's lists lie more than {depth} deep in each other.", { depth: MAX_DEPTH }),
        );
      const found = sign === "{" ? this.object() : this.list();
      this.depth -= 1;
      return found;
    }
    if (sign === '"') return this.string();
    NUMBER.lastIndex = this.at;
    const number = NUMBER.exec(this.text);
    if (number) {
      this.at = NUMBER.lastIndex;
      return /^-?\d+$/.test(number[0]) ? integerOf(number[0]) : Number(number[0]);
    }
    return this.word();
  }

  word() {
    const word = WORDS.find(([name]) => this.text.startsWith(name, this.at));
    if (word) {
      this.at += word[0].length;
      return word[1];
    }
    // A word that the end of the file has cut.
    const rest = this.text.slice(this.at, this.at + 10);
    if (WORDS.some(([name]) => name.startsWith(rest))) this.at = this.text.length;
    return this.fail();
  }

  string() {
    const end = endOfString(this.text, this.at);
    if (end < 0) {
      this.at = this.text.length;
      this.fail();
    }
    try {
      const found = JSON.parse(this.text.slice(this.at, end + 1));
      this.at = end + 1;
      return /** @type {string} */ (found);
    } catch {
      return this.fail();
    }
  }

  list() {
    /** @type {unknown[]} */
    const list = [];
    this.at += 1;
    if (this.skip() === "]") this.at += 1;
    else {
      do list.push(this.value());
      while (this.goesOn("]"));
    }
    return list;
  }

  object() {
    /** @type {Record<string, unknown>} */
    const object = {};
    this.at += 1;
    if (this.skip() === "}") {
      this.at += 1;
      return object;
    }
    do {
      if (this.skip() !== '"') this.fail();
      const value = { key: this.string(), writable: true, enumerable: true, configurable: true };
      this.expect(":");
      // Defined, not set: “__proto__” is a key like any other.
      Object.defineProperty(object, value.key, { ...value, value: this.value() });
    } while (this.goesOn("}"));
    return object;
  }

  /** Whether a comma follows; if not, the end must. @param {string} end */
  goesOn(end) {
    const sign = this.skip();
    if (sign !== "," && sign !== end) this.fail();
    this.at += 1;
    return sign === ",";
  }

  whole() {
    const found = this.value();
    if (this.skip() !== undefined) this.fail();
    return found;
  }
}

/**
 * Whether the sign at a place follows an odd number of backslashes.
 * @param {string} text
 * @param {number} at
 */
function isEscaped(text, at) {
  let from = at;
  while (text[from - 1] === "\\") from -= 1;
  return (at - from) % 2 === 1;
}

/**
 * One JSON value. An integer beyond 2^53 is a string of its digits, as no number holds it.
 * @param {string} text
 * @param {number} [lines] that stand before the text in its file
 * @returns {unknown}
 * @throws {Unreadable} with the place of the fault
 */
export function parseJson(text, lines = 0) {
  try {
    return quickly(text);
  } catch {
    return new Reader(text, lines).whole();
  }
}

/** @param {string} line */
function isWhole(line) {
  try {
    return typeof parseJson(line) === "object";
  } catch (error) {
    if (error instanceof Unreadable) return false;
    throw error;
  }
}

/**
 * The JSON of a file: one value, or one a line.
 * @param {string} text
 * @returns {{data: unknown, lines: number[] | null}} for JSON lines a list, and each value's line
 * @throws {Unreadable}
 */
export function readJson(text) {
  try {
    return { data: quickly(text), lines: null };
  } catch {
    const end = text.indexOf("\n");
    if (end < 0 || !/^\s*[[{]/.test(text.slice(end)) || !isWhole(text.slice(0, end)))
      return { data: parseJson(text), lines: null };
  }
  const rows = text
    .split("\n")
    .map((line, i) => ({ line, number: i + 1 }))
    .filter(({ line }) => line.trim());
  return {
    data: rows.map(({ line, number }) => parseJson(line, number - 1)),
    lines: rows.map(({ number }) => number),
  };
}
