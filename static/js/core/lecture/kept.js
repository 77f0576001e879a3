/** The lecture that this browser keeps. */

import { parsed, written } from "./script.js";

/** @typedef {import("./script.js").Script} Script */

const KEY = "vitrine-lecture";

/** @returns {Script} an empty one where none is kept */
export function keptScript() {
  try {
    return parsed(localStorage.getItem(KEY) ?? "");
  } catch {
    return { title: "", states: [] };
  }
}

/** @param {Script} script @returns {boolean} whether the browser keeps it */
export function keepScript(script) {
  try {
    localStorage.setItem(KEY, written(script));
    return true;
  } catch {
    return false; // refused, or full
  }
}
