/** The text of a file's bytes, decoded strictly: no character is ever replaced. No DOM here. */

import { t } from "../i18n.js";

/** A file that cannot be read, with a message that is written for the visitor. */
export class Unreadable extends Error {}

/** What a file's first bytes say of its encoding. @param {Uint8Array} bytes */
function encodingOf([a, b, c]) {
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if ((a === 0xff && b === 0xfe) || (a !== 0 && b === 0)) return "utf-16le";
  if ((a === 0xfe && b === 0xff) || (a === 0 && b !== undefined && b !== 0)) return "utf-16be";
  return "utf-8";
}

/**
 * The text in UTF-8, or in UTF-16 where the first bytes say so; without its byte order mark.
 * @param {Uint8Array} bytes
 * @returns {{text: string, encoding: string}}
 * @throws {Unreadable} where they are no text in that encoding
 */
export function textOf(bytes) {
  const encoding = encodingOf(bytes);
  try {
    return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
  } catch {
    throw new Unreadable(
      encoding === "utf-8"
        ? t("This file is not valid UTF-8 text. Save it as UTF-8 and open it again.")
        : t("This file begins like UTF-16 text but is not valid. Save it as UTF-8 and open it again."),
    );
  }
}
