/** The controls that the server drew from a lab's configuration, tied to the page's state. */

import { createState } from "./state.js";

/** @typedef {import("./state.js").Rule} Rule */

/**
 * The rule of one control, read from its attributes.
 * @param {HTMLElement} root
 * @returns {[string, Rule]}
 */
function ruleOf(root) {
  const { control: name = "", kind, default: text = "" } = root.dataset;
  if (kind === "switch") {
    return [name, { default: text === "true", check: (v) => typeof v === "boolean" }];
  }
  if (kind === "choice") {
    const choices = [...root.querySelectorAll("option")].map((option) => option.value);
    return [name, { default: text, check: (v) => choices.includes(String(v)) }];
  }
  const range = /** @type {HTMLInputElement} */ (root.querySelector("input[type=range]"));
  const [low, high] = [Number(range.min), Number(range.max)];
  const whole = "whole" in root.dataset;
  return [
    name,
    {
      default: Number(text),
      check: (v) => typeof v === "number" && v >= low && v <= high && (!whole || Number.isInteger(v)),
    },
  ];
}

/**
 * State for a page with controls, plus `extra` values of its own (a chosen cell, a stage).
 * @param {Record<string, Rule>} extra
 */
export function stateOfPage(extra) {
  const roots = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("[data-control]")]);
  const state = createState({ ...Object.fromEntries(roots.map(ruleOf)), ...extra });
  const shows = roots.map((root) => wire(root, state));
  state.subscribe(() => shows.forEach((show) => show()));
  shows.forEach((show) => show());
  return state;
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
  const fallback = /** @type {Rule} */ (state.rules[name]).default;

  /** @param {HTMLInputElement | HTMLSelectElement} input */
  const read = (input) => {
    if (kind === "switch") return /** @type {HTMLInputElement} */ (input).checked;
    return kind === "range" ? Number(input.value) : input.value;
  };
  for (const input of inputs) {
    input.addEventListener(input.type === "number" ? "change" : "input", () => {
      state.set({ [name]: read(input) });
      show();
    });
    if (input.type === "range") input.addEventListener("dblclick", () => state.set({ [name]: fallback }));
  }
  reset?.addEventListener("click", () => {
    state.set({ [name]: fallback });
    inputs[inputs.length - 1]?.focus();
  });

  function show() {
    const value = state.values[name];
    for (const input of inputs) {
      if (input instanceof HTMLInputElement && input.type === "checkbox") input.checked = value;
      else if (input.value !== String(value)) input.value = String(value);
    }
    const changed = value !== fallback;
    root.classList.toggle("changed", changed);
    if (reset instanceof HTMLElement) reset.hidden = !changed;
  }
  return show;
}

/**
 * "Try this" buttons of the lesson: each sets a state.
 * @param {import("./state.js").State} state
 * @param {(step: Record<string, any>) => void} [onTry]
 */
export function wireLesson(state, onTry) {
  for (const button of document.querySelectorAll("[data-state]")) {
    button.addEventListener("click", () => {
      const step = JSON.parse(/** @type {HTMLElement} */ (button).dataset.state ?? "{}");
      const defaults = Object.fromEntries(
        Object.entries(state.rules)
          .filter(([name]) => document.querySelector(`[data-control="${name}"]`))
          .map(([name, rule]) => [name, rule.default]),
      );
      state.set({ ...defaults, ...step });
      onTry?.(step);
      document.querySelector(".stage")?.scrollIntoView({ block: "start" });
    });
  }
}
