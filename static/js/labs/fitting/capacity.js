/** Error against capacity: every width trained at once, and the polynomials beside them. */

import { ApiError, postForFrame } from "../../core/api.js";
import { $ } from "../../core/dom.js";
import { onLanguage, t } from "../../core/i18n.js";
import { newest } from "../../core/newest.js";
import { tell } from "../../core/said.js";
import { median } from "../../math/series.js";
import { onChoice, press } from "../../parts/choice_buttons.js";
import { Sweep, withDefaults } from "../../parts/sweep.js";
import { chart } from "../../views/chart.js";
import { CAPACITY_BANDS, capacityLines, networksOf, polynomialsOf } from "./capacity_curves.js";

/** @typedef {import("../../../types/frames.js").CapacityFrame} CapacityFrame */

/** @typedef {"network" | "polynomial"} Family */

const ENOUGH = 600; // training steps; beyond, the picture hardly changes
const REST = 300; // milliseconds that points rest before polynomials are fitted to them
const DATA = ["data", "train", "noise", "data_seed", "drawn", "points"]; // what polynomials depend on
// the sweep goes over all sizes, to the end
const SIZE_ONLY = ["width", "replicas", "validation", "early_stopping", "patience"];

/**
 * @typedef {object} Options
 * @property {import("../../core/state.js").State} state
 * @property {(values: Record<string, any>) => Record<string, any>} configOf
 * @property {(width: number) => void} onWidth
 */

export class CapacityPart {
  /** @type {Family} */
  family = "polynomial";
  /** @type {any} */
  frame = null;
  /** @type {{width: number, test: number} | null} */
  here = null;
  said = $("[data-capacity-said]");
  roots = { network: $("[data-capacity-network]"), polynomial: $("[data-capacity-polynomial]") };

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.charts = chartsOf(this.roots, options.onWidth);
    this.query = this.askForPolynomials();
    this.run = this.prepare();
    options.state.subscribe(() => this.ask(REST));
    onLanguage(() => this.draw());
    onChoice("family", (family) => {
      this.choose(/** @type {Family} */ (family));
      this.draw();
    });
    this.draw();
    if (options.state.values.sweep) this.run.begin();
    else this.ask();
  }

  /** Polynomials need no training: one answer has them all. */
  askForPolynomials() {
    return newest({
      ask: (/** @type {Record<string, any>} */ config, signal) =>
        postForFrame("/api/labs/fitting/run", { config, steps: 0 }, signal),
      show: (answer) => this.take(/** @type {CapacityFrame} */ (answer)),
      fail: (error) => {
        if (!(error instanceof ApiError)) throw error;
        tell(this.said, () => error.message);
      },
      same: (a, b) => DATA.every((name) => a[name] === b[name]),
    });
  }

  ask(rest = 0) {
    const { state, configOf } = this.options;
    if (!this.run.begun) this.query.want(configOf(state.values), rest);
  }

  prepare() {
    const { state, configOf } = this.options;
    const button = $("[data-sweep]");
    const run = new Sweep({
      slug: "fitting",
      state,
      button,
      name: () => t("Train every size"),
      enough: ENOUGH,
      liveNames: [], // another penalty is another experiment
      configOf: (values) => withDefaults(configOf(values), SIZE_ONLY),
      onFrame: (frame) => this.take(frame),
      onBegin: () => this.query.drop(), // the run brings the polynomials, too
      onRefused: (words) => (this.said.textContent = words),
    });
    button.addEventListener("click", () => {
      this.choose("network");
      run.toggle();
    });
    return run;
  }

  /** @param {CapacityFrame} frame */
  take(frame) {
    this.frame = frame;
    this.draw();
  }

  /** @param {Family} family */
  choose(family) {
    this.family = family;
    press("family", family);
  }

  draw() {
    const trained = Boolean(this.frame?.header.step);
    for (const [name, root] of Object.entries(this.roots))
      root.hidden = name !== this.family || !this.frame || (name === "network" && !trained);
    if (this.family === "network" && !trained)
      this.said.textContent = t(
        "Every width from 1 to 256 is trained at once, eight networks each, on the same points.",
      );
    else if (this.frame) this.drawFamily();
  }

  drawFamily() {
    const data = this.family === "network" ? networksOf(this.frame, this.here) : polynomialsOf(this.frame);
    this.said.textContent = data.summary;
    this.charts[this.family].update(data);
  }

  /** Where the visitor's own settings lie. @param {number} width @param {import("./layers.js").Fit} fit */
  follow(width, fit) {
    const test = median(fit.rows.errors.test);
    const { here } = this;
    const moved = here?.width !== width || Math.abs((here?.test ?? 0) - test) > 0.03 * test;
    this.here = { width, test };
    if (moved && this.frame?.header.step && this.family === "network") this.drawFamily();
  }
}

/** @param {Record<Family, HTMLElement>} roots @param {(width: number) => void} onWidth */
const chartsOf = (roots, onWidth) => ({
  network: chart(roots.network, () => ({
    x: t("units per layer"),
    y: t("mean squared error"),
    height: 250,
    xScale: "log",
    yScale: "log",
    lines: capacityLines(),
    bands: CAPACITY_BANDS,
    onPick: onWidth,
  })),
  polynomial: chart(roots.polynomial, () => ({
    x: t("degree"),
    y: t("mean squared error"),
    height: 250,
    yScale: "log",
    lines: capacityLines(),
    bands: CAPACITY_BANDS,
  })),
});
