/** Two events: whether their informations add depends on whether they are independent. */

import { $ } from "../../core/dom.js";
import { number, sentences, t } from "../../core/i18n.js";
import * as info from "../../math/information.js";
import { slider } from "./slider.js";

const SLIDERS = /** @type {const} */ (["event", "given", "otherwise"]);

export class EventsPart {
  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    this.showSliders = SLIDERS.map((name) => slider(state, name, { digits: 2 }));
  }

  draw() {
    const { event, given, otherwise, unit } = this.state.values;
    const told = info.twoEvents({ event, given, otherwise }, unit === "bits" ? Math.LN2 : 1);
    for (const show of this.showSliders) show();
    drawSquare(this.state.values);
    drawBars(told);
    const summary = sentenceOf(told, unit === "bits" ? t("bits") : t("nats"));
    $("[data-events-square]").setAttribute("aria-label", summary);
    $("[data-events-said]").textContent = summary;
  }
}

/**
 * The unit square: A to the left, B from below; the areas are the probabilities.
 * @param {Record<string, any>} values
 */
function drawSquare({ event, given, otherwise }) {
  const { style } = $("[data-events-square]");
  const share = (/** @type {number} */ value) => `${100 * value}%`;
  style.setProperty("--event", share(event));
  style.setProperty("--given", share(given));
  style.setProperty("--otherwise", share(otherwise));
}

/** @param {ReturnType<typeof info.twoEvents>} told */
function drawBars({ a, b, both }) {
  const most = Math.max(a + b, both, 1e-9);
  for (const [name, value] of Object.entries({ a, b, both })) {
    const bar = $(`[data-events-${name}]`);
    bar.style.width = `${Number.isFinite(value) ? (100 * value) / most : 100}%`;
    bar.textContent = words(value);
  }
}

const words = (/** @type {number} */ value) => (Number.isFinite(value) ? number(value, 2) : "∞");

/** @param {ReturnType<typeof info.twoEvents>} told @param {string} unit */
function sentenceOf({ a, b, both, shares }, unit) {
  const numbers = { a: words(a), b: words(b), sum: words(a + b), both: words(both), unit };
  const added = t("A carries {a} {unit}, B {b}, together {sum}; both at once carry {both}.", numbers);
  const product = number(shares.a * shares.b, 3);
  const why = Math.abs(shares.both - shares.a * shares.b) < 5e-4;
  return sentences([
    added,
    why
      ? t("The events are independent: P(A and B) = P(A) P(B) = {product}, so the informations add.", {
          product,
        })
      : t(
          "The events depend on each other: P(A and B) = {joint}, not P(A) P(B) = {product}. The informations do not add.",
          {
            joint: number(shares.both, 3),
            product,
          },
        ),
  ]);
}
