/** A row of stages that a page walks through: buttons with `data-stage`, and the player. */

import { $ } from "../core/dom.js";
import { player } from "../views/player.js";
import { onChoice } from "./choice_buttons.js";

const PERIOD = 2200; // milliseconds that a stage stays while the page plays

/**
 * @param {import("../core/state.js").State} state has the stage as `stage`
 * @param {string[]} stages in their order
 */
export function stageRow(state, stages) {
  const [first = "", last = ""] = [stages[0], stages.at(-1)];
  /** @param {number} by @returns {boolean} whether there is another stage after it */
  const move = (by) => {
    const next = stages[stages.indexOf(state.values.stage) + by];
    if (next) state.set({ stage: next });
    return state.values.stage !== last;
  };
  const { stop } = player(document.body, {
    actions: { back: () => move(-1), next: () => move(1) },
    onStart: () => state.values.stage === last && state.set({ stage: first }),
    advance: () => move(1),
    period: () => PERIOD,
  });
  onChoice("stage", (stage) => {
    stop();
    state.set({ stage });
  });
  return { stop, show: (/** @type {Record<string, string>} */ shapes) => show(state.values.stage, shapes) };
}

/**
 * Which stage it is, and the shape of what each one yields.
 * @param {string} stage
 * @param {Record<string, string>} shapes
 */
function show(stage, shapes) {
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-stage]"))) {
    const name = button.dataset.stage ?? "";
    const on = name === stage;
    if (on && button.getAttribute("aria-pressed") !== "true") reveal(button);
    button.setAttribute("aria-pressed", String(on));
    $("[data-shape]", button).textContent = shapes[name] ?? "";
  }
}

/** Scroll the row of stages, and only that, until the button is in it. @param {HTMLElement} button */
function reveal(button) {
  const row = $("[data-stages]");
  row.scrollLeft +=
    button.getBoundingClientRect().left - row.getBoundingClientRect().left - row.clientWidth / 3;
}
