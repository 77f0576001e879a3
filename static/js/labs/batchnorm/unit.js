/** One unit on one batch: from x to x̂ to y, with its numbers; sliders for γ and β. */

import { $, h } from "../../core/dom.js";
import { brief, t } from "../../core/i18n.js";
import { onChoice, press } from "../../parts/choice_buttons.js";
import { plot } from "../../views/plot.js";
import { stripOf } from "./strip.js";
import { say } from "./words.js";
import { showUnit } from "./worked.js";
import { unbiased } from "../../math/series.js";

/** @typedef {import("./layers.js").Bn} Bn */
/** @typedef {Float64Array} Values */
/**
 * @typedef {object} Normalized one unit on the batch, in one mode
 * @property {Values} x
 * @property {Values} xHat
 * @property {Values} y
 * @property {number} mean that is subtracted
 * @property {number} variance
 * @property {number} gamma
 * @property {number} beta
 * @property {boolean} evaluating with the running statistics
 */

/** @param {Pick<Bn, "rows" | "shapes">} frame */
export function numbersOf({ rows, shapes }) {
  const { mean, variance, gamma, beta, ...running } = rows.numbers;
  const count = shapes.batch?.[1] ?? 1;
  return {
    mean,
    variance,
    unbiased: unbiased(variance, count), // what the running variance takes
    gamma,
    beta,
    runningMean: running["running mean"],
    runningVar: running["running variance"],
    newMean: running["next running mean"],
  };
}

export class UnitPart {
  /** @type {Bn | null} */
  frame = null;
  /** @type {{gamma: number, beta: number} | null} what the visitor put in the place of the learned ones */
  own = null;
  sliders = {
    gamma: /** @type {HTMLInputElement} */ ($("[data-gamma]")),
    beta: /** @type {HTMLInputElement} */ ($("[data-beta]")),
  };
  selects = {
    layer: /** @type {HTMLSelectElement} */ ($("[data-layer]")),
    unit: /** @type {HTMLSelectElement} */ ($("[data-unit]")),
  };
  strip = plot($("[data-strip]"), {
    x: [-4, 4],
    y: [-0.05, 3.15],
    get xLabel() {
      return t("value");
    },
  });

  /** @param {import("../../core/state.js").State} state */
  constructor(state) {
    this.state = state;
    for (const slider of Object.values(this.sliders))
      slider.addEventListener("input", () => {
        const { gamma, beta } = this.sliders;
        this.put({ gamma: Number(gamma.value), beta: Number(beta.value) });
      });
    $("[data-learned]").addEventListener("click", () => {
      this.put(null);
      this.sliders.gamma.focus();
    });
    for (const [name, select] of Object.entries(this.selects)) {
      select.addEventListener("change", () => {
        this.own = null;
        state.set({ [name]: Number(select.value) });
      });
    }
    onChoice("phase-of", (phase) => state.go({ phase }));
    state.subscribe(() => this.draw());
  }

  /** @param {Bn} frame */
  show(frame) {
    this.frame = frame;
    this.draw();
  }

  /** In the place of what was learned. @param {{gamma: number, beta: number} | null} own */
  put(own) {
    this.own = own;
    this.draw();
  }

  draw() {
    if (!this.frame) return;
    const unit = this.normalized(this.frame);
    this.showSliders(numbersOf(this.frame), unit);
    this.showChoices(this.frame);
    this.strip.update(stripOf(unit));
    showUnit(this.frame, unit);
  }

  /** @param {Bn} frame @returns {Normalized} */
  normalized(frame) {
    const found = numbersOf(frame);
    const evaluating = this.state.values.phase === "eval";
    const { gamma, beta } = this.own ?? found;
    const { x, running, batch } = frame.rows.batch;
    const xHat = evaluating ? running : batch;
    return {
      x,
      xHat,
      y: xHat.map((v) => gamma * v + beta),
      mean: evaluating ? found.runningMean : found.mean,
      variance: evaluating ? found.runningVar : found.variance,
      gamma,
      beta,
      evaluating,
    };
  }

  /** @param {ReturnType<typeof numbersOf>} found @param {Normalized} unit */
  showSliders(found, unit) {
    for (const name of /** @type {const} */ (["gamma", "beta"])) {
      const slider = this.sliders[name];
      if (document.activeElement !== slider || !this.own) slider.value = String(unit[name]);
      const learned = t("learned: {value}", { value: brief(found[name]) });
      say(`[data-${name}-said]`, brief(unit[name]) + (this.own ? ` (${learned})` : ""));
    }
    $("[data-learned]").hidden = this.own === null;
  }

  /** @param {Bn} frame */
  showChoices({ header }) {
    const { depth, width, phase } = this.state.values;
    fillChoice(this.selects.layer, depth);
    fillChoice(this.selects.unit, width);
    this.selects.layer.value = String(header.layer);
    this.selects.unit.value = String(header.unit);
    press("phase-of", phase);
  }
}

/** As many values as there may be, each with its name. @param {HTMLElement} select @param {number} count */
function fillChoice(select, count) {
  if (select.childElementCount === count) return;
  select.replaceChildren(...Array.from({ length: count }, (_, i) => h("option", { value: i + 1 }, i + 1)));
}
