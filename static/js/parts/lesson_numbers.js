/** Numbers in a lesson's text: values of controls, dragged or stepped in place. */

import { all } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { tell } from "../core/said.js";
import { titleOf } from "../core/controls.js";

/** @typedef {import("../core/state.js").State} State */

const NOTCH = 8; // CSS pixels of a drag for a notch of the control's slider
/** @type {Record<string, number>} */
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

/** @type {Record<string, "low" | "high">} */
const ENDS = { Home: "low", End: "high" };

/** @param {State} state */
export function wireNumbers(state) {
  const numbers = all("[data-scrub]");
  for (const number of numbers) wire(number, number.dataset.scrub ?? "", state);
  const show = () => numbers.forEach((number) => showValue(number, state));
  state.subscribe(show);
  show();
}

/**
 * A step that is not tried yet has its own values, the one that is tried those of now.
 * @param {HTMLElement} number
 * @param {State} state
 */
function showValue(number, state) {
  const name = number.dataset.scrub ?? "";
  const item = number.closest("li");
  const own = JSON.parse(item?.querySelector(".try")?.getAttribute("data-state") ?? "{}");
  const tried = item?.hasAttribute("data-tried");
  const value = String(tried ? state.values[name] : (own[name] ?? state.rules[name]?.default ?? ""));
  if (number.textContent !== value) number.textContent = value;
  number.setAttribute("aria-valuenow", value);
}

/** @param {HTMLElement} number @param {string} name @param {State} state */
function wire(number, name, state) {
  const { low = 0, high = 0 } = state.rules[name] ?? {};
  const about = {
    role: "slider",
    tabindex: "0",
    "aria-valuemin": String(low),
    "aria-valuemax": String(high),
  };
  for (const [key, value] of Object.entries(about)) number.setAttribute(key, value);
  tell(number, () => titleOf(name), "aria-label");
  tell(number, () => t("Drag to change it"), "title");
  let [from, done] = [0, 0];
  number.addEventListener("pointerdown", (event) => {
    number.setPointerCapture(event.pointerId);
    [from, done] = [event.clientX, 0];
  });
  number.addEventListener("pointermove", (event) => {
    if (!number.hasPointerCapture(event.pointerId)) return;
    const notches = Math.trunc((event.clientX - from) / NOTCH);
    if (notches !== done) step(number, name, notches - done);
    done = notches;
  });
  number.addEventListener("keydown", (event) => {
    const notches = KEYS[event.key];
    if (!notches && !(event.key in ENDS)) return;
    event.preventDefault();
    if (notches) step(number, name, notches);
    else state.set({ [name]: state.rules[name]?.[ENDS[event.key] ?? "low"] ?? 0 });
  });
}

/**
 * So many notches of the control's own slider further; a step that is not tried yet is tried first.
 * @param {HTMLElement} number
 * @param {string} name
 * @param {number} notches
 */
function step(number, name, notches) {
  const item = number.closest("li");
  if (!item?.hasAttribute("data-tried")) item?.querySelector(".try")?.dispatchEvent(new Event("click"));
  const slider = document.querySelector(`[data-control="${name}"] input[type=range]`);
  if (!(slider instanceof HTMLInputElement)) return;
  const key = notches > 0 ? "ArrowRight" : "ArrowLeft";
  for (let i = 0; i < Math.abs(notches); i++) {
    const event = new KeyboardEvent("keydown", { key, cancelable: true });
    if (!slider.dispatchEvent(event)) continue; // a scale of its own has taken it
    notches > 0 ? slider.stepUp() : slider.stepDown();
    slider.dispatchEvent(new Event("input"));
  }
}
