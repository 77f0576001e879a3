/** The controls that the server drew from a lab's configuration, tied to the page's state. */

import { $, all, h } from "./dom.js";
import { onLanguage, sentences, t } from "./i18n.js";
import { logScale } from "../math/log_scale.js";
import { tell } from "./said.js";
import { wireHand } from "./hand.js";
import { wirePins } from "./pins.js";
import { noteState } from "./shown.js";
import { createState } from "./state.js";
import { wireViews } from "./views.js";

/** @typedef {import("./state.js").Rule} Rule */

const controlRoots = () => all("[data-control]");

/**
 * The rule of one control, read from its attributes.
 * @param {HTMLElement} root
 * @returns {[string, Rule]}
 */
function ruleOf(root) {
  const { control: name = "", kind, default: text = "" } = root.dataset;
  const [low, high] = [Number(root.dataset.low), Number(root.dataset.high)];
  if (kind === "switch") {
    return [name, { default: text === "true", check: (v) => typeof v === "boolean" }];
  }
  if (kind === "choice") {
    const choices = JSON.parse(root.dataset.choices ?? "[]");
    return [name, { default: text, check: (v) => choices.includes(String(v)) }];
  }
  if (kind === "text") {
    return [name, { default: text, check: (v) => typeof v === "string" && v.length <= high }];
  }
  const whole = "whole" in root.dataset;
  return [
    name,
    {
      default: Number(text),
      low,
      high,
      check: (v) => typeof v === "number" && v >= low && v <= high && (!whole || Number.isInteger(v)),
    },
  ];
}

/**
 * State for a page with controls: what its lab's configuration describes, also of the page's own (a
 * chosen cell, a stage), plus `extra` values.
 * @param {Record<string, Rule>} extra
 * @param {Record<string, {default?: Rule["default"], check?: (text: string) => boolean}>} [closer]
 *   what only the page knows of a value: what else a text has to be, a default that depends on the window
 */
export function stateOfPage(extra, closer = {}) {
  const roots = controlRoots();
  const rules = Object.fromEntries(roots.map(ruleOf));
  for (const [name, { default: fallback, check }] of Object.entries(closer)) {
    const rule = rules[name];
    if (!rule) throw new Error(`${name} is no field of this page`);
    rules[name] = {
      ...rule,
      default: fallback ?? rule.default,
      check: (v) => rule.check(v) && (check?.(String(v)) ?? true),
    };
  }
  const state = createState({ ...rules, ...extra }, sayRefused);
  const shows = roots.map((root) => wire(root, state));
  const showAll = () => shows.forEach((show) => show());
  state.subscribe(showAll);
  onLanguage(showAll);
  showAll();
  wireViews(state);
  wirePins(state);
  wireHand(state);
  noteState(state);
  return state;
}

/**
 * A note under the title, until it is closed or there is nothing to say any more.
 * @param {string} selector of its place
 * @param {() => string} say what it says, in the language of now
 * @returns {boolean} whether the page has that place
 */
export function note(selector, say) {
  const place = document.querySelector(selector);
  if (!place) return false;
  if (!say()) place.replaceChildren();
  else {
    const close = h("button", { class: "tool", type: "button" }, "✕");
    close.addEventListener("click", () => place.replaceChildren());
    place.replaceChildren(
      tell(h("p"), say),
      tell(close, () => t("Close"), "aria-label"),
    );
  }
  return true;
}

const SAID = 5; // unknown names at most, and their first letters: an address holds anything
const LETTERS = 30;

/**
 * Which values of the address are not allowed, and which names are no settings.
 * @param {string[]} names
 * @param {string[]} unknown
 */
function sayRefused(names, unknown) {
  const listed = (/** @type {string[]} */ some) => some.join(t(", "));
  note("[data-refused]", () =>
    sentences([
      names.length
        ? t(
            "This address has values that are not allowed here, so the page opened with the defaults of: {names}.",
            { names: listed(names) },
          )
        : "",
      unknown.length
        ? t("This address names what is no setting of this page: {names}.", {
            names: listed(unknown.slice(0, SAID).map((name) => name.slice(0, LETTERS))),
          })
        : "",
    ]),
  );
}

/** @type {string[] | null} */
let told = null;
/** The keys of the lab's configuration, in one order for good: controls move with the view they belong to. */
const configNames = () =>
  (told ??= controlRoots()
    .filter((root) => !("page" in root.dataset))
    .map((root) => root.dataset.control ?? ""));

