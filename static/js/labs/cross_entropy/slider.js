/** A slider of the page's own state, beside the controls of the lab. */

import { $ } from "../../core/dom.js";
import { number } from "../../core/i18n.js";

const same = (/** @type {number} */ value) => value;

/**
 * @param {import("../../core/state.js").State} state
 * @param {string} name of its element
 * @param {object} options
 * @param {string} [options.key] of the state, if that is another one
 * @param {number} options.digits
 * @param {(position: number) => number} [options.toState]
 * @param {(value: number) => number} [options.toSlider]
 * @returns {() => void} shows the state's value
 */
export function slider(state, name, { key = name, digits, toState = same, toSlider = same }) {
  const input = /** @type {HTMLInputElement} */ ($(`[data-${name}]`));
  const said = $(`[data-${name}-said]`);
  input.addEventListener("input", () => state.set({ [key]: toState(Number(input.value)) }));
  input.addEventListener("dblclick", () => state.set({ [key]: state.rules[key]?.default ?? 0 }));
  return () => {
    const value = state.values[key];
    if (toState(Number(input.value)) !== value) input.value = String(toSlider(value));
    said.textContent = number(value, digits);
    if (toState !== same) input.setAttribute("aria-valuetext", number(value, digits));
  };
}
