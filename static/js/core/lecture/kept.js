/** The lecture that this browser keeps, and the one before it: whatever takes its place can be undone. */

import { parsed, written } from "./script.js";

/** @typedef {import("./script.js").Script} Script */

export const KEY = "vitrine-lecture";
const BEFORE = "vitrine-lecture-before";

/** @param {string} key @returns {Script | null} null: none, or one that this Vitrine cannot read */
function read(key) {
  try {
    return parsed(localStorage.getItem(key) ?? "");
  } catch {
    return null;
  }
}

/** @param {string} key @param {Script} script @returns {boolean} whether the browser keeps it */
function write(key, script) {
  try {
    localStorage.setItem(key, written(script));
    return true;
  } catch {
    return false; // refused, or full
  }
}

export const keptScript = () => read(KEY) ?? { title: "", states: [] };
export const keepScript = (/** @type {Script} */ script) => write(KEY, script);
export const scriptBefore = () => read(BEFORE);
export const keepBefore = (/** @type {Script} */ script) => write(BEFORE, script);

/** Whether there is one that this Vitrine cannot read: a newer one has written it. */
export function isFromNewer() {
  try {
    return localStorage.getItem(KEY) !== null && read(KEY) === null;
  } catch {
    return false;
  }
}
