/** A small strict reader of XML files: elements and their text. No DOM here, so also in a worker. */

import { t } from "../i18n.js";
import { Unreadable } from "./json_file.js";

/** @typedef {{name: string, text: string, children: XmlElement[]}} XmlElement */

const MAX_DEPTH = 50;
/** @type {Record<string, string>} */
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
// A comment, an instruction, a CDATA section, a tag, or a text up to the next “<”.
const NAME = /[A-Za-z_][\w.:-]*/.source;
const VALUE = /"[^"<]*"|'[^'<]*'/.source;
const PIECE = new RegExp(
  [
    /<!--[^]*?-->|<\?[^]*?\?>/.source,
    /<!\[CDATA\[([^]*?)\]\]>/.source,
    `<(/?)(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:${VALUE}))*)\\s*(/?)>`,
    /[^<]+/.source,
  ].join("|"),
  "y",
);

/** @param {string} text @param {number} at @returns {never} */
function fail(text, at) {
  const before = text.slice(0, at).split("\n");
  const place = { line: before.length, column: (before.at(-1) ?? "").length + 1 };
  if (at >= text.length || text.indexOf(">", at) < 0)
    throw new Unreadable(
      t(
        "This file ends in the middle of its XML, at line {line}, column {column}: its end is missing.",
        place,
      ),
    );
  if (/^<!DOCTYPE\b/i.test(text.slice(at, at + 10)))
    throw new Unreadable(
      t(
        "This file declares a document type (<!DOCTYPE …>, line {line}), which is not read here. Remove the declaration and open the file again.",
        place,
      ),
    );
  throw new Unreadable(t("This file is not well-formed XML at line {line}, column {column}.", place));
}

/** @param {string} text @param {() => never} refuse */
function unescape(text, refuse) {
  return text.replace(/&(?:#(\d+)|#x([\da-fA-F]+)|(\w+));|&/g, (_, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? parseInt(hex, 16) : NaN;
    if (code > 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    return (name && Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined) ?? refuse();
  });
}

/**
 * The root of an XML text. Document types are refused: no file of boxes has one.
 * @param {string} text
 * @returns {XmlElement}
 * @throws {Unreadable} with the place of the fault
 */
export function parseXml(text) {
  /** @type {XmlElement} */
  const top = { name: "", text: "", children: [] };
  const open = [top];
  let at = 0;
  while (at < text.length) {
    PIECE.lastIndex = at;
    const piece = PIECE.exec(text);
    const inside = open.at(-1) ?? top;
    if (!piece) fail(text, at);
    const [whole, data, closes, name, , empty] = piece;
    const refuse = () => fail(text, at);
    if (name === undefined) {
      const words = data ?? (whole.startsWith("<") ? "" : unescape(whole, refuse));
      if (inside === top && words.trim()) refuse();
      inside.text += words;
    } else if (closes) {
      if (inside.name !== name) refuse();
      open.pop();
    } else {
      if (inside === top && top.children.length) refuse();
      /** @type {XmlElement} */
      const element = { name: name ?? "", text: "", children: [] };
      inside.children.push(element);
      if (!empty) open.push(element);
      if (open.length > MAX_DEPTH) refuse();
    }
    at = PIECE.lastIndex;
  }
  const [root] = top.children;
  if (open.length > 1 || !root) fail(text, at);
  return root;
}

/** The first child of a name. @param {XmlElement} element @param {string} name */
export const childOf = (element, name) => element.children.find((child) => child.name === name);

/** The text of the first child of a name, trimmed. @param {XmlElement} element @param {string} name */
export const textIn = (element, name) => childOf(element, name)?.text.trim();
