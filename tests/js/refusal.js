/** The sentence that a file is refused with, "" where it is read. */

import assert from "node:assert/strict";
import { Unreadable } from "../../static/js/core/files/json_file.js";

/** @param {() => unknown} read */
export function refusal(read) {
  try {
    read();
  } catch (error) {
    assert(error instanceof Unreadable, String(error));
    return error.message;
  }
  return "";
}