/** Names of those that change a running run. */
export const liveNames = () =>
  controlRoots()
    .filter((root) => "live" in root.dataset)
    .map((root) => root.dataset.control ?? "");

/**
 * Show which controls change this run while it runs: not in every mode all of them do.
 * @param {string[]} names
 */
export function markLive(names) {
  for (const root of controlRoots()) {
    for (const dot of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll(".live-dot"))) {
      dot.hidden = !names.includes(root.dataset.control ?? "");
    }
  }
}

/**
 * The lab's configuration, out of all the page's values.
 * @param {Record<string, any>} values
 * @returns {Record<string, any>}
 */
export const configOf = (values) => Object.fromEntries(configNames().map((name) => [name, values[name]]));

/** A control's name, as the page shows it. @param {string} name */
export const titleOf = (name) =>
  document
    .querySelector(`[data-control="${name}"] :is(.control-head label, .switch span)`)
    ?.firstChild?.textContent?.trim() ?? name;

/** Whoever watches another's run sees its settings and turns none. */
export function lockControls() {
  for (const group of document.querySelectorAll("fieldset[data-group], [data-locks]")) {
    /** @type {HTMLFieldSetElement} */ (group).disabled = true;
  }
}

/**
 * @param {HTMLElement} root
 * @param {import("./state.js").State} state
 * @returns {() => void} shows the state's value in the control
 */
function wire(root, state) {
  const name = root.dataset.control ?? "";
  const kind = root.dataset.kind;
  const inputs = /** @type {(HTMLInputElement | HTMLSelectElement)[]} */ ([
    ...root.querySelectorAll("input, select"),
  ]);
  const reset = root.querySelector(".reset");
  const rule = /** @type {Rule} */ (state.rules[name]);
  const fallback = rule.default;
  const slider = inputs.find((input) => input.type === "range");
  const log = scaleOf(root.dataset, rule);
  if (log && slider instanceof HTMLInputElement) {
    Object.assign(slider, { step: "any", min: String(log.min), max: String(log.max) });
    slider.addEventListener("keydown", (event) => {
      const notches = NOTCHES[event.key];
      if (!notches) return;
      event.preventDefault();
      state.set({ [name]: log.moved(state.values[name], notches) });
    });
  }

  /** @param {HTMLInputElement | HTMLSelectElement} input */
  const read = (input) => {
    if (kind === "switch") return /** @type {HTMLInputElement} */ (input).checked;
    if (input === slider && log) return log.toValue(Number(input.value));
    return kind === "range" ? Number(input.value) : input.value;
  };
  for (const input of inputs) {
    input.addEventListener(input.type === "number" ? "change" : "input", () => {
      state.set({ [name]: read(input) });
      show();
    });
    if (input.type === "range") input.addEventListener("dblclick", () => state.set({ [name]: fallback }));
  }
  wireAbout(root, name);
  reset?.addEventListener("click", () => {
    state.set({ [name]: fallback });
    inputs[inputs.length - 1]?.focus();
  });

  function show() {
    const value = state.values[name];
    for (const input of inputs) {
      if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = value;
      else if (input === slider && log) {
        // Where the finger is stays where it is: only another value moves the slider.
        if (log.toValue(Number(input.value)) !== value) input.value = String(log.toPosition(value));
        input.setAttribute("aria-valuetext", value === 0 ? t("off") : String(value));
      } else if (input.value !== String(value)) input.value = String(value);
    }
    const changed = value !== fallback;
    root.classList.toggle("changed", changed);
    if (reset instanceof HTMLElement) reset.hidden = !changed;
  }
  return show;
}

/** A scale of powers of ten, if the control has one. @param {DOMStringMap} look @param {Rule} rule */
function scaleOf({ scale, whole, from }, { low = 0, high = 1 }) {
  if (scale !== "log") return null;
  return logScale(low, high, { whole: whole !== undefined, ...(from && { from: Number(from) }) });
}

/** What a control does is told on demand. @param {HTMLElement} root @param {string} name */
function wireAbout(root, name) {
  const about = root.querySelector(".about");
  about?.addEventListener("click", () => {
    const words = $(`#d-${name}`, root);
    words.hidden = !words.hidden;
    about.setAttribute("aria-expanded", String(!words.hidden));
  });
}

/** @type {Record<string, number>} keys of a slider -> notches of its log scale */
const NOTCHES = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };
