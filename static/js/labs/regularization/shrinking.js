/** One weight under the penalty alone. */

import { $ } from "../../core/dom.js";
import { brief, number, onLanguage, sentences, t } from "../../core/i18n.js";
import { fillTable } from "../../core/table.js";
import { chart } from "../../views/chart.js";
import { decays } from "./math.js";
import { VARIANTS } from "../../views/marks.js";

/** @typedef {import("../../core/state.js").State} State */
/** @typedef {ReturnType<typeof decays>} Decays */

const STEPS = 50;
const ROWS = [0, 1, 2, 5, 10, 20, 50];

/** @param {string} name */
const slider = (name) => /** @type {HTMLInputElement} */ ($(`[data-${name}]`));

export class ShrinkingPart {
  view = chart($("[data-dynamics]"), () => ({
    x: t("step"),
    y: "θ",
    height: 210,
    lines: [
      { name: t("L1, soft threshold"), color: VARIANTS[0], digits: 3, width: 2.5 },
      { name: t("L1, sub-gradient"), color: VARIANTS[1], digits: 3, dash: [3, 3] },
      { name: "L2", color: VARIANTS[2], digits: 3, dash: [9, 4] },
    ],
  }));
  drawn = ""; // of which settings

  /** @param {State} state */
  constructor(state) {
    this.state = state;
    for (const name of ["pull", "start"]) {
      const input = slider(name);
      input.addEventListener("input", () => state.set({ [name]: Number(input.value) }));
    }
    state.subscribe(() => this.follow());
    onLanguage(() => this.draw(state.values.pull, state.values.start));
    this.follow();
  }

  follow() {
    const { pull, start } = this.state.values;
    const now = `${pull} ${start}`;
    if (now === this.drawn) return;
    this.drawn = now;
    this.draw(pull, start);
  }

  /** @param {number} by the step size times λ @param {number} from */
  draw(by, from) {
    for (const [name, value] of Object.entries({ pull: by, start: from })) {
      slider(name).value = String(value);
      $(`[data-${name}-said]`).textContent = number(value, 2);
    }
    const found = decays(from, by, STEPS);
    const { soft, sub, square } = found;
    const summary = sentences([...sayL1(found, by), sayL2(found, by)]);
    this.view.update({
      columns: [soft.map((_, i) => i), soft, sub, square],
      rules: [{ y: 0, color: "--gray-2", dash: [] }],
      summary,
    });
    $("[data-dynamics-said]").textContent = summary;
    fillTable(
      $("[data-dynamics-table]"),
      [t("step"), t("L1, soft threshold"), t("L1, sub-gradient"), "L2"],
      ROWS.map((i) => [String(i), ...[soft, sub, square].map((row) => number(row[i] ?? 0, 3))]),
    );
  }
}

/** @param {Decays} found @param {number} by */
function sayL1({ soft, sub }, by) {
  const zero = soft.indexOf(0);
  if (zero < 0)
    return [
      t("Under L1 the weight shrinks by {by} per step and is still {rest} after {steps} steps.", {
        by: number(by, 2),
        rest: brief(soft[STEPS] ?? 0),
        steps: STEPS,
      }),
    ];
  const hover = Math.max(...sub.slice(-2).map(Math.abs));
  return [
    t("Under L1 the weight shrinks by {by} per step, and the soft threshold stops at zero in step {zero}.", {
      by: number(by, 2),
      zero,
    }),
    hover > 0
      ? t("The sub-gradient goes on stepping over zero, up to {hover} away from it.", { hover: brief(hover) })
      : t(
          "Here the sub-gradient also hits zero exactly, by coincidence: the start is a multiple of the step.",
        ),
  ];
}

/** @param {Decays} found @param {number} by */
const sayL2 = ({ square }, by) =>
  t("Under L2 it shrinks by {share}% of its value per step, less and less: {left} after {steps} steps.", {
    share: number(200 * by, 0),
    left: brief(square[STEPS] ?? 0),
    steps: STEPS,
  });
