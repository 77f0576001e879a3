/** The visitor's own points, painted by finger. */

import { $ } from "../../core/dom.js";
import { t } from "../../core/i18n.js";
import { tell } from "../../core/said.js";
import { decodeRows, encodeRows, MAX_ROWS, TEST, TRAIN } from "../../math/points.js";
import { classNames } from "./words.js";

/** @typedef {import("../../math/points.js").Row} Row */
/**
 * @typedef {object} Options
 * @property {import("../../core/state.js").State} state
 * @property {() => any} pointsNow the frame on show
 * @property {() => void} onChange whether, or with what, one paints
 */

const APART = 0.05; // between two painted points
const ERASER = 0.09;
const TEST_EVERY = 4; // each fourth painted point is kept for testing
/** Two points are the least that one can train on: one of each class, to begin from. */
const LEAST = [
  { a: -0.8, b: 0, label: 0, role: TRAIN },
  { a: 0.8, b: 0, label: 1, role: TRAIN },
];

export class Painter {
  on = false;
  brush = 0; // the class that is painted; below 0 points are erased
  /** @type {[number, number] | null} where the last point was painted */
  last = null;
  bar = $("[data-paint-bar]");
  brushes = /** @type {HTMLElement[]} */ ([...this.bar.querySelectorAll("[data-brush]")]);

  /** @param {Options} options */
  constructor(options) {
    this.options = options;
    this.state = options.state;
    for (const button of this.brushes) {
      button.addEventListener("click", () => {
        this.brush = Number(button.dataset.brush);
        options.onChange();
      });
    }
    $("[data-paint-switch]").addEventListener("click", () => {
      this.on = !this.on;
      options.onChange();
    });
    $("[data-paint-clear]").addEventListener("click", () => this.keep(LEAST));
  }

  show() {
    this.bar.hidden = !this.on;
    $("[data-paint-switch]").setAttribute("aria-pressed", String(this.on));
    const names = classNames(this.state.values, this.brushes.length - 1);
    for (const button of this.brushes) {
      const brush = Number(button.dataset.brush);
      if (brush >= 0) tell(button, () => t("Class {name}", { name: names[brush] ?? "" }));
      button.setAttribute("aria-pressed", String(brush === this.brush));
      button.hidden = this.state.values.model === "perceptron" && brush > 1;
    }
  }

  /** @param {number} x @param {number} y @param {"start" | "move" | "end"} phase */
  paint(x, y, phase) {
    if (!this.on || this.state.values.run) return;
    if (phase === "end") {
      this.last = null;
      return;
    }
    if (this.last && Math.hypot(x - this.last[0], y - this.last[1]) < APART) return;
    this.last = [x, y];
    const rows = this.rowsNow();
    const role = rows.length % TEST_EVERY === TEST_EVERY - 1 ? TEST : TRAIN;
    if (this.brush < 0) this.keep(rows.filter(({ a, b }) => Math.hypot(a - x, b - y) > ERASER));
    else if (rows.length < MAX_ROWS) this.keep([...rows, { a: x, b: y, label: this.brush, role }]);
  }

  /** What is on the picture now, as rows. @returns {Row[]} */
  rowsNow() {
    if (this.state.values.data === "own") return decodeRows(String(this.state.values.points));
    const frame = this.options.pointsNow();
    if (!frame || frame.header.classes === null) return [];
    const { x, y, role } = frame.arrays;
    return Array.from(role, (r, i) => ({ a: x[2 * i], b: x[2 * i + 1], label: y[i], role: Number(r) }));
  }

  /** @param {Row[]} rows */
  keep(rows) {
    if (rows.filter((row) => row.role === TRAIN).length < 2) return;
    const drawn = this.state.values.data !== "own" && { axes: "", labels: "", reading: "" };
    this.state.set({ data: "own", points: encodeRows(rows), ...drawn });
  }
}
