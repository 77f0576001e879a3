/** Two settings side by side: B is what was set when comparing began; data and seed are shared. */

import { titleOf } from "../../core/controls.js";
import { $ } from "../../core/dom.js";
import { onLanguage, t } from "../../core/i18n.js";
import { follows } from "../../core/room/member.js";
import { trainingSession } from "../../core/session/session.js";
import { fromQuery, toQuery } from "../../core/state.js";
import { plot } from "../../views/plot.js";
import { mapLayers } from "./layers.js";
import { mlpSentence } from "./words.js";

/** @typedef {import("../../../types/frames.js").MlpFrame} MlpFrame */

/** What B keeps to itself. */
const OWN = [
  "layers",
  "activation",
  "batchnorm",
  "loss",
  "optimizer",
  "learning_rate",
  "batch_size",
  "init",
  "init_scale",
  "l1",
  "l2",
  "dropout",
];
const SIDE = /** @type {[number, number]} */ ([-1.4, 1.4]);
const MARK = "b"; // the address of B when all of it is as usual

/**
 * The page's state for a run that is not the page's own.
 * @param {import("../../core/state.js").State} state
 */
const withoutRun = (state) => ({
  ...state,
  get values() {
    return { ...state.values, run: "" };
  },
  set: () => false, // what B is set to stands in the page's address
});

/**
 * @typedef {object} Options
 * @property {import("../../core/state.js").State} state
 * @property {(values: Record<string, any>) => Record<string, any>} configOf
 * @property {string[]} liveNames
 * @property {() => void} onDraw
 */

export class Comparison {
  /**
   * @type {ReturnType<typeof trainingSession>[]} the other session, while comparing: it goes in lockstep
   *   with the page's own
   */
  followers = [];
  /** @type {MlpFrame | null} B's newest frame */
  frame = null;
  /** @type {ReturnType<typeof plot> | null} */
  view = null;

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.state = options.state;
    this.rules = Object.fromEntries(Object.entries(this.state.rules).filter(([name]) => OWN.includes(name)));
    this.state.subscribe(() => this.follow());
    onLanguage(() => this.follow());
    queueMicrotask(() => this.follow());
  }

  /** What B keeps to itself, as the address has it. */
  own() {
    return fromQuery(String(this.state.values.compare).slice(MARK.length + 1), this.rules);
  }

  toggle() {
    const { values } = this.state;
    this.state.set({ compare: values.compare ? "" : `${MARK}&${toQuery(values, this.rules)}` });
  }

  follow() {
    const { compare, model, run } = this.state.values;
    const on = compare !== "" && model === "mlp" && (!run || follows());
    const button = $("[data-compare]");
    $("[data-compared]").hidden = !on;
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? t("End comparing") : t("Compare");
    if (on && !this.followers.length) this.begin();
    else if (!on && this.followers.length) this.end();
    else if (on && this.frame) this.showName();
  }

  begin() {
    const { configOf, liveNames } = this.options;
    this.view = plot($("[data-plot-b]"), {
      x: SIDE,
      y: SIDE,
      square: true,
      xLabel: "x₁",
      yLabel: "x₂",
    });
    this.followers.push(
      trainingSession({
        slug: "mlp",
        as: "compared",
        state: follows() ? withoutRun(this.state) : this.state,
        liveNames,
        configOf: (values) => ({ ...configOf(values), ...this.own() }),
        onFrame: (frame) => this.show(/** @type {MlpFrame} */ (frame)),
      }),
    );
  }

  end() {
    for (const one of this.followers.splice(0)) one.close();
    this.view?.destroy();
    this.frame = this.view = null;
    this.options.onDraw();
  }

  /** @param {MlpFrame} frame */
  show(frame) {
    this.frame = frame;
    this.view?.update({
      layers: mapLayers(frame, { look: this.state.values.look, all: false }),
      summary: mlpSentence(frame),
    });
    this.showName();
    this.options.onDraw();
  }

  /** How B differs from what is set now. */
  showName() {
    const b = this.own();
    const differing = OWN.filter((name) => b[name] !== this.state.values[name]).map((name) =>
      t("{name}: {list}", {
        name: name === "layers" ? t("Hidden layers") : titleOf(name),
        list: b[name] === "" ? "0" : String(b[name]),
      }),
    );
    $("[data-compared-name]").textContent = differing.length
      ? `B (${differing.join(t(", "))})`
      : t("B, the same settings; change one of A’s");
  }
}
